import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp, { type Region } from 'sharp';
import { findModel } from '../src/models';
import { BuiltInClassifier } from '../src/pipeline/content/classifier';
import { contentLimits, isRaised, minorRefusal, refusalOf } from '../src/pipeline/content/decision';
import { lookAt } from '../src/pipeline/content/look';
import { contentRegions } from '../src/pipeline/content/regions';
import { openFaceModels } from '../src/pipeline/faceModels';
import { findFaces } from '../src/pipeline/faces/find';
import type { FaceModels } from '../src/pipeline/faces/models';
import type { RgbImage } from '../src/pipeline/image/region';
import { openSession } from '../src/pipeline/inference/session';
import { findMediaTools } from '../src/pipeline/media/tools';
import { defaultExecution } from '../src/protocol/job';
import { contentSensitivities } from '../src/protocol/content';
import { makeClip } from './sampleMedia';
import { packagedPhotos } from './packagedPhotos';
import { timed } from './processTime';

const scores = ['explicit', 'suggestive', 'drawn'] as const;
type Score = (typeof scores)[number];

interface Row {
  /** The file: a picture, or the video of a frame. */
  from: string;
  /** `chosen`: on which the limits were chosen. `held out`: given on the command line. */
  set: 'chosen' | 'held out';
  kind: View['kind'];
  explicit: number;
  suggestive: number;
  drawn: number;
  ages: number[];
}

interface View {
  /** `as it is`: the picture, and what a camera nearer to each of its faces would have seen. `corner`: cut at random. */
  kind: 'as it is' | 'corner';
  picture: RgbImage;
}

/** Heights of faces that views around them are high, and their widths for one of height. */
const framings = [
  { heights: 2.5, aspect: 3 / 4 },
  { heights: 4, aspect: 16 / 9 },
  { heights: 6, aspect: 1 },
];

async function* viewsOf(file: string, models: FaceModels): AsyncGenerator<View> {
  const whole = await cut(file);
  const { width, height } = whole;
  yield { kind: 'as it is', picture: whole };
  for (const { face } of await findFaces(models, whole, { smallFaces: 'never', stopWhenSure: true })) {
    const { box } = face;
    for (const { heights, aspect } of framings) {
      const h = Math.min(height, Math.round(heights * box.height), Math.floor(width / aspect));
      const w = Math.floor(h * aspect);
      const left = Math.round(Math.max(0, Math.min(width - w, box.x + (box.width - w) / 2)));
      const top = Math.round(Math.max(0, Math.min(height - h, box.y - box.height / 2)));
      yield { kind: 'as it is', picture: await cut(file, { left, top, width: w, height: h }) };
    }
  }
  const [w, h] = [Math.round(width * 0.6), Math.round(height * 0.6)];
  for (const left of [0, width - w]) {
    for (const top of [0, height - h])
      yield { kind: 'corner', picture: await cut(file, { left, top, width: w, height: h }) };
  }
}

async function cut(file: string, region?: Region): Promise<RgbImage> {
  const upright = sharp(file).autoOrient().toColourspace('srgb').removeAlpha();
  const part = region ? upright.extract(region) : upright;
  const { data, info } = await part.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

interface MeasuredFile {
  file: string;
  from: string;
}

/** Every picture of a folder, and one frame a second of every video. */
function filesOf(place: string, frames: string, ffmpeg: string): MeasuredFile[] {
  const files = statSync(place).isDirectory()
    ? readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => path.join(place, name))
    : [place];
  return files.sort().flatMap((file) => {
    const from = path.relative(path.dirname(place), file);
    if (/\.(jpe?g|png|webp|tiff?)$/i.test(file)) return [{ file, from }];
    if (!/\.(mp4|mov|mkv|webm|avi)$/i.test(file)) return [];
    const prefix = path.join(frames, `${from.replaceAll(path.sep, '-')}-`);
    timed(ffmpeg, ['-nostdin', '-v', 'error', '-i', file, '-vf', 'fps=1', '-q:v', '2', `${prefix}%04d.jpg`]);
    return readdirSync(frames)
      .map((name) => path.join(frames, name))
      .filter((name) => name.startsWith(prefix))
      .sort()
      .map((frame) => ({ file: frame, from }));
  });
}

async function measure(places: readonly string[]): Promise<void> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'face-swap-content-'));
  const models = await openFaceModels(defaultExecution, () => undefined);
  const classifier = await BuiltInClassifier.open(async (id) =>
    openSession((await findModel(id)).path, { providers: ['cpu'], threads: 1 }),
  );
  const rows: Row[] = [];
  try {
    const { ffmpeg } = await findMediaTools({});
    const clip = path.join(scratch, 'demo-clip.mp4');
    makeClip(ffmpeg.path, clip, { seconds: 8, width: 1280, height: 720 });
    const measured = [
      ...[...packagedPhotos, clip].map((place) => ({ place, set: 'chosen' as const })),
      ...places.map((place) => ({ place, set: 'held out' as const })),
    ].flatMap(({ place, set }) => filesOf(place, scratch, ffmpeg.path).map((one) => ({ ...one, set })));
    for (const { file: one, from, set } of measured) {
      const before = rows.length;
      for await (const { kind, picture } of viewsOf(one, models)) {
        const found = await findFaces(models, picture, { smallFaces: 'never', stopWhenSure: true });
        const faces = found.map(({ face }) => ({ box: face.box, roll: face.pose.roll }));
        const sample = await lookAt(classifier, picture, contentRegions(picture, 0, faces));
        const ages: number[] = [];
        for (const { face } of found) ages.push((await models.recognizer.identify(picture, face)).age ?? NaN);
        rows.push({ from, set, kind, ...sample, ages });
      }
      tell(from, rows.slice(before));
    }
    for (const set of ['chosen', 'held out'] as const)
      for (const kind of ['as it is', 'corner'] as const) {
        const some = rows.filter((row) => row.set === set && row.kind === kind);
        if (some.length > 0) summarise(`${set}, ${kind}`, some);
      }
  } finally {
    await classifier.close();
    await models.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function tell(name: string, rows: readonly Row[]): void {
  const highest = (key: Score) => Math.max(...rows.map((row) => row[key])).toFixed(3);
  const ages = rows[0].ages.map((age) => age.toFixed(0)).join(' ');
  console.log(
    `${name.padEnd(34)} ${rows.length} views  explicit ≤ ${highest('explicit')}  suggestive ≤ ${highest('suggestive')}  drawn ≤ ${highest('drawn')}  ages ${ages}`,
  );
}

function summarise(kind: string, rows: readonly Row[]): void {
  console.log(`\n${kind}: ${rows.length} views of ${new Set(rows.map(({ from }) => from)).size} pictures`);
  for (const key of scores) {
    const sorted = rows.map((row) => row[key]).sort((a, b) => a - b);
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(3);
    console.log(`${key}: median ${at(0.5)}, 95 % ${at(0.95)}, 99 % ${at(0.99)}, highest ${at(1)}`);
  }
  for (const sensitivity of contentSensitivities) {
    const limits = contentLimits[sensitivity];
    const refused = rows.filter((row) => refusalOf([row], limits)).length;
    const raised = rows.filter((row) => isRaised(row, limits));
    const minors = raised.filter((row) => minorRefusal(row, row.ages, limits)).length;
    console.log(
      `${sensitivity}: ${refused} refused as still pictures; ${raised.length} with a raised score, ${minors} refused for an age`,
    );
  }
}

measure(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
