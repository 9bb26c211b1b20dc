import path from 'node:path';
import { checkedFrames } from './checkedFrames';
import type { Frame } from './image/frame';
import { FaceTracker } from './faces/tracker';
import { finishVideo, planJob } from './finishVideo';
import { recall, remember } from './learnt';
import { LivePictures } from './livePictures';
import { GpuFullHalfWay, isGpuFull } from './memoryLadder';
import { FramePool } from './media/framePool';
import { openFrameReader } from './media/frameReader';
import { openFrameWriter, type FrameWriter } from './media/frameWriter';
import { completeSegment, partialName, removeScratchFolder, type Segment } from './media/segments';
import { ProblemFinder } from './problemFinder';
import { runningWith, Speedometer } from './progress';
import { processFrame, type OpenJob, type Rendered } from './swapVideo';
import { trackedFrames, trackerFor } from './trackedFrames';

/** Frames in flight besides those the tracker holds: one being read, one being changed, two being encoded. */
const spareFrames = 4;

/**
 * Renders a video segment by segment with all processors at once, joins, verifies and publishes it. `release` gives the
 * models back as soon as the last frame has passed. When the GPU's memory is full half-way, the segments that are
 * complete stay, and `GpuFullHalfWay` says where.
 */
export async function renderVideo(open: OpenJob, release: () => Promise<unknown>): Promise<Rendered> {
  const { job, info, context, watch, models } = open;
  await planJob(info, job, path.dirname(job.output));
  const scratch = await open.folder.open();
  const begun = { scratch, finished: open.folder.saved.begun?.finished ?? 0 };
  const problems = new ProblemFinder(info, context.onProblem);
  let keep = false;
  try {
    const segments = await planJob(info, job, scratch);
    const swapped = await watch.time('swap', () => renderSegments({ ...open, problems }, segments, begun));
    const found = problems.finish();
    return {
      ...swapped,
      problems: found,
      ...(await finishVideo(open, segments, scratch, models.providers, release)),
    };
  } catch (error) {
    keep = isGpuFull(error);
    throw isGpuFull(error) ? new GpuFullHalfWay({ error, begun }) : error;
  } finally {
    if (!keep) await removeScratchFolder(scratch);
  }
}

type Counts = Pick<Rendered, 'framesWithSwap' | 'facesSwapped'>;

/** Decoder → tracker → selection → processors → encoder, one encoder per segment. */
async function renderSegments(
  open: OpenJob & { problems: ProblemFinder },
  segments: readonly Segment[],
  begun: { finished: number },
): Promise<Counts> {
  const { job, info, tools, models, context, watch, folder, selector, processors, problems } = open;
  const { signal } = context;
  const left = folder.saved.begun;
  const pool = new FramePool(info.format, FaceTracker.lookAhead + spareFrames);
  const tracker = trackerFor(job, models, selector);
  if (left) problems.restore(left.problems);
  if (left?.tracker !== undefined) tracker.restore(left.tracker);
  if (left?.selector !== undefined) selector.restore(left.selector);
  const counts: Counts = {
    framesWithSwap: left?.framesWithSwap ?? 0,
    facesSwapped: left?.facesSwapped ?? 0,
  };
  const rest = segments.slice(begun.finished);
  if (rest.length === 0) return counts;
  await recall(processors, segments, begun.finished, context.onLog);
  const startFrame = rest[0].firstFrame;
  const reader = openFrameReader(info, tools, { pool, startFrame, signal });
  const meter = new Speedometer(context.gate?.now);
  const live = new LivePictures(info, context.pictures);
  const running = runningWith(models.providers);
  let writer: FrameWriter | undefined;
  let writing: Promise<void> = Promise.resolve();
  try {
    const frames = checkedFrames(
      trackedFrames(reader, tracker, watch),
      open.content,
      info,
      watch,
      left?.content,
    );
    for (const segment of rest) {
      writer = openFrameWriter(partialName(segment), info, job.encoding, tools, signal);
      for (let i = 0; i < segment.frames; i++) {
        const tracked = (await frames.next()).value!;
        const swapped = await processFrame(tracked, open);
        counts.facesSwapped += swapped;
        counts.framesWithSwap += swapped > 0 ? 1 : 0;
        await watch.time('waiting for the encoder', () => writing);
        // A picture that cannot be made is no reason to end the job.
        live.offer(tracked.frame).catch(() => undefined);
        writing = writeAndGive(writer, tracked.frame, pool);
        // Awaited above or below; until then a failure must not count as unhandled.
        writing.catch(() => undefined);
        const frame = tracked.frame.index + 1;
        context.onProgress({
          stage: 'swap',
          frame,
          total: info.frames,
          ...meter.measure(frame - startFrame, info.frames - startFrame),
          ...running,
        });
        await context.gate?.pass(signal);
      }
      await writing;
      await watch.time('waiting for the encoder', () => writer!.finish());
      await remember(processors, segment);
      await completeSegment(segment);
      begun.finished++;
      writer = undefined;
      const next = segment.firstFrame + segment.frames;
      const isLast = next === info.frames;
      // Nearer to the end the tracker has already handed out what it held back; there is no going on from there.
      if (!isLast && next + FaceTracker.lookAhead > info.frames) continue;
      folder.save({
        begun: {
          finished: begun.finished,
          ...counts,
          ...(!isLast && {
            tracker: tracker.snapshot(),
            selector: selector.snapshot(),
            content: open.content.snapshot(),
          }),
          problems: problems.snapshot(),
        },
      });
    }
    return counts;
  } finally {
    await writer?.abort();
    await reader.close();
  }
}

async function writeAndGive(writer: FrameWriter, frame: Frame, pool: FramePool): Promise<void> {
  await writer.write(frame);
  pool.give(frame);
}
