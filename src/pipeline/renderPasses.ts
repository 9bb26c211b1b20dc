import path from 'node:path';
import type { GpuRelease } from '../protocol/gpu';
import type { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import type { MemoryLadder, Pass, PassState, PendingRelease } from '../protocol/passes';
import type { PipelineContext } from './context';
import { facesPass } from './facesPass';
import { finishVideo, planJob } from './finishVideo';
import { baselineOf, measureRelease, runningOn } from './measuredRelease';
import { describeStep, isGpuFull, stepDown, withLadder, worksOf, type GpuFull } from './memoryLadder';
import { removeScratchFolder, type Segment } from './media/segments';
import { PassMeter } from './passMeter';
import { removePassFiles } from './passFiles';
import type { JobRoad, PassWork } from './passWork';
import { processorPass } from './processorPass';
import { RecycleWanted } from './recycle';
import type { Rendered } from './swapVideo';

/** A job whose processors work one after the other, before its first pass. */
export async function beginPasses(
  { job, info, context, folder }: JobRoad,
  pending?: PendingRelease,
  full?: GpuFull,
): Promise<PassState> {
  const begun = full?.begun;
  if (!begun) await planJob(info, job, path.dirname(job.output));
  let ladder: MemoryLadder | undefined;
  try {
    ladder = full && firstStep(job, full.error, context);
  } catch (error) {
    if (begun) await removeScratchFolder(begun.scratch);
    throw error;
  }
  if (begun && begun.finished > 0)
    context.onLog('info', `What is encoded stays: segments up to number ${begun.finished}`);
  return {
    scratch: begun?.scratch ?? (await folder.open()),
    next: { kind: 'faces' },
    ...(pending && { pending }),
    ...(begun && { finished: begun.finished }),
    ...(ladder && { ladder }),
    framesWithSwap: 0,
    facesSwapped: 0,
    providers: [],
    releases: [],
    timings: {},
    seconds: 0,
    peakMemoryMb: 0,
  };
}

/** After everything at once comes one processor at a time; a single one has to give up more at once. */
function firstStep(job: SwapJob, error: FaceSwapError, { onLog }: PipelineContext): MemoryLadder {
  const parted = { ladder: {}, told: 'the processors work one after the other from here on' };
  const { ladder, told } =
    job.processors.length > 1 ? parted : stepDown(job, undefined, worksOf(job.processors), error);
  onLog('warn', describeStep(error, told));
  return ladder;
}

/**
 * Renders a video one processor at a time: loads, runs, releases, and goes on only when the memory is back. When it
 * does not come back by itself, `RecycleWanted` is thrown: a fresh process goes on with the state in it.
 */
export async function renderPasses(road: JobRoad, state: PassState): Promise<Rendered> {
  const { job, info, context, watch } = road;
  const now = context.gate?.now ?? (() => performance.now());
  const seconds = state.seconds - now() / 1000;
  context.onScratch(state.scratch, job.resumable ?? false);
  Object.assign(watch.totals, state.timings);
  const remember = () => {
    state.timings = watch.totals;
    state.seconds = seconds + now() / 1000;
    state.peakMemoryMb = Math.max(state.peakMemoryMb, road.memory.mb);
    const peakMb = Math.max(state.gpu?.peakMb ?? 0, road.gpu.use?.peakMb ?? 0);
    if (road.gpu.use) state.gpu = { ...road.gpu.use, peakMb };
    context.onCheckpoint?.(structuredClone(state));
  };
  let keep = false;
  try {
    const segments = await planJob(info, job, state.scratch);
    const meter = new PassMeter(road, segments, state.next);
    let by: GpuRelease['by'] = job.resume ? 'recycling' : 'release';
    while (state.next) {
      if (!(await settle(road, state, by))) {
        remember();
        keep = true;
        throw new RecycleWanted(structuredClone(state));
      }
      by = 'release';
      await onePass(road, state, segments, meter);
      remember();
    }
    const { framesWithSwap, facesSwapped, problems } = state;
    const finished = await finishVideo(road, segments, state.scratch, state.providers, () =>
      settle(road, state, 'release'),
    );
    remember();
    return { framesWithSwap, facesSwapped, ...(problems && { problems }), ...finished };
  } finally {
    if (!keep) await removeScratchFolder(state.scratch);
  }
}

async function onePass(
  road: JobRoad,
  state: PassState,
  segments: readonly Segment[],
  meter: PassMeter,
): Promise<void> {
  const pass = state.next!;
  const { gpu, context, watch } = road;
  const name = pass.kind === 'faces' ? 'faces' : road.job.processors[pass.index];
  const job = withLadder(road.job, state.ladder, name);
  const baselineMb = await watch.time('measuring GPU memory', () => baselineOf(gpu));
  let beforeMb = baselineMb ?? 0;
  const work: PassWork = {
    ...road,
    job,
    providers: [],
    onLoaded: () => (beforeMb = gpu.latest?.usedMb ?? beforeMb),
  };
  const processor = name === 'faces' ? 'face analysis' : name;
  context.onLog('info', `Memory strategy sequential: now ${processor}`);
  try {
    await workOn(work, pass, state, segments, meter);
  } catch (error) {
    if (!isGpuFull(error)) throw error;
    // What this pass has finished stays; the same pass goes on with less.
    const { ladder, told } = stepDown(road.job, state.ladder, [name], error);
    context.onLog('warn', describeStep(error, told));
    state.ladder = ladder;
  }
  for (const choice of work.providers) {
    state.providers = [...state.providers.filter(({ model }) => model !== choice.model), choice];
  }
  if (baselineMb !== undefined) state.pending = { processor, baselineMb, beforeMb, ms: 0 };
}

/** Does one pass, and says in the state which one is next. */
async function workOn(
  work: PassWork,
  pass: Pass,
  state: PassState,
  segments: readonly Segment[],
  meter: PassMeter,
): Promise<void> {
  const { job } = work;
  const progress = meter.begin(pass);
  if (pass.kind === 'faces') {
    Object.assign(state, await facesPass(work, segments, progress));
    state.next = { kind: 'processor', index: 0, first: state.finished ?? 0 };
    return;
  }
  const end = await processorPass(work, pass, segments, job.execution.maxDiskMb * 1e6, progress);
  if (pass.index === job.processors.length - 1)
    await removePassFiles(segments.slice(pass.first, end), pass.index);
  const next = passAfter(pass, end, job.processors.length, segments.length);
  if (next) state.next = next;
  else delete state.next;
}

/** The next processor over the same stretch, or the first one over the next. */
function passAfter(
  { index, first }: Extract<Pass, { kind: 'processor' }>,
  end: number,
  processors: number,
  segments: number,
): Pass | undefined {
  if (index + 1 < processors) return { kind: 'processor', index: index + 1, first, end };
  return end < segments ? { kind: 'processor', index: 0, first: end } : undefined;
}

/** Waits for the memory of the last pass. False when it is not back and a fresh process would help. */
async function settle(road: JobRoad, state: PassState, by: GpuRelease['by']): Promise<boolean> {
  const { pending } = state;
  if (!pending) return true;
  const { gpu, job, context, watch } = road;
  // After the last pass nobody needs the memory any more; a look at it does.
  const seconds = job.execution.gpuMemoryWaitSeconds;
  const wait = state.next ? seconds : Math.min(seconds, 2);
  const release = await watch.time('measuring GPU memory', async () => {
    if (!gpu.latest) await baselineOf(gpu);
    // A fresh process has not used anything yet.
    const waited = runningOn(by === 'release' ? state.providers : []);
    return measureRelease(gpu, pending, by, wait, context.onLog, waited);
  });
  const mayRecycle = by === 'release' && state.next !== undefined && context.onCheckpoint !== undefined;
  if (release.verdict === 'held' && mayRecycle) {
    pending.ms = release.ms;
    return false;
  }
  delete state.pending;
  state.releases.push(release);
  context.onRelease?.(release);
  return true;
}
