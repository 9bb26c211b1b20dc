import { createFrame, frameBytes, type Frame } from '../image/frame';
import { passthrough, quiet, rawPixelFormat } from './arguments';
import { startTool, throwIfCancelled } from './childProcess';
import { fileUrl } from './ffprobe';
import type { MediaInfo } from './mediaInfo';
import type { MediaTools } from './tools';

/**
 * A frame of a video that can be decoded without any other, at or shortly before a time: the cheapest look into a long film.
 * Undefined where the decoder finds none there; whether the file is whole is for the road to tell.
 * @param seconds from the first frame on
 */
export async function keyFrameNear(
  info: MediaInfo,
  seconds: number,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<Frame | undefined> {
  const at = Math.max(0, info.startSeconds + seconds - info.fileStartSeconds);
  const args = [
    ...quiet,
    // One thread hands out a frame as soon as it can; several would have decoded some more.
    ...['-threads', '1', '-noautorotate', '-noaccurate_seek', '-ss', at.toFixed(3)],
    // A decoder that skips all others gives a key frame away only when it has decoded the next one.
    ...(info.seekable ? [] : ['-skip_frame', 'nokey']),
    ...['-i', fileUrl(info.file), '-map', `0:${info.streamIndex}`, '-frames:v', '1'],
    // Its time lies before the one that was asked for, where it would be dropped.
    ...passthrough(tools.ffmpeg),
    ...['-pix_fmt', rawPixelFormat(info), '-f', 'rawvideo', 'pipe:1'],
  ];
  const decoder = startTool(tools.ffmpeg.path, args, { stdin: false, stdout: true }, signal);
  const data = new Uint8Array(frameBytes(info.format));
  let filled = 0;
  decoder.child.stdout!.on('data', (piece: Buffer) => {
    data.set(piece.subarray(0, data.length - filled), filled);
    filled += Math.min(piece.length, data.length - filled);
  });
  await decoder.ended;
  throwIfCancelled(signal);
  return filled === data.length ? createFrame(info.format, data) : undefined;
}
