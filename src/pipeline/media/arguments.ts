import type { EncodingOptions } from '../../protocol/job';
import type { FrameFormat } from '../image/frame';
import { colourNumbers } from './colour';
import type { AudioPlan, containerOf, SubtitlePlan } from './containers';
import { encoderArguments } from './encoders';
import { fileUrl } from './ffprobe';
import type { MediaInfo } from './mediaInfo';
import { pixelLayout } from './pixelFormats';

/** What the argument builders must know of an ffmpeg. */
export interface Generation {
  hasFpsMode: boolean;
}

export const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];

/** Every frame exactly as often as it was decoded: none dropped, none doubled. */
export function passthrough(generation: Generation): string[] {
  return generation.hasFpsMode ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
}

/** The pixel format frames are piped in. */
export function rawPixelFormat(info: MediaInfo): string {
  const layout = pixelLayout(info.pixelFormat, true);
  return 'decodeAs' in layout ? layout.decodeAs : info.pixelFormat;
}

/**
 * Decoder: frames from `startFrame` on, as coded (not rotated), planar, on stdout.
 * Jumping needs exact presentation times; in other containers the caller throws the frames before away.
 */
export function decodeArguments(info: MediaInfo, startFrame: number, generation: Generation): string[] {
  return [...quiet, ...sourceArguments(info, startFrame, generation), ...rawOutput];
}

const rawOutput = ['-f', 'rawvideo', 'pipe:1'];

/** @param filters what frames from `startFrame` on go through */
function sourceArguments(
  info: MediaInfo,
  startFrame: number,
  generation: Generation,
  filters: readonly string[] = [],
): string[] {
  const jump = jumpArguments(info, startFrame);
  const all = [...jump.filters, ...filters];
  return [
    ...['-noautorotate', ...jump.seek, '-i', fileUrl(info.file), '-map', `0:${info.streamIndex}`],
    ...(all.length > 0 ? ['-vf', all.join()] : []),
    ...passthrough(generation),
    ...['-pix_fmt', rawPixelFormat(info)],
  ];
}

/** Quantiser steps of the JPEGs of a copy in eighths: no coefficient is off by more than a step and a half of 255. */
const evenSteps = Array.from({ length: 64 }, () => 24).join(',');

/** `count` frames from `first` on, of which one in `step` is taken. */
export interface CopyChoice {
  first: number;
  count: number;
  step: number;
}

/**
 * Copier: frames as JPEGs one after the other on stdout, as coded, in the range of the source. Every ffmpeg
 * can do that, in any size and sampling, in a fifth of the time of x264; PSNR is above 52 dB with films, 47.7 dB with nothing but noise.
 */
export function copyArguments(
  info: MediaInfo,
  { first, count, step }: CopyChoice,
  generation: Generation,
): string[] {
  const some = step > 1 ? [`select=not(mod(n\\,${step}))`] : [];
  // The encoder counts in frames of the nominal rate, and refuses two at one time.
  const filters = [...some, 'setpts=N/FRAME_RATE/TB'];
  return [
    // Several copiers of one thread each come farther than one of several.
    ...[...quiet, '-threads', '1', ...sourceArguments(info, first, generation, filters)],
    ...['-frames:v', String(count), '-threads', '1'],
    ...['-c:v', 'mjpeg', '-qmin', '1', '-q:v', '1', '-intra_matrix', evenSteps],
    // JPEGs of limited range are ffmpeg's own.
    ...['-strict', 'unofficial', '-f', 'mjpeg', 'pipe:1'],
  ];
}

/** Decoder of such a copy: JPEGs on stdin, frames as `decodeArguments` gives them on stdout. */
export function copiedArguments(info: MediaInfo, generation: Generation): string[] {
  const source = ['-noautorotate', '-probesize', '32', '-f', 'mjpeg', '-i', 'pipe:0'];
  return [...quiet, ...source, ...passthrough(generation), '-pix_fmt', rawPixelFormat(info), ...rawOutput];
}

/** ffmpeg looks for the key frame before a time that is this much earlier than what it is told: frames may be stored out of order. */
const EARLIER = 0.14;
/** What it is told more where it would miss a key frame by that. */
const MORE = 0.2;
/** It cannot be misled to a key frame that is farther. */
const FARTHER = 1;

/** How to come to a frame of a file that is seekable, and what lets frames through from it on. */
export function jumpArguments(info: MediaInfo, frame: number): { seek: string[]; filters: string[] } {
  if (frame === 0 || !info.seekable) return { seek: [], filters: [] };
  const at = secondsBefore(info, frame);
  const [key, next] = [
    info.keyFrames.filter((one) => one <= frame).at(-1),
    info.keyFrames.find((one) => one > frame),
  ];
  // ffmpeg 7 and 9 would begin with a key frame of MP4 that is stored before the frame that is wanted, and shown after it.
  if (next !== undefined && next - frame <= info.leading) {
    const from = secondsBefore(info, frame - 2 * info.leading - 1);
    return { seek: ['-ss', from.toFixed(6)], filters: [`select=gte(t\\,${(at - from).toFixed(6)})`] };
  }
  const isMissed = key !== undefined && at - EARLIER < secondsAt(info, key);
  const isAlone = at + FARTHER < secondsAt(info, next ?? info.frames - 1);
  if (!isMissed || !isAlone) return { seek: ['-ss', at.toFixed(6)], filters: [] };
  // All frames from the key frame on come, some of them before their time.
  return { seek: ['-noaccurate_seek', '-ss', (at + MORE).toFixed(6)], filters: [`select=gte(t\\,-${MORE})`] };
}

/** Half-way between the frame before and the frame wanted. */
function secondsBefore(info: MediaInfo, frame: number): number {
  return frame <= 0 ? 0 : Math.max(0, (secondsAt(info, frame - 1) + secondsAt(info, frame)) / 2);
}

/** When a frame is shown, from the start of the file on. */
function secondsAt({ timestamps, timeBase, fileStartSeconds }: MediaInfo, frame: number): number {
  return (timestamps[frame] * timeBase.num) / timeBase.den - fileStartSeconds;
}

const chromaLocations = ['', 'left', 'center', 'topleft', 'top', 'bottomleft', 'bottom'];

function chromaLocation(info: MediaInfo): number {
  return Math.max(0, chromaLocations.indexOf(info.colour.chromaLocation ?? ''));
}

/** Colour tags as ffmpeg options, for an input (what the frames are) or an output (what the file says). */
export function colourArguments(info: MediaInfo): string[] {
  const numbers = colourNumbers(info.colour);
  const args: string[] = [];
  if (numbers.primaries !== undefined) args.push('-color_primaries', String(numbers.primaries));
  if (numbers.transfer !== undefined) args.push('-color_trc', String(numbers.transfer));
  if (numbers.space !== undefined) args.push('-colorspace', String(numbers.space));
  const full = info.format.range === 'full';
  if (full || numbers.full === false) args.push('-color_range', full ? '2' : '1');
  const location = chromaLocation(info);
  if (location > 0) args.push('-chroma_sample_location', String(location));
  return args;
}

/**
 * Encoder: frames in `format` on stdin at the nominal rate, one segment in `file`. The real
 * timestamps are put in when segments are joined.
 */
export function encodeArguments(
  file: string,
  info: MediaInfo,
  format: FrameFormat,
  encoding: EncodingOptions,
  nvencPresets: boolean,
): string[] {
  const { num, den } = info.frameRate;
  const aspect = info.sampleAspectRatio;
  const colour = colourArguments(info);
  return [
    ...quiet,
    '-y',
    '-f',
    'rawvideo',
    '-pix_fmt',
    `yuv${format.sampling}p`,
    '-video_size',
    `${format.width}x${format.height}`,
    '-framerate',
    `${num}/${den}`,
    // Told on both sides, so that no ffmpeg takes it for a conversion to be made.
    ...colour,
    '-i',
    'pipe:0',
    // Unless told otherwise, it rounds ratios to numbers up to 100.
    ...(aspect ? ['-vf', `setsar=sar=${aspect.num}/${aspect.den}:max=65535`] : []),
    ...encoderArguments(encoding, nvencPresets, format.sampling === '420' ? chromaLocation(info) : 0),
    ...colour,
    '-strict',
    '-2',
    ...movFlags(info, []),
    '-f',
    'mp4',
    fileUrl(file),
  ];
}

export interface MuxPlan {
  info: MediaInfo;
  file: string;
  container: ReturnType<typeof containerOf>;
  codec: 'h264' | 'hevc' | 'vp9';
  audio: readonly AudioPlan[];
  subtitles: readonly SubtitlePlan[];
  /** Of the whole file, beside the original's own. */
  tags?: Readonly<Record<string, string>>;
  shiftSeconds: number;
  /** Seconds by which everything but the picture is moved. */
  soundOffset: number;
}

/** Muxer: joined video as fragments on stdin, everything else from the original, nothing moved in time. */
export function muxArguments(plan: MuxPlan): string[] {
  const { info, container } = plan;
  const args = [...quiet, '-y'];
  const shift = plan.shiftSeconds > 0 ? ['-itsoffset', String(-plan.shiftSeconds)] : [];
  args.push(
    '-copyts',
    ...shift,
    ...colourArguments(info),
    '-f',
    'mp4',
    '-i',
    'pipe:0',
    ...(plan.soundOffset === 0 ? [] : ['-itsoffset', plan.soundOffset.toFixed(6)]),
    '-i',
    fileUrl(info.file),
    '-map',
    '0:v:0',
  );
  const kept = plan.subtitles.filter(({ action }) => action !== 'drop');
  for (const { stream } of [...plan.audio, ...kept]) args.push('-map', `1:${stream.index}`);
  args.push('-c', 'copy');
  plan.audio.forEach(({ action }, n) => {
    const { encoder, bitRate } = container.audioFallback;
    if (action === 'encode') args.push(`-c:a:${n}`, encoder, `-b:a:${n}`, bitRate);
  });
  kept.forEach(({ action }, n) => {
    if (action === 'encode') args.push(`-c:s:${n}`, container.subtitleFallback);
  });
  // Naming one stream's metadata ends the automatic copying for all the others.
  args.push('-map_metadata', '1', '-map_chapters', '1', '-map_metadata:s:v:0', `1:s:${info.streamIndex}`);
  plan.audio.forEach(({ stream }, n) => args.push(`-map_metadata:s:a:${n}`, `1:s:${stream.index}`));
  kept.forEach(({ stream }, n) => args.push(`-map_metadata:s:s:${n}`, `1:s:${stream.index}`));
  for (const [name, value] of Object.entries(plan.tags ?? {})) args.push('-metadata', `${name}=${value}`);
  if (container.isobmff) {
    args.push('-video_track_timescale', String(info.timeBase.den), ...movFlags(info, ['faststart']));
    // The only name under which Apple's players take HEVC.
    if (plan.codec === 'hevc') args.push('-tag:v', 'hvc1');
  }
  // Opus and FLAC in MP4 were once experimental.
  // Matroska's muxer would move everything so that the encoder delay of sound does not begin below zero.
  if (!container.isobmff) args.push('-avoid_negative_ts', 'disabled');
  args.push('-strict', '-2', '-f', container.muxer, fileUrl(plan.file));
  return args;
}

function movFlags(info: MediaInfo, flags: string[]): string[] {
  const { primaries, transfer, space } = colourNumbers(info.colour);
  // Asked to write a colr box without knowing the colours, old versions invent them; not asked, they leave it out.
  const known = primaries !== undefined && transfer !== undefined && space !== undefined;
  const all = known ? [...flags, 'write_colr'] : flags;
  return all.length === 0 ? [] : ['-movflags', all.map((flag) => `+${flag}`).join('')];
}
