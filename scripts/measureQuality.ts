import { defaultExecution } from '../src/protocol/job';
import { openFaceModels, type OpenFaceModels } from '../src/pipeline/faceModels';
import type { Face } from '../src/pipeline/faces/face';
import { findFaces } from '../src/pipeline/faces/find';
import { identifySource } from '../src/pipeline/faces/identify';
import type { Frame } from '../src/pipeline/image/frame';
import { FramePool } from '../src/pipeline/media/framePool';
import { openFrameReader, type FrameReader } from '../src/pipeline/media/frameReader';
import { readRgb } from '../src/pipeline/media/images';
import { probeMedia } from '../src/pipeline/media/probe';
import { findMediaTools } from '../src/pipeline/media/tools';
import * as quality from '../test/support/quality';
import { IndependentRecognizer } from '../test/support/qualityFaceApi';
import { measureMedia, type Row } from './measureMedia';

/** As many frames are recognised, spread over the clip: the recogniser takes a second each. */
const recognised = 12;

/** Openings that deviate by less are noise of the landmarks, which follows nothing. */
const STILL = 0.01;

/** One frame of both clips with its largest face in each. */
interface Pair {
  original: Face;
  result: Face;
  change: [number, number] | undefined;
  outside: { squares: number; count: number };
  distance: [number, number] | undefined;
  cosine: [number, number];
}

async function main([original, result, source]: string[]): Promise<void> {
  const models = await openFaceModels(defaultExecution, () => undefined);
  const recognizer = await IndependentRecognizer.open();
  const photo = await readRgb(source);
  const [{ face, embedding }] = await identifySource(models, photo, source);
  const likeness = async (frame: Frame, seen: Face) => {
    const found = await models.recognizer.identify(frame, seen);
    return found.embedding.reduce((sum, value, i) => sum + value * embedding[i], 0);
  };
  const wanted = await recognizer.describe(photo, face.landmarks);
  const clips = [await openClip(original), await openClip(result)];
  const every = Math.max(1, Math.floor(clips[0].frames / recognised));
  const pairs: Pair[] = [];
  let lost = 0;
  let before: [Frame, Frame] | undefined;
  for (let n = 0; ; n++) {
    const [a, b] = [await clips[0].reader.read(), await clips[1].reader.read()];
    if (!a || !b) break;
    const [was, is] = [await largestFace(models, a), await largestFace(models, b)];
    if (was && !is) lost++;
    if (was && is) {
      const apart = async (frame: Frame, { landmarks }: Face) => {
        const found = await recognizer.describe(frame, landmarks);
        return Math.hypot(...found.map((value, i) => value - wanted[i]));
      };
      pairs.push({
        original: was,
        result: is,
        change: before && [
          quality.changeInside(before[0], a, was.landmarks),
          quality.changeInside(before[1], b, was.landmarks),
        ],
        outside: quality.errorOutside(a, b, was.landmarks),
        cosine: [await likeness(a, was), await likeness(b, is)],
        distance: n % every === 0 ? [await apart(a, was), await apart(b, is)] : undefined,
      });
    }
    if (before) before.forEach((frame, i) => clips[i].pool.give(frame));
    before = [a, b];
  }
  print([...rowsOf(pairs, lost), ...(await measureMedia(original, result))]);
  for (const { reader } of clips) await reader.close();
  await models.close();
}

async function openClip(file: string): Promise<{ reader: FrameReader; pool: FramePool; frames: number }> {
  const tools = await findMediaTools({});
  const info = await probeMedia(file, tools);
  const pool = new FramePool(info.format, 3);
  return { reader: openFrameReader(info, tools, { pool }), pool, frames: info.frames };
}

async function largestFace(models: OpenFaceModels, frame: Frame): Promise<Face | undefined> {
  const found = await findFaces(models, frame, { smallFaces: 'never' });
  return found.map(({ face }) => face).sort((a, b) => b.box.width - a.box.width)[0];
}

function print(rows: readonly Row[]): void {
  for (const [name, value, wanted] of rows) console.log(`${name.padEnd(54)}${value.padEnd(30)}${wanted}`);
}

function rowsOf(pairs: readonly Pair[], lost: number): Row[] {
  const each = (measure: (face: Face) => number): [number[], number[]] => [
    pairs.map(({ original }) => measure(original)),
    pairs.map(({ result }) => measure(result)),
  ];
  const follows = ([a, b]: [number[], number[]]) =>
    quality.deviation(a) < STILL
      ? `the original moves by ${quality.deviation(a).toFixed(3)} only`
      : `${quality.correlation(a, b).toFixed(3)}, amplitude ${(quality.deviation(b) / quality.deviation(a)).toFixed(2)}`;
  const known = pairs.flatMap(({ distance }) => (distance ? [distance] : []));
  const changes = pairs.flatMap(({ change }) => (change ? [change] : []));
  const ratio = (values: readonly [number, number][]) =>
    (quality.mean(values.map(([, b]) => b)) / quality.mean(values.map(([a]) => a))).toFixed(3);
  const tracks = [pairs.map((p) => p.original.landmarks), pairs.map((p) => p.result.landmarks)];
  const squares = pairs.reduce((sum, { outside }) => sum + outside.squares, 0);
  const count = pairs.reduce((sum, { outside }) => sum + outside.count, 0);
  const psnr = squares === 0 ? 'identical' : `${(10 * Math.log10((65025 * count) / squares)).toFixed(1)} dB`;
  const average = (measure: (pair: Pair) => number) => quality.mean(pairs.map(measure)).toFixed(2);
  const cosines = pairs.map(({ cosine }) => cosine);
  const arrow = (values: readonly [number, number][]) =>
    `${quality.mean(values.map(([a]) => a)).toFixed(3)} → ${quality.mean(values.map(([, b]) => b)).toFixed(3)}`;
  return [
    ['', 'measured', 'wanted'],
    ['frames with a face / face lost in the result', `${pairs.length + lost} / ${lost}`, '0 lost'],
    ['distance to the source (face-api), original → result', arrow(known), 'less; one person is under 0.6'],
    ['cosine to the source (built-in recogniser)', arrow(cosines), 'more, ≥ 0.5'],
    ['lowest cosine of a frame', Math.min(...cosines.map(([, b]) => b)).toFixed(3), 'no drop-outs'],
    [
      'landmark shift, % of eye distance',
      average((p) => quality.landmarkShift(p.original.landmarks, p.result.landmarks)),
      '≤ 3.5',
    ],
    [
      'head pose difference, degrees',
      average((p) => quality.poseDifference(p.original.pose, p.result.pose)),
      '≤ 3',
    ],
    [
      'mouth opening, correlation',
      follows(each((face) => quality.mouthOpening(face.landmarks))),
      '≥ 0.95, 0.8–1.2',
    ],
    [
      'eye opening, correlation',
      follows(each((face) => quality.eyeOpening(face.landmarks))),
      '≥ 0.9, 0.8–1.2',
    ],
    ['frame-to-frame change inside, × original', ratio(changes), '≤ 1.2'],
    [
      'landmark jitter, × original',
      (quality.jitter(tracks[1]) / quality.jitter(tracks[0])).toFixed(3),
      '≤ 1.3',
    ],
    ['PSNR of Y outside the face', psnr, '≥ 47 dB; identical when lossless'],
  ];
}

if (process.argv.length !== 5) {
  console.error('Usage: npm run quality -- original.mp4 result.mp4 source.jpg');
  process.exitCode = 2;
} else {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
