import type { GpuRelease } from '../protocol/gpu';
import type { PendingRelease } from '../protocol/passes';
import type { JobReport, Stage } from '../protocol/report';
import { openFaceModelsFor } from './openModelsFor';
import { baselineOf, measureRelease, runningOn } from './measuredRelease';
import { GpuFullHalfWay, isGpuFull, type GpuFull } from './memoryLadder';
import { chooseStrategy } from './memoryStrategy';
import { openProcessors } from './openProcessors';
import { openSelector } from './openSelector';
import type { JobRoad } from './passWork';
import type { FrameProcessor } from './processors/processor';
import { renderImage } from './renderImage';
import { renderVideo } from './renderVideo';
import { finishReport, type OpenJob } from './swapVideo';

/** After the last frame nobody needs the memory any more: a look at it, no wait. */
const lookSeconds = 2;

/**
 * Loads the models of all processors and takes every frame through all of them. Without a report the GPU turned out too
 * small for that: everything has been released, and the processors are to work one after the other. `full` tells that this
 * turned out half-way.
 */
export async function swapTogether(
  road: JobRoad,
): Promise<{ report?: JobReport; pending?: PendingRelease; full?: GpuFull }> {
  const { job, info, tools, context, watch, gpu } = road;
  const now = context.gate?.now ?? (() => performance.now());
  const started = now();
  const enter = (stage: Stage) => context.onProgress({ stage, frame: 0, total: 0, fps: 0 });
  const baselineMb = await baselineOf(gpu);
  enter('models');
  const models = await watch.time('models', () => openFaceModelsFor(job, context));
  let processors: FrameProcessor[] = [];
  const close = async () => {
    for (const processor of processors) await processor.close();
    await models.close();
  };
  const pendingNow = (): PendingRelease | undefined => {
    if (baselineMb === undefined) return undefined;
    const beforeMb = gpu.latest?.usedMb ?? baselineMb;
    return { processor: job.processors.join(' + '), baselineMb, beforeMb, ms: 0 };
  };
  const releases: GpuRelease[] = [];
  const release = async () => {
    const pending = pendingNow();
    await close();
    const wait = Math.min(lookSeconds, job.execution.gpuMemoryWaitSeconds);
    if (!pending) return;
    const measured = await measureRelease(
      gpu,
      pending,
      'release',
      wait,
      context.onLog,
      runningOn(models.providers),
    );
    releases.push(measured);
    context.onRelease?.(measured);
  };
  try {
    enter('source');
    const selector = await watch.time('source', async () => {
      processors = await openProcessors(job, models, context);
      return openSelector(job, info, tools, models, context);
    });
    if (info.kind === 'video' && !(await fits(road, models.providers, baselineMb))) {
      const pending = pendingNow();
      return pending ? { pending } : {};
    }
    const open: OpenJob = { ...road, models, selector, processors };
    const rendered = await (info.kind === 'image' ? renderImage(open) : renderVideo(open, release));
    if (info.kind === 'image') await release();
    const seconds = (now() - started + (watch.totals['probe'] ?? 0)) / 1000;
    return { report: finishReport(road, rendered, models.providers, releases, seconds) };
  } catch (error) {
    const full = error instanceof GpuFullHalfWay ? error.full : isGpuFull(error) && { error };
    if (!full) throw error;
    const pending = pendingNow();
    return { full, ...(pending && { pending }) };
  } finally {
    await close();
  }
}

async function fits(
  { job, gpu, context }: JobRoad,
  providers: JobReport['providers'],
  baselineMb: number | undefined,
): Promise<boolean> {
  // While models load this thread hears of nothing: the last reading may be an old one.
  if (providers.some(({ provider }) => provider !== 'cpu')) await gpu.next(1500);
  const { strategy, reason } = chooseStrategy({
    wanted: job.execution.memoryStrategy,
    processors: job.processors.length,
    providers,
    ...(baselineMb !== undefined && { baselineMb }),
    ...(gpu.latest && { loaded: gpu.latest }),
  });
  context.onLog('info', `Memory strategy ${strategy}: ${reason}`);
  return strategy === 'together';
}
