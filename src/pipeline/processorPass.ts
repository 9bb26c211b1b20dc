import { rm, stat } from 'node:fs/promises';
import { FaceSwapError } from '../protocol/errors';
import type { Pass } from '../protocol/passes';
import { openFaceModels } from './faceModels';
import { createFrame } from './image/frame';
import { FramePool } from './media/framePool';
import { openFrameReader } from './media/frameReader';
import type { Segment } from './media/segments';
import { recall, remember } from './learnt';
import { LivePictures } from './livePictures';
import { openEnhancer } from './openEnhancer';
import { openSwapperFor } from './openProcessors';
import { patchFile } from './passFiles';
import { passSegment } from './passSegment';
import type { PassProgress, PassWork } from './passWork';
import type { FrameProcessor } from './processors/processor';

type ProcessorPass = Extract<Pass, { kind: 'processor' }>;

/**
 * Takes one processor over a stretch of segments. Returns the segment it stopped before: the first processor stops where what waits
 * for the next one would take more than `budget` bytes. Throws `disk-full` when not one segment fits.
 */
export async function processorPass(
  work: PassWork,
  pass: ProcessorPass,
  segments: readonly Segment[],
  budget: number,
  progress: PassProgress,
): Promise<number> {
  const { job, info, tools, context, watch } = work;
  const isFirst = pass.index === 0;
  const end = pass.end ?? segments.length;
  const { processor, close } = await watch.time('models', () => openAlone(work, pass.index));
  try {
    const pool = new FramePool(info.format, 4);
    const start = pass.from ?? pass.first;
    await recall([processor], segments, start, context.onLog);
    const startFrame = segments[start].firstFrame;
    const reader = openFrameReader(info, tools, { pool, startFrame, signal: context.signal });
    const original = createFrame(info.format);
    const live = new LivePictures(info, context.pictures);
    const run = async () => {
      let left = isFirst
        ? budget - (await bytesWaiting(segments.slice(pass.first, start), pass.index))
        : Infinity;
      for (let s = start; s < end; s++) {
        pass.from = s;
        const room = { reader, pool, processor, original, left, progress, live };
        const bytes = await passSegment(work, segments[s], pass.index, room);
        await remember([processor], segments[s]);
        left -= bytes;
        if (left < 0) {
          await rm(patchFile(segments[s], pass.index));
          if (s > pass.first) return s;
          throw new FaceSwapError('disk-full', { file: job.output, limit: job.execution.maxDiskMb });
        }
        // The next one will take about as much.
        if (bytes > left) return s + 1;
      }
      return end;
    };
    try {
      return await watch.time('swap', run);
    } finally {
      await reader.close();
      work.onLoaded();
    }
  } finally {
    await close();
  }
}

/** What segments that are done take on the disk. */
async function bytesWaiting(segments: readonly Segment[], index: number): Promise<number> {
  let bytes = 0;
  for (const segment of segments)
    bytes += (await stat(patchFile(segment, index)).catch(() => undefined))?.size ?? 0;
  return bytes;
}

/** A processor with nothing loaded besides it but what it needs itself: a swapper has to know the source's face. */
async function openAlone(
  { job, context, providers }: PassWork,
  index: number,
): Promise<{ processor: FrameProcessor; close: () => Promise<void> }> {
  if (job.processors[index] === 'face_enhancer') {
    const processor = await openEnhancer(job, providers, context);
    return { processor, close: () => processor.close() };
  }
  const models = await openFaceModels(job.execution, context.onLog, job.models);
  providers.push(...models.providers);
  try {
    const processor = await openSwapperFor(job, { ...models, providers }, context);
    const close = async () => {
      await processor.close();
      await models.close();
    };
    return { processor, close };
  } catch (error) {
    await models.close();
    throw error;
  }
}
