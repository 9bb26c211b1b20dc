import { FaceSwapError } from '../protocol/errors';
import type { Frame } from './image/frame';
import type { LivePictures } from './livePictures';
import { applyPatch, makePatch } from './media/framePatch';
import type { FramePool } from './media/framePool';
import type { FrameReader } from './media/frameReader';
import { openFrameWriter, type FrameWriter } from './media/frameWriter';
import { RecordReader, RecordWriter } from './media/records';
import { completeSegment, partialName, type Segment } from './media/segments';
import { facesFile, patchFile, unpackFaces } from './passFiles';
import type { PassProgress, PassWork } from './passWork';
import { processFaces } from './processFaces';
import type { FrameProcessor } from './processors/processor';

/** What the segments of a pass share. */
export interface PassRoom {
  /** Stands before the segment's first frame. */
  reader: FrameReader;
  pool: FramePool;
  processor: FrameProcessor;
  /** Memory for a frame as it was decoded. */
  original: Frame;
  /** Bytes that may be written for the next processor. */
  left: number;
  progress: PassProgress;
  live: LivePictures;
}

/**
 * Takes one processor over one segment: decodes, puts back what the processors before have changed, lets this one work, and
 * writes down all changes; after the last processor it encodes. Returns the bytes written for the next processor; more than
 * were left mean that it gave up half-way.
 */
export async function passSegment(
  work: PassWork,
  segment: Segment,
  index: number,
  room: PassRoom,
): Promise<number> {
  const { info, label, watch, providers, context } = work;
  const { reader, pool, original, progress } = room;
  const { faces, incoming, outgoing, writer } = await openFiles(work, segment, index);
  let writing: Promise<void> = Promise.resolve();
  try {
    for (let i = 0; i < segment.frames; i++) {
      const frame = await watch.time('waiting for the decoder', () => reader.read());
      if (!frame) throw new FaceSwapError('media-truncated', { file: info.file });
      original.data.set(frame.data);
      if (incoming) await applyPatch(frame, await incoming.read());
      const { all, chosen } = unpackFaces(await faces.read());
      await processFaces(frame, all, chosen, [room.processor], watch, writer && label);
      if (writer) {
        // A picture that cannot be made is no reason to end the job.
        room.live.offer(frame).catch(() => undefined);
        await watch.time('waiting for the encoder', () => writing);
        writing = writer.write(frame).then(() => pool.give(frame));
        // Awaited above or below; until then a failure must not count as unhandled.
        writing.catch(() => undefined);
      }
      if (outgoing) {
        await outgoing.write(await makePatch(original, frame));
        pool.give(frame);
        if (outgoing.bytes > room.left) return outgoing.bytes;
      }
      progress(segment.firstFrame + i + 1, providers);
      await context.gate?.pass(context.signal);
    }
    await writing;
    if (writer) await finish(writer, segment, watch);
    return outgoing?.bytes ?? 0;
  } catch (error) {
    await writer?.abort();
    throw error;
  } finally {
    for (const file of [faces, incoming, outgoing]) await file?.close();
  }
}

async function finish(writer: FrameWriter, segment: Segment, watch: PassWork['watch']): Promise<void> {
  await watch.time('waiting for the encoder', () => writer.finish());
  await completeSegment(segment);
}

interface SegmentFiles {
  faces: RecordReader;
  /** What the processors before have changed. */
  incoming?: RecordReader;
  /** One of both: changes for the next processor, or the encoder after the last one. */
  outgoing?: RecordWriter;
  writer?: FrameWriter;
}

async function openFiles(
  { job, info, tools, context }: PassWork,
  segment: Segment,
  index: number,
): Promise<SegmentFiles> {
  const isLast = index === job.processors.length - 1;
  return {
    faces: await RecordReader.open(facesFile(segment)),
    ...(index > 0 && { incoming: await RecordReader.open(patchFile(segment, index - 1)) }),
    ...(isLast
      ? { writer: openFrameWriter(partialName(segment), info, job.encoding, tools, context.signal) }
      : { outgoing: await RecordWriter.open(patchFile(segment, index)) }),
  };
}
