import { FaceSwapError } from '../../protocol/errors';
import { quiet } from './arguments';
import { startTool, throwIfCancelled } from './childProcess';
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
  // Half a frame early, so that rounding never skips the frame that is meant.
  const at =
    info.timestamps[shown] * tick - info.fileStartSeconds - info.frameRate.den / info.frameRate.num / 2;
  const args = [
    ...quiet,
    ...(at > 0 ? ['-ss', at.toFixed(6)] : []),
    '-i',
    fileUrl(info.file),
    '-map',
    `0:${info.streamIndex}`,
    '-frames:v',
    '1',
    '-q:v',
    '2',
    '-c:v',
    'mjpeg',
    '-pix_fmt',
    'yuvj444p',
    '-f',
    'image2pipe',
    'pipe:1',
  ];
  const decoder = startTool(tools.ffmpeg.path, args, { stdin: false, stdout: true }, signal);
  const pieces: Buffer[] = [];
  decoder.child.stdout!.on('data', (piece: Buffer) => pieces.push(piece));
  const { code } = await decoder.ended;
  throwIfCancelled(signal);
  if (code !== 0 || pieces.length === 0) {
    throw new FaceSwapError('tool-failed', { tool: 'ffmpeg', file: info.file, stderr: decoder.lastWords() });
  }
  return Buffer.concat(pieces);
}
