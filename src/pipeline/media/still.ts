import { jumpArguments, passthrough, quiet } from './arguments';
import { startTool, throwIfCancelled, toolFailure } from './childProcess';
import { fileUrl } from './ffprobe';
import type { MediaInfo } from './mediaInfo';
import type { MediaTools } from './tools';

/**
 * The frame shown at a time of a video, upright, as JPEG bytes.
 * @param seconds from the first frame on; beyond the end gives the last frame
 * @throws tool-failed, cancelled
 */
export async function videoStillJpeg(
  info: MediaInfo,
  seconds: number,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<Buffer> {
  const tick = info.timeBase.num / info.timeBase.den;
  const wanted = info.startSeconds + seconds + tick;
  const next = info.timestamps.findIndex((time) => time * tick > wanted);
  const shown = Math.max(0, (next < 0 ? info.frames : next) - 1);
  const { seek, filters } = info.seekable
    ? jumpArguments(info, shown)
    : { seek: roughly(info, shown), filters: [] };
  const args = [
    ...[...quiet, ...seek, '-i', fileUrl(info.file), '-map', `0:${info.streamIndex}`],
    ...(filters.length > 0 ? ['-vf', filters.join()] : []),
    // Its time may lie before the one that was asked for, where it would be dropped.
    ...passthrough(tools.ffmpeg),
    ...['-frames:v', '1', '-q:v', '2', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj444p', '-f', 'image2pipe', 'pipe:1'],
  ];
  const decoder = startTool(tools.ffmpeg.path, args, { stdin: false, stdout: true }, signal);
  const pieces: Buffer[] = [];
  decoder.child.stdout!.on('data', (piece: Buffer) => pieces.push(piece));
  const { code } = await decoder.ended;
  throwIfCancelled(signal);
  if (code !== 0 || pieces.length === 0) {
    throw await toolFailure(decoder, { file: info.file });
  }
  return Buffer.concat(pieces);
}

/** Where a container does not tell of its key frames: half a frame early, so that rounding does not skip the one that is meant. */
function roughly({ timestamps, timeBase, fileStartSeconds, frameRate }: MediaInfo, frame: number): string[] {
  const early = frameRate.den / frameRate.num / 2;
  const at = (timestamps[frame] * timeBase.num) / timeBase.den - fileStartSeconds - early;
  return at > 0 ? ['-ss', at.toFixed(6)] : [];
}
