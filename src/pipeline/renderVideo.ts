import path from 'node:path';
import type { Frame } from './image/frame';
import { FaceTracker, type TrackedFrame } from './faces/tracker';
import { FramePool } from './media/framePool';
import { openFrameReader, type FrameReader } from './media/frameReader';
import { openFrameWriter, type FrameWriter } from './media/frameWriter';
import { joinSegments } from './media/mux';
import { extensionOf, publish } from './media/output';
import {
  checkFreeSpace,
  completeSegment,
  createScratchFolder,
  estimateBytes,
  partialName,
  planSegments,
  removeScratchFolder,
  type Segment,
} from './media/segments';
import { verifyResult } from './media/verify';
import { Speedometer } from './progress';
import { processFrame, type OpenJob, type Rendered } from './swapVideo';

/** About 20 seconds of film: long enough that the key frame at a joint costs nothing. */
const segmentFrames = 500;

/** Frames in flight besides those the tracker holds: one being read, one being changed, two being encoded. */
const spareFrames = 4;

/** Renders a video segment by segment, joins, verifies and publishes it. */
export async function renderVideo(open: OpenJob): Promise<Rendered> {
  const { job, info, tools, context, watch } = open;
  const folder = path.dirname(job.output);
  await checkFreeSpace(folder, estimateBytes(info, job.encoding));
  const scratch = await createScratchFolder(job.output);
  context.onScratch(scratch);
  try {
    const segments = planSegments(info.frames, segmentFrames, scratch);
    const swapped = await watch.time('swap', () => renderSegments(open, segments));
    const extension = extensionOf(job.output);
    const joined = path.join(scratch, `joined${extension}`);
    const { skipAudio, encoder } = job.encoding;
    const { signal } = context;
    context.onProgress({ stage: 'join', frame: info.frames, total: info.frames, fps: 0 });
    const options = { extension, encoder, skipAudio, signal };
    const { audio, audioStreams, warnings } = await watch.time('join', () =>
      joinSegments(segments, info, joined, options, tools),
    );
    context.onProgress({ stage: 'verify', frame: info.frames, total: info.frames, fps: 0 });
    await watch.time('verify', () => verifyResult(joined, info, audioStreams, tools, signal));
    await publish(joined, job.output, job.overwrite);
    return { ...swapped, audio, warnings };
  } finally {
    await removeScratchFolder(scratch);
  }
}

type Counts = Pick<Rendered, 'framesWithSwap' | 'facesSwapped'>;

/** Decoder → tracker → selection → processors → encoder, one encoder per segment. */
async function renderSegments(open: OpenJob, segments: readonly Segment[]): Promise<Counts> {
  const { job, info, tools, models, context, watch } = open;
  const { signal } = context;
  const pool = new FramePool(info.format, FaceTracker.lookAhead + spareFrames);
  const tracker = new FaceTracker({ models, smallFaces: job.smallFaces });
  const reader = openFrameReader(info, tools, { pool, signal });
  const meter = new Speedometer();
  const counts: Counts = { framesWithSwap: 0, facesSwapped: 0 };
  const [{ provider }] = models.providers;
  const fellBack = models.providers.some((choice) => choice.fellBack);
  let writer: FrameWriter | undefined;
  let writing: Promise<void> = Promise.resolve();
  try {
    const frames = trackedFrames(reader, tracker, watch);
    for (const segment of segments) {
      writer = openFrameWriter(partialName(segment), info, job.encoding, tools, signal);
      for (let i = 0; i < segment.frames; i++) {
        const tracked = (await frames.next()).value as TrackedFrame;
        const swapped = await processFrame(tracked, open);
        counts.facesSwapped += swapped;
        counts.framesWithSwap += swapped > 0 ? 1 : 0;
        await watch.time('waiting for the encoder', () => writing);
        writing = writeAndGive(writer, tracked.frame, pool);
        // Awaited above or below; until then a failure must not count as unhandled.
        writing.catch(() => undefined);
        const frame = tracked.frame.index + 1;
        context.onProgress({
          stage: 'swap',
          frame,
          total: info.frames,
          ...meter.measure(frame, info.frames),
          provider,
          fellBack,
        });
      }
      await writing;
      await watch.time('waiting for the encoder', () => writer!.finish());
      await completeSegment(segment);
      writer = undefined;
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

/** Every frame of the reader, in order, with its faces. */
async function* trackedFrames(
  reader: FrameReader,
  tracker: FaceTracker,
  watch: OpenJob['watch'],
): AsyncGenerator<TrackedFrame> {
  for (;;) {
    const frame = await watch.time('waiting for the decoder', () => reader.read());
    if (frame) await watch.time('faces', () => tracker.push(frame));
    else tracker.flush();
    for (let tracked = tracker.next(); tracked; tracked = tracker.next()) yield tracked;
    if (!frame) return;
  }
}
