import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type * as pipeline from '../../src/pipeline';
import type { PipelineContext } from '../../src/pipeline/context';
import { RecycleWanted } from '../../src/pipeline/recycle';
import type { PhotoReport, TargetAnalysis, TargetFacts } from '../../src/protocol/analysis';
import { FaceSwapError } from '../../src/protocol/errors';
import type { SwapJob } from '../../src/protocol/job';
import type { PassState } from '../../src/protocol/passes';
import type { Preview } from '../../src/protocol/preview';
import type { ProvenanceReport } from '../../src/protocol/provenance';
import type { DoctorReport, FacesReport, JobReport, Still } from '../../src/protocol/report';
import type { VerifyReport } from '../../src/protocol/verify';

/**
 * Stands in for `src/pipeline` in a worker bundled for tests: what a job does is the name of its target, and its
 * scratch folder is its output with `.scratch`.
 */

type Behaviour = (job: SwapJob, context: PipelineContext) => Promise<void> | void;

const behaviours: Record<string, Behaviour> = {
  succeed: () => undefined,
  /** Ends when it is told to, and cleans up. */
  wait: async (job, context) => {
    const folder = scratch(job, context);
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    rmSync(folder, { recursive: true });
    throw new FaceSwapError('tool-failed', { tool: 'ffmpeg' });
  },
  /** Never hears anything: JavaScript that does not yield. */
  loop: (job, context) => {
    scratch(job, context);
    for (;;);
  },
  /** Never hears anything: native code, which cannot even be terminated. */
  native: (job, context) => {
    scratch(job, context);
    spawnSync('sleep', ['1000']);
  },
  /** Hears, but a child of it does not end by itself. */
  'with child': (job, context) => {
    scratch(job, context);
    spawn('sleep', ['1000'], { stdio: 'ignore' });
    return new Promise(() => undefined);
  },
  'refuse input': (job) => {
    throw new FaceSwapError('input-missing', { file: job.sources[0] });
  },
  'throw an error': () => {
    throw new Error('something broke');
  },
  'break later': (job, context) => {
    scratch(job, context);
    setImmediate(() => {
      throw new Error('something broke later');
    });
    return new Promise(() => undefined);
  },
  crash: (job, context) => {
    scratch(job, context);
    process.stderr.write('the very last words\n', () => process.kill(process.pid, 'SIGSEGV'));
    return new Promise(() => undefined);
  },
  'take memory': (job, context) => {
    scratch(job, context);
    Reflect.set(globalThis, 'taken', Buffer.alloc(400e6, 1));
    return new Promise(() => undefined);
  },
  /** As ffmpeg does: the memory is another process's. */
  'take memory in a child': (job, context) => {
    scratch(job, context);
    const script = 'globalThis.taken = Buffer.alloc(400e6, 1); setInterval(() => undefined, 1e6)';
    spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    return new Promise(() => undefined);
  },
  /** Objects of JavaScript, by a thread that never yields. */
  'take heap': (job, context) => {
    scratch(job, context);
    const taken: object[] = [];
    for (;;) taken.push({ number: taken.length });
  },
  /** Wants a fresh process once. */
  recycle: (job, context) => {
    if (!job.resume) throw new RecycleWanted(stateIn(scratch(job, context)));
    resumed(job, context);
    rmSync(job.resume.scratch, { recursive: true });
  },
  'recycle, then wait': (job, context) => {
    if (!job.resume) throw new RecycleWanted(stateIn(scratch(job, context)));
    resumed(job, context);
    context.onProgress({ stage: 'swap', frame: 2, total: 10, fps: 1 });
    return new Promise(() => undefined);
  },
  /** Waits to be killed with a checkpoint behind it; the progress says that it has been told. */
  'wait at a checkpoint': (job, context) => {
    if (job.resume) {
      resumed(job, context);
      rmSync(job.resume.scratch, { recursive: true });
      return Promise.resolve();
    }
    context.onCheckpoint?.(stateIn(scratch(job, context)));
    context.onProgress({ stage: 'swap', frame: 10, total: 10, fps: 1 });
    return new Promise(() => undefined);
  },
  'wait at every checkpoint': (job, context) => {
    context.onCheckpoint?.(job.resume ?? stateIn(scratch(job, context)));
    context.onProgress({ stage: 'swap', frame: 10, total: 10, fps: 1 });
    return new Promise(() => undefined);
  },
  'tell progress': (_job, context) => {
    const fps = 100;
    for (let frame = 0; frame <= 1000; frame++)
      context.onProgress({ stage: 'swap', frame, total: 1000, fps });
    context.onProgress({ stage: 'join', frame: 0, total: 0, fps });
    context.onLog('warn', 'beware');
    const mb = { baselineMb: 100, beforeMb: 900, afterMb: 100 };
    context.onRelease?.({
      processor: 'face_swapper',
      ...mb,
      ms: 40,
      by: 'release',
      verdict: 'back',
      holders: [],
    });
  },
};

/** Plain data as a job leaves it behind. */
function stateIn(scratch: string): PassState {
  const counts = { framesWithSwap: 0, facesSwapped: 0, seconds: 0, peakMemoryMb: 0 };
  return { scratch, ...counts, providers: [], releases: [], timings: {} };
}

/** What the process that goes on finds of the one before it. */
function resumed(job: SwapJob, context: PipelineContext): void {
  const { scratch } = job.resume!;
  context.onScratch(scratch);
  context.onLog('info', `resumed with ${readFileSync(path.join(scratch, 'half.mp4'), 'utf8')}`);
}

export async function swapVideo(job: SwapJob, context: PipelineContext): Promise<JobReport> {
  await behaviours[path.basename(job.target)](job, context);
  return { output: job.output, frames: 7, warnings: [] } as unknown as JobReport;
}

function scratch(job: SwapJob, context: PipelineContext): string {
  const folder = `${job.output}.scratch`;
  mkdirSync(folder);
  context.onScratch(folder, job.resumable);
  writeFileSync(path.join(folder, 'half.mp4'), 'half');
  // So that a test can tell that the job has come this far.
  context.onProgress({ stage: 'swap', frame: 1, total: 10, fps: 1 });
  return folder;
}

export function listFaces(request: { file: string }): Promise<FacesReport> {
  return Promise.resolve({ file: request.file, width: 1, height: 1, faces: [] });
}

export function takeStill(): Promise<Still> {
  return Promise.resolve({ jpegBase64: '', width: 1, height: 1, durationSeconds: 0, frameSeconds: 0 });
}

export function runDoctor(): Promise<DoctorReport> {
  return Promise.resolve({ ok: true, checks: [] });
}

export function inspectFile(request: { file: string }): Promise<ProvenanceReport> {
  return Promise.resolve({ file: request.file, marks: [] });
}

export function verifyGpu(): Promise<VerifyReport> {
  const runtime = { version: '1', folder: '/runtime', built: ['cpu'] };
  const nothing = { gpus: [], models: [], releases: [], folders: {} };
  return Promise.resolve({ version: '1', system: 'none', node: 'v20', wanted: 'cpu', runtime, ...nothing });
}

export function describePhoto({ file }: { file: string }): Promise<PhotoReport> {
  return Promise.resolve({ file, width: 1, height: 1, faces: [] });
}

export async function analyseTarget(request: { file: string }): Promise<TargetAnalysis> {
  return { ...(await readFacts(request)), cuts: [], tracks: [], people: [], withoutFace: [[0, 0]] };
}

export function previewFrame({ frame }: { frame: number }): Promise<Preview> {
  const pictures = { original: '', swapped: '', mask: '' };
  return Promise.resolve({ frame, seconds: 0, width: 1, height: 1, ...pictures, faces: [] });
}

export function expectFrame(): Promise<null> {
  return Promise.resolve(null);
}

export function restPreviews(): Promise<null> {
  return Promise.resolve(null);
}

export function forgetPreviews(): Promise<null> {
  return Promise.resolve(null);
}

export function readFacts({ file }: { file: string }): Promise<TargetFacts> {
  const size = { width: 1, height: 1, frames: 1, durationSeconds: 0, fps: 0 };
  return Promise.resolve({ file, kind: 'image', ...size, codec: 'png', container: 'png', audio: [] });
}

type StandIn<T extends typeof pipeline> = T;

/** Does not compile when the pipeline has learnt something that is missing here. */
export type Whole = StandIn<typeof import('./fakePipeline')>;
