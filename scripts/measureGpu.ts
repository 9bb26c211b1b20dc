import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { modelPlaces } from '../src/models';
import { listGpus } from '../src/pipeline/gpu/smi';
import { findMediaTools } from '../src/pipeline/media/tools';
import { exitCodes } from '../src/protocol/exitCodes';
import type { JobReport } from '../src/protocol/report';
import type { VerifyOutcome, VerifyReport } from '../src/protocol/verify';
import { gpuRecord, type Measured, type Strategy } from './gpuRecord';
import { gfpganSized, inswapperSized } from './realSizeNetworks';
import { cutSource, makeClip } from './sampleMedia';

const root = path.resolve(__dirname, '..');
const cli = path.join(root, 'dist', 'cli.js');
const networks = path.join(root, '.cache', 'gpu-evidence');
/** Ten seconds where networks take milliseconds, and what a CPU does in a minute or two. */
const frames = { gpu: 250, cpu: 4 };
const anyEnd = Object.values(exitCodes);

/** The networks are large: made once, and never part of the repository. */
function network(name: string, make: () => Uint8Array): string {
  const file = path.join(networks, `${name}-standin.onnx`);
  if (existsSync(file)) return file;
  mkdirSync(networks, { recursive: true });
  console.log(`Building ${path.basename(file)}`);
  writeFileSync(`${file}.part`, make());
  renameSync(`${file}.part`, file);
  return file;
}

function faceSwap(args: string[], accepted: readonly number[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === null || !accepted.includes(status))
    throw new Error(
      `face-swap ${args[0]} ended with ${status ?? 'a signal'}: ${(stderr + stdout).slice(-2000)}`,
    );
  return stdout;
}

/** Longer than a download takes, and short enough for a machine that reaches no server. */
const installMs = 180_000;

/** Where there is a GPU, it shall be used: what CUDA lacks is brought first, and what cannot be had is told by the record. */
async function bringCuda(): Promise<void> {
  if ((await listGpus()).length === 0) return;
  console.log('Installing the CUDA provider where it is missing');
  const args = [cli, 'cuda', 'install', '--yes', '--quiet'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: installMs });
  if (status !== 0) console.log(stderr.trim() || `It did not end within ${installMs / 1000} s`);
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'face-swap-gpu-evidence-'));
  // The terms are accepted for these runs alone; the CUDA runtime is where it always is.
  process.env['FACE_SWAP_MODELS'] = modelPlaces().storage;
  process.env['FACE_SWAP_DATA'] = path.join(folder, 'data');
  try {
    const { ffmpeg } = await findMediaTools({});
    const models = [
      ...['--face-swapper-model', network('inswapper', inswapperSized)],
      ...['--face-enhancer-model', network('gfpgan', gfpganSized)],
    ];
    await bringCuda();
    console.log('Verifying');
    const verified = faceSwap(['verify', '--json', ...models], [0, 1, 2]);
    const report = JSON.parse(verified) as VerifyReport & { outcome: VerifyOutcome };
    const onGpu = report.models.some(({ provider = 'cpu' }) => provider !== 'cpu');
    const count = onGpu ? frames.gpu : frames.cpu;
    const [clip, source] = ['clip.mp4', 'source.jpg'].map((name) => path.join(folder, name));
    makeClip(ffmpeg.path, clip, { seconds: count / 25, width: 1920, height: 1080 });
    await cutSource(source);
    const hashes: Partial<Record<string, string>> = {};
    const strategies: Measured['strategies'] = { together: undefined, sequential: undefined };
    const troubles: Measured['troubles'] = {};
    for (const strategy of ['together', 'sequential'] as const) {
      console.log(`${count} frames, ${strategy}`);
      const output = path.join(folder, `${strategy}.mp4`);
      const job = ['run', '--json', '--accept-terms', '-s', source, '-t', clip, '-o', output, ...models];
      const how = ['--memory-strategy', strategy, '--frame-processor', 'face_swapper', 'face_enhancer'];
      const lines = faceSwap([...job, ...how, '--output-video-quality', '100'], anyEnd)
        .trimEnd()
        .split('\n');
      const last = JSON.parse(lines.at(-1)!) as { report?: JobReport; message?: string };
      if (!last.report) {
        // What the others have shown is worth a record all the same.
        troubles[strategy] = last.message ?? 'it told nothing';
        continue;
      }
      strategies[strategy] = last.report satisfies Strategy;
      const hash = ['-v', 'error', '-i', output, '-map', '0:v', '-f', 'md5', '-'];
      hashes[strategy] = execFileSync(ffmpeg.path, hash, { encoding: 'utf8' });
    }
    const [{ model: cpu }] = os.cpus();
    const machine = `${os.cpus().length} × ${cpu.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GB`;
    const isSame = hashes['together'] !== undefined && hashes['together'] === hashes['sequential'];
    const file = path.join(root, 'docs', 'gpu-evidence.md');
    const text = gpuRecord({ report, machine, frames: count, strategies, troubles, isSame });
    writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
    console.log(`Written: ${path.relative(root, file)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

measure().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
