import path from 'node:path';
import type { GpuRelease } from '../protocol/gpu';
import type { Pass, PassState, PendingRelease } from '../protocol/passes';
import { facesPass } from './facesPass';
import { finishVideo, planJob } from './finishVideo';
import { baselineOf, measureRelease } from './measuredRelease';
import { createScratchFolder, removeScratchFolder, type Segment } from './media/segments';
import { PassMeter } from './passMeter';
import { removePassFiles } from './passFiles';
import type { JobRoad, PassWork } from './passWork';
import { processorPass } from './processorPass';
import { RecycleWanted } from './recycle';
import type { Rendered } from './swapVideo';

/** A job whose processors work one after the other, before its first pass. */
export async function beginPasses({ job, info }: JobRoad, pending?: PendingRelease): Promise<PassState> {
  await planJob(info, job, path.dirname(job.output));
  return {
    scratch: await createScratchFolder(job.output),
    next: { kind: 'faces' },
    ...(pending && { pending }),
    framesWithSwap: 0,
    facesSwapped: 0,
    providers: [],
    releases: [],
    timings: {},
    seconds: 0,
    peakMemoryMb: 0,
  };
}

/**
 * Renders a video one processor at a time: loads, runs, releases, and goes on only when the memory is back. When it
 * does not come back by itself, `RecycleWanted` is thrown: a fresh process goes on with the state in it.
 */
export async function renderPasses(road: JobRoad, state: PassState): Promise<Rendered> {
  const { job, info, context, watch } = road;
  const seconds = state.seconds - performance.now() / 1000;
  context.onScratch(state.scratch);
  Object.assign(watch.totals, state.timings);
  const remember = () => {
    state.timings = watch.totals;
    state.seconds = seconds + performance.now() / 1000;
    state.peakMemoryMb = Math.max(state.peakMemoryMb, process.resourceUsage().maxRSS / 1024);
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
    const { framesWithSwap, facesSwapped } = state;
    const finished = await finishVideo(road, segments, state.scratch, state.providers, () =>
      settle(road, state, 'release'),
    );
    remember();
    return { framesWithSwap, facesSwapped, ...finished };
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
  const { job, gpu, context, watch } = road;
  const baselineMb = await watch.time('measuring GPU memory', () => baselineOf(gpu));
  let beforeMb = baselineMb ?? 0;
  const work: PassWork = {
    ...road,
    providers: [],
    onLoaded: () => (beforeMb = gpu.latest?.usedMb ?? beforeMb),
  };
  const processor = pass.kind === 'faces' ? 'face analysis' : job.processors[pass.index];
  context.onLog('info', `Memory strategy sequential: now ${processor}`);
  const progress = meter.begin(pass);
  if (pass.kind === 'faces') {
    Object.assign(state, await facesPass(work, segments, progress));
    state.next = { kind: 'processor', index: 0, first: 0 };
  } else {
    const budget = job.execution.maxDiskMb * 1e6;
    const end = await processorPass(work, pass, segments, budget, progress);
    if (pass.index === job.processors.length - 1)
      await removePassFiles(segments.slice(pass.first, end), pass.index);
    const next = passAfter(pass, end, job.processors.length, segments.length);
    if (next) state.next = next;
    else delete state.next;
  }
  const known = new Set(state.providers.map(({ model }) => model));
  state.providers.push(...work.providers.filter(({ model }) => !known.has(model)));
  if (baselineMb !== undefined) state.pending = { processor, baselineMb, beforeMb, ms: 0 };
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
    return measureRelease(gpu, pending, by, wait, context.onLog);
  });
  const mayRecycle = by === 'release' && state.next !== undefined && context.onCheckpoint !== undefined;
  if (release.verdict === 'held' && mayRecycle) {
    pending.ms = release.ms;
    return false;
  }
  delete state.pending;
  state.releases.push(release);
  return true;
}
