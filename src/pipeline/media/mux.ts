import type { Writable } from 'node:stream';
import { FaceSwapError } from '../../protocol/errors';
import type { VideoEncoder } from '../../protocol/job';
import { muxArguments } from './arguments';
import { startTool, throwIfCancelled, type RunningTool } from './childProcess';
import { containerOf, planAudio, planSubtitles, type AudioPlan, type SubtitlePlan } from './containers';
import { writeDisplayMatrix } from './displayMatrix';
import { encoderCodecs } from './encoders';
import type { MediaInfo, Rational } from './mediaInfo';
import type { NutStream } from './nut';
import { NutError, NutReader } from './nutReader';
import { nutFrameHeader, nutHeader } from './nutWriter';
import type { Segment } from './segments';
import type { MediaTools } from './tools';

export interface JoinOptions {
  /** Extension of the file that is to come; the temporary name need not have it. */
  extension: string;
  encoder: VideoEncoder;
  skipAudio: boolean;
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
  const timing = joinTiming(info);
  const muxer = startTool(
    tools.ffmpeg.path,
    muxArguments({ info, file, container, codec, audio, subtitles, shiftSeconds: timing.shiftSeconds }),
    { stdin: true, stdout: false },
    options.signal,
  );
  const stdin = muxer.child.stdin!;
  stdin.on('error', () => undefined);
  try {
    for (const segment of segments) await pipeSegment(segment, info, timing, stdin, muxer, file);
    stdin.end();
  } catch (error) {
    muxer.kill();
    await muxer.ended;
    throwIfCancelled(options.signal);
    throw error;
  }
  const { code } = await muxer.ended;
  throwIfCancelled(options.signal);
  if (code !== 0) throw muxFailure(muxer, file);
  if (info.displayMatrix) await writeDisplayMatrix(file, info.displayMatrix);
  return report(options, audio, subtitles, container.audioFallback.codec);
}

interface JoinTiming {
  timeBase: NutStream['timeBase'];
  /** Ticks and whole seconds by which times are moved so that none is negative on the way through the pipe. */
  shiftTicks: number;
  shiftSeconds: number;
}

export function joinTiming(info: MediaInfo): JoinTiming {
  const { timeBase } = info;
  const shiftSeconds = Math.max(0, Math.ceil(-info.startSeconds)) * timeBase.num;
  return { timeBase, shiftSeconds, shiftTicks: (shiftSeconds * timeBase.den) / timeBase.num };
}

async function pipeSegment(
  segment: Segment,
  info: MediaInfo,
  timing: JoinTiming,
  stdin: Writable,
  muxer: RunningTool,
  file: string,
): Promise<void> {
  const reader = await openSegment(segment);
  try {
    if (segment.index === 0) {
      const aspect = info.sampleAspectRatio;
      const sample = aspect ? { sampleWidth: aspect.num, sampleHeight: aspect.den } : {};
      stdin.write(nutHeader({ ...reader.stream, ...sample, timeBase: timing.timeBase }));
    }
    let packets = 0;
    let firstPts: number | undefined;
    for (let packet = await reader.read(); packet; packet = await reader.read()) {
      // The encoder's first packet is its first frame; NUT has moved all times by the reordering delay.
      firstPts ??= packet.pts;
      const frame = frameNumber(packet.pts - firstPts, reader.stream.timeBase, info.frameRate);
      if (frame < 0 || frame >= segment.frames) throw new NutError(`frame ${frame} of ${segment.frames}`);
      const time = info.timestamps[segment.firstFrame + frame];
      const pts = time + timing.shiftTicks;
      stdin.write(nutFrameHeader({ ...packet, pts }));
      if (!stdin.write(packet.data)) await drained(stdin, muxer);
      if (stdin.destroyed) throw await endedEarly(muxer, file);
      packets++;
    }
    if (packets !== segment.frames) throw new NutError(`${packets} instead of ${segment.frames} frames`);
  } catch (error) {
    if (!(error instanceof NutError)) throw error;
    throw new FaceSwapError(
      'internal',
      { reason: `segment ${segment.index}: ${error.message}` },
      { cause: error },
    );
  } finally {
    await reader.close();
  }
}

/** Which frame of a segment a packet shows: segments are encoded at the nominal rate. */
export function frameNumber(pts: number, timeBase: Rational, rate: Rational): number {
  return Math.round((pts * timeBase.num * rate.num) / (timeBase.den * rate.den));
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

async function endedEarly(muxer: RunningTool, file: string): Promise<FaceSwapError> {
  await muxer.ended;
  return muxFailure(muxer, file);
}

async function openSegment(segment: Segment): Promise<NutReader> {
  try {
    return await NutReader.open(segment.file);
  } catch (cause) {
    throw new FaceSwapError('internal', { reason: `segment ${segment.index}: ${String(cause)}` }, { cause });
  }
}

function muxFailure(muxer: RunningTool, file: string): FaceSwapError {
  const stderr = muxer.lastWords();
  const full = /no space left|disk quota|ENOSPC/i.test(stderr);
  return new FaceSwapError(full ? 'disk-full' : 'tool-failed', { tool: 'ffmpeg', file, stderr });
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
