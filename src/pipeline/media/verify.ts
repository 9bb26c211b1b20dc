import { FaceSwapError } from '../../protocol/errors';
import type { MediaInfo } from './mediaInfo';
import { probeMedia } from './probe';
import type { MediaTools } from './tools';

/**
 * Opens the result again and compares it with what went in.
 * @param audioStreams how many the join promised
 * @throws verification-failed with the facts `what`, `expected`, `found`
 */
export async function verifyResult(
  file: string,
  original: MediaInfo,
  audioStreams: number,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<MediaInfo> {
  const result = await probeAgain(file, tools, signal);
  const same = (what: string, expected: number, found: number, tolerance = 0) => {
    if (Math.abs(expected - found) > tolerance) {
      throw new FaceSwapError('verification-failed', { file, what, expected, found });
    }
  };
  same('frames', original.frames, result.frames);
  same('width', original.format.width, result.format.width);
  same('height', original.format.height, result.format.height);
  // ffprobe before 6.1 does not read how Matroska says it.
  if (/\bmp4\b/.test(result.container) || result.rotation !== 0)
    same('rotation', original.rotation, result.rotation);
  same('audio streams', audioStreams, result.audio.length);
  // Matroska rounds to milliseconds, and the length of the last frame is a guess in many containers.
  const frame = original.durationSeconds / Math.max(1, original.frames);
  same('duration', original.durationSeconds, result.durationSeconds, frame + 0.002);
  same('seconds a frame has moved', 0, furthestMoved(original, result), 0.0021);
  return result;
}

/** How far a frame has moved at most, in seconds from the first one. */
function furthestMoved(one: MediaInfo, other: MediaInfo): number {
  const seconds = ({ timestamps, timeBase }: MediaInfo, n: number) =>
    ((timestamps[n] - timestamps[0]) * timeBase.num) / timeBase.den;
  return one.timestamps.reduce(
    (most, _, n) => Math.max(most, Math.abs(seconds(one, n) - seconds(other, n))),
    0,
  );
}

async function probeAgain(file: string, tools: MediaTools, signal?: AbortSignal): Promise<MediaInfo> {
  try {
    return await probeMedia(file, tools, signal);
  } catch (cause) {
    if (!(cause instanceof FaceSwapError) || cause.code === 'cancelled') throw cause;
    const reason = cause.facts.reason ?? cause.facts['feature'] ?? '';
    throw new FaceSwapError(
      'verification-failed',
      { file, what: cause.code, reason: String(reason) },
      { cause },
    );
  }
}
