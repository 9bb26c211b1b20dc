import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import type { EncodingOptions } from '../../protocol/job';
import { frameBytes } from '../image/frame';
import type { MediaInfo } from './mediaInfo';

/** A stretch of the video that is encoded on its own and finished when its file has its name. */
export interface Segment {
  index: number;
  firstFrame: number;
  frames: number;
  file: string;
}

/** Cuts a video into segments of `length` frames; the last one is shorter. */
export function planSegments(frames: number, length: number, folder: string): Segment[] {
  return Array.from({ length: Math.ceil(frames / length) }, (_, index) => ({
    index,
    firstFrame: index * length,
    frames: Math.min(length, frames - index * length),
    file: path.join(folder, `${String(index).padStart(6, '0')}.mp4`),
  }));
}

/** Name under which a segment is written until it is complete. */
export function partialName(segment: Segment): string {
  return `${segment.file}.part`;
}

/** Gives a completely written segment its name; from then on it counts. */
export async function completeSegment(segment: Segment): Promise<void> {
  // On disk before it counts: a segment must not turn out hollow after a power cut.
  const handle = await open(partialName(segment), 'r+');
  await handle.datasync().finally(() => handle.close());
  await rename(partialName(segment), segment.file);
}

/**
 * Makes a folder of our own beside the output, so that the result can be renamed into place.
 * @throws output-not-writable, output-folder-missing, disk-full
 */
export async function createScratchFolder(output: string): Promise<string> {
  const name = `.${path.basename(output).slice(0, 70)}.face-swap-${randomBytes(4).toString('hex')}`;
  const folder = path.join(path.dirname(output), name);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const error =
      code === 'ENOENT' ? 'output-folder-missing' : code === 'ENOSPC' ? 'disk-full' : 'output-not-writable';
    throw new FaceSwapError(error, { file: path.dirname(output), reason: code ?? String(cause) }, { cause });
  }
  return folder;
}

/** Removes a scratch folder with all that is in it; one that is gone already is fine. */
export async function removeScratchFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/**
 * Bytes a job will need at most at one time: segments and the joined file, which exist together for a while. A
 * rough upper bound from size and quality, never more than twice what frames take without compression.
 */
export function estimateBytes(info: MediaInfo, encoding: EncodingOptions): number {
  const lossless = encoding.quality >= 100;
  const bitsPerPixel = lossless ? 8 : 0.02 * 2 ** (encoding.quality / 17);
  const { width, height } = info.format;
  const perFrame = Math.min(frameBytes(info.format), (width * height * bitsPerPixel) / 8);
  return Math.ceil(2 * perFrame * info.frames + info.bytes + 1_000_000);
}

/** @throws disk-full with the facts `needed` and `free` in bytes */
export async function checkFreeSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed) throw new FaceSwapError('disk-full', { file: folder, needed, free });
}

/** @throws internal when a segment that should be complete is not there */
export async function checkSegment(segment: Segment): Promise<void> {
  const found = await stat(segment.file).catch(() => undefined);
  if (!found || found.size === 0)
    throw new FaceSwapError('internal', { reason: `segment ${segment.index} is missing` });
}
