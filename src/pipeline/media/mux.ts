import type { Writable } from 'node:stream';
import { FaceSwapError } from '../../protocol/errors';
import type { VideoEncoder } from '../../protocol/job';
import { muxArguments, type MuxPlan } from './arguments';
import { startTool, throwIfCancelled, toolFailure, type RunningTool } from './childProcess';
import { containerOf, planAudio, planSubtitles, type AudioPlan, type SubtitlePlan } from './containers';
import { encoderCodecs } from './encoders';
import { firstPacketSeconds } from './ffprobe';
import { fragmentHeader, fragmentOf } from './fragments';
import { joinTiming, type JoinTiming } from './joinTiming';
import { repairMatroska } from './matroskaRepair';
import { repairMovie } from './movieRepair';
import type { MediaInfo } from './mediaInfo';
import { openSegmentFile, type SegmentFile } from './segmentFile';
import type { Segment } from './segments';
import type { MediaTools } from './tools';

/** Less than rounding to milliseconds in two containers can make. */
const audibleSeconds = 0.003;

export interface JoinOptions {
  /** Extension of the file that is to come; the temporary name need not have it. */
  extension: string;
  encoder: VideoEncoder;
  skipAudio: boolean;
  /** Set beside the original's own. */
  tags?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

export interface JoinReport {
  /** `copied`, `re-encoded to aac`, `none`. */
  audio: string;
  audioStreams: number;
  /** What did not come along unchanged. */
  warnings: string[];
}

/**
 * Puts segments one after the other into one file with the original's timestamps, sound, subtitles, chapters and
 * metadata. Nothing is encoded but sound and subtitles in a form the container does not take.
 * @param file temporary output; the caller names it when it has been verified
 * @throws tool-failed, disk-full, internal, cancelled
 */
export async function joinSegments(
  segments: readonly Segment[],
  info: MediaInfo,
  file: string,
  options: JoinOptions,
  tools: MediaTools,
): Promise<JoinReport> {
  const container = containerOf(options.extension);
  const codec = encoderCodecs[options.encoder];
  const audio = options.skipAudio ? [] : planAudio(options.extension, info.audio);
  const subtitles = planSubtitles(options.extension, info.subtitles);
  const outline = await outlineOf(segments);
  const timing = joinTiming(info, outline.delay);
  const { tags = {} } = options;
  const plan = { info, file, container, codec, audio, subtitles, tags, shiftSeconds: timing.shiftSeconds };
  const run = (soundOffset: number) =>
    runMuxer(segments, { ...plan, soundOffset }, outline.description, timing, tools, options.signal);
  for (;;) {
    try {
      await run(-timing.startSeconds);
      break;
    } catch (error) {
      const refused = refusedSound(error, audio);
      if (!refused) throw error;
      refused.action = 'encode';
    }
  }
  const moved = audio.length > 0 ? await soundMoved(info, file, tools, options.signal) : 0;
  const drift = moved + timing.startSeconds;
  // ffmpeg before 6 takes the encoder delay of Opus off twice on its way into Matroska.
  if (audio.length > 0 && Math.abs(drift) > audibleSeconds) await run(-timing.startSeconds - drift);
  if (container.isobmff) {
    const lastDuration = timing.duration(info.frames - 1);
    const { displayMatrix } = info;
    await repairMovie(file, { lastDuration, ...(displayMatrix ? { displayMatrix } : {}) });
  } else {
    await repairMatroska(file, info);
  }
  const { warnings, ...rest } = report(options, audio, subtitles, container.audioFallback.codec);
  return { ...rest, warnings: [...warnings, ...info.leftOut.map((what) => `${what} is left out`)] };
}

async function runMuxer(
  segments: readonly Segment[],
  plan: MuxPlan,
  description: Buffer,
  timing: JoinTiming,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<void> {
  const muxer = startTool(tools.ffmpeg.path, muxArguments(plan), { stdin: true, stdout: false }, signal);
  const stdin = muxer.child.stdin!;
  stdin.on('error', () => undefined);
  try {
    const { width, height } = plan.info.format;
    const { timescale } = timing;
    stdin.write(fragmentHeader({ width, height, timescale, description }));
    for (const segment of segments) {
      await pipeSegment(segment, timing, async (bytes) => {
        if (!stdin.write(bytes)) await drained(stdin, muxer);
        if (stdin.destroyed) throw await muxFailure(muxer);
      });
    }
    stdin.end();
  } catch (error) {
    muxer.kill();
    await muxer.ended;
    throwIfCancelled(signal);
    throw error;
  }
  const { code } = await muxer.ended;
  throwIfCancelled(signal);
  if (code !== 0) throw await muxFailure(muxer);
}

/** By how many seconds the first sound has moved against the original. */
async function soundMoved(
  info: MediaInfo,
  file: string,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<number> {
  const [before, after] = await Promise.all([
    firstPacketSeconds(info.file, String(info.audio[0].index), tools.ffprobe, signal),
    firstPacketSeconds(file, 'a:0', tools.ffprobe, signal),
  ]);
  return before === undefined || after === undefined ? 0 : after - before;
}

/** What must be known of all segments before the first byte goes out; tells damaged ones at the same time. */
async function outlineOf(segments: readonly Segment[]): Promise<{ delay: number; description: Buffer }> {
  let delay = 0;
  let first: SegmentFile | undefined;
  for (const segment of segments) {
    const opened = await openSegment(segment);
    await opened.close();
    opened.samples.forEach(({ frame }, n) => (delay = Math.max(delay, n - frame)));
    first ??= opened;
    if (!first.parameters.equals(opened.parameters)) throw damaged(segment, 'encoded in another way');
  }
  if (!first) throw new FaceSwapError('internal', { reason: 'nothing to join' });
  return { delay, description: first.description };
}

async function pipeSegment(
  segment: Segment,
  timing: JoinTiming,
  write: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  const { handle, samples, close } = await openSegment(segment);
  try {
    for (const [n, { frame, key, offset, size }] of samples.entries()) {
      const packet = segment.firstFrame + n;
      const decodingTime = timing.decodingTime(packet);
      const delay = timing.presentationTime(segment.firstFrame + frame) - decodingTime;
      const duration = timing.duration(packet);
      const data = Buffer.allocUnsafe(size);
      const { bytesRead } = await handle.read(data, 0, size, offset);
      if (bytesRead < size) throw damaged(segment, 'ends too early');
      await write(fragmentOf(packet + 1, { key, size, decodingTime, delay, duration }));
      await write(data);
    }
  } finally {
    await close();
  }
}

async function openSegment(segment: Segment): Promise<SegmentFile> {
  let opened;
  try {
    opened = await openSegmentFile(segment.file);
  } catch (cause) {
    throw damaged(segment, String(cause), cause);
  }
  if (opened.samples.length === segment.frames) return opened;
  await opened.close();
  throw damaged(segment, `${opened.samples.length} instead of ${segment.frames} frames`);
}

function damaged(segment: Segment, reason: string, cause?: unknown): FaceSwapError {
  return new FaceSwapError('internal', { reason: `segment ${segment.index}: ${reason}` }, { cause });
}

/** Resolves when there is room in the pipe again or nobody is left to read it. */
function drained(stdin: Writable, muxer: RunningTool): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stdin.off('drain', done).off('close', done);
      resolve();
    };
    stdin.on('drain', done).on('close', done);
    void muxer.ended.then(done);
  });
}

async function muxFailure(muxer: RunningTool): Promise<FaceSwapError> {
  const failed = await toolFailure(muxer, {});
  const full = /no space left|disk quota|ENOSPC/i.test(muxer.lastWords());
  return full ? new FaceSwapError('disk-full', failed.facts) : failed;
}

/** Not every ffmpeg puts into a container what that may hold: the sound this one has refused to copy, if it was that. */
function refusedSound(error: unknown, audio: AudioPlan[]): AudioPlan | undefined {
  if (!(error instanceof FaceSwapError) || error.code !== 'tool-failed') return undefined;
  const named = /tag.* for codec (\w+)|^\[\w+ @ \w+\] (\w+) (?:can )?only /m.exec(error.facts.stderr ?? '');
  const codec = named?.[1] ?? named?.[2];
  return audio.find(({ action, stream }) => action === 'copy' && stream.codec === codec);
}

function report(
  options: JoinOptions,
  audio: AudioPlan[],
  subtitles: SubtitlePlan[],
  fallback: string,
): JoinReport {
  const warnings: string[] = [];
  for (const { stream, action } of subtitles) {
    if (action === 'drop')
      warnings.push(`${stream.codec} subtitles do not go into ${options.extension} and are left out`);
    if (action === 'encode') warnings.push(`${stream.codec} subtitles converted for ${options.extension}`);
  }
  const encoded = audio.filter(({ action }) => action === 'encode');
  for (const { stream } of encoded)
    warnings.push(`${stream.codec} sound re-encoded to ${fallback} for ${options.extension}`);
  const summary = audio.length === 0 ? 'none' : encoded.length > 0 ? `re-encoded to ${fallback}` : 'copied';
  return { audio: summary, audioStreams: audio.length, warnings };
}
