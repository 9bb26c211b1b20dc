import type { Frame } from './image/frame';
import { FramePool } from './media/framePool';
import { openFrameReader } from './media/frameReader';
import { readImage } from './media/images';
import type { MediaInfo } from './media/mediaInfo';
import type { MediaTools } from './media/tools';

/**
 * One frame of a video, 0-based, or an image as a frame; numbers beyond the end give the last frame. The frame is
 * the caller's to keep. Throws what the reader throws.
 */
export async function frameAt(
  info: MediaInfo,
  index: number,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<Frame> {
  if (info.kind === 'image') return readImage(info);
  const startFrame = Math.max(0, Math.min(index, info.frames - 1));
  const pool = new FramePool(info.format, 1);
  const reader = openFrameReader(info, tools, { pool, startFrame, ...(signal ? { signal } : {}) });
  try {
    // The index is inside the video, so there is a frame or the reader throws.
    return (await reader.read())!;
  } finally {
    await reader.close();
  }
}
