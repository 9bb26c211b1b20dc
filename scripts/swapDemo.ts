import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { findMediaTools } from '../src/pipeline/media/tools';
import { cutSource, makeClip } from './sampleMedia';
import type { FaceRecord, FacesReport, JobReport } from '../src/protocol/report';

const root = path.resolve(__dirname, '..');
const cli = path.join(root, 'dist', 'cli.js');
/** The frame of the before/after picture. */
const shownFrame = 40;

/** Makes a moving clip, swaps a face in it, and shows what ran. Writes to `demo-output/`. */
export async function demo(): Promise<void> {
  const folder = path.join(root, 'demo-output');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { ffmpeg } = await findMediaTools({});
  const source = path.join(folder, 'source.jpg');
  const target = path.join(folder, 'target.mp4');
  const output = path.join(folder, 'swapped.mp4');
  await cutSource(source);
  makeClip(ffmpeg.path, target, { seconds: 4, width: 1280, height: 720 });

  console.log(
    '\nThe photos come with a licence that allows this: the terms of use are accepted for this run alone, not for yours.',
  );
  console.log(`\nSwapping the face of ${path.relative(root, source)} into ${path.relative(root, target)} …`);
  const report = await swap([
    'run',
    '--source',
    source,
    '--target',
    target,
    '--output',
    output,
    '--accept-terms',
    '--json',
  ]);

  const wanted = (await faces(source))[0];
  const before = (await faces(target, shownFrame))[0];
  const after = (await faces(output, shownFrame))[0];
  const picture = path.join(folder, 'before-after.png');
  await beforeAfter(ffmpeg.path, [target, output], source, picture);
  if (process.argv.includes('--update-docs'))
    await sharp(picture)
      .jpeg({ quality: 88 })
      .toFile(path.join(root, 'docs', 'images', 'demo.jpg'));

  const [chosen] = report.providers;
  console.log(`
Provider       ${chosen.provider} – ${chosen.reason}
Frames         ${report.frames}, a face swapped in ${report.framesWithSwap} of them
Speed          ${report.fps.toFixed(1)} frames per second at ${report.width}×${report.height} (${report.seconds.toFixed(1)} s)
Identity       ${cosine(before, wanted).toFixed(2)} → ${cosine(after, wanted).toFixed(2)} (likeness to the source, −1 to 1, built-in recogniser)
Memory         ${report.peakMemoryMb.toFixed(0)} MB at most
Audio          ${report.audio}
Video          ${output}
Before/after   ${picture}`);
}

/** Runs the command line tool and returns its report. Its data folder is its own, so that no acceptance of terms stays behind. */
async function swap(args: string[]): Promise<JobReport> {
  const data = mkdtempSync(path.join(tmpdir(), 'face-swap-demo-'));
  try {
    return await run(args, { ...process.env, FACE_SWAP_DATA: data });
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<JobReport> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
  let report: JobReport | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { type: string; report?: JobReport };
    if (event.type === 'done') report = event.report;
  }
  if (!report) throw new Error('the swap did not finish; see the messages above');
  return report;
}

async function faces(file: string, frame = 0): Promise<FaceRecord[]> {
  const out = execFileSync(process.execPath, [cli, 'faces', file, '--frame', String(frame), '--json']);
  const report = JSON.parse(out.toString()) as FacesReport;
  return Promise.resolve(report.faces.sort((a, b) => a.box.x - b.box.x));
}

function cosine(a: FaceRecord, b: FaceRecord): number {
  return a.embedding.reduce((sum, value, i) => sum + value * b.embedding[i], 0);
}

/** Target frame, result frame and, in the corner, the source. */
async function beforeAfter(ffmpeg: string, videos: string[], source: string, file: string): Promise<void> {
  const frames = videos.map((video) =>
    execFileSync(
      ffmpeg,
      [
        '-nostdin',
        '-v',
        'error',
        '-i',
        video,
        '-vf',
        `select=eq(n\\,${shownFrame})`,
        '-frames:v',
        '1',
        '-f',
        'image2pipe',
        '-c:v',
        'png',
        '-',
      ],
      { maxBuffer: 1 << 26 },
    ),
  );
  const width = 960;
  const height = 540;
  const scaled = await Promise.all(frames.map((frame) => sharp(frame).resize(width, height).toBuffer()));
  const inset = await sharp(source)
    .resize({ height: 160 })
    .extend({ top: 3, bottom: 3, left: 3, right: 3, background: '#fff' })
    .toBuffer();
  await sharp({ create: { width: 2 * width + 8, height, channels: 3, background: '#fff' } })
    .composite([
      { input: scaled[0], left: 0, top: 0 },
      { input: scaled[1], left: width + 8, top: 0 },
      { input: inset, left: width + 8, top: height - 166 },
    ])
    .png()
    .toFile(file);
}
