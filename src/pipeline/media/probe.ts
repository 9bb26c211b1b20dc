import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';
import { colourMatrix, isHighDynamicRange } from './colour';
import {
  probeFrames,
  probePackets,
  probeStreams,
  type ProbedFile,
  type ProbedPacket,
  type ProbedStream,
} from './ffprobe';
import { isImage, probeImage } from './images';
import type { AudioStream, ColourTags, MediaInfo, SubtitleStream } from './mediaInfo';
import { unreadablePicture } from './otherPictures';
import { pixelLayout } from './pixelFormats';
import { isProtected } from './protection';
import { frameTiming, parseRational, withoutGaps } from './timestamps';
import type { MediaTools } from './tools';

/** Codecs for mastering that have no 8-bit form at all. */
const intermediateCodecs = new Set(['prores', 'dnxhd', 'cfhd', 'v210']);
/** What ffprobe says of a file after a part of which it has lost the way. */
const damage =
  /prematurely|partial file|truncat|exceeds containing master element|invalid as first byte of an EBML/i;
/** Containers with an index of exact presentation times. */
const seekableContainers = /\b(mov|mp4|matroska|webm)\b/;

/**
 * Looks at a video or image file.
 * @throws input-missing, input-is-directory, input-unreadable, input-empty, not-media, no-video-stream,
 *   media-truncated, media-protected, media-unsupported (fact `feature` says what)
 */
export async function probeMedia(file: string, tools: MediaTools, signal?: AbortSignal): Promise<MediaInfo> {
  const { bytes, head } = await checkReadable(file);
  if (isImage(head)) return probeImage(file, bytes);
  checkPicture(file, head);
  if (isCutOff(head, bytes)) throw new FaceSwapError('media-truncated', { file });
  const probed = await probeStreams(file, head, tools.ffprobe, signal);
  const stream = videoStream(file, probed);
  const container = probed.format.format_name;
  if (/\bmp4\b/.test(container) && (await isProtected(file)))
    throw new FaceSwapError('media-protected', { file });
  if (stream.pix_fmt === undefined) {
    const { packets } = await probePackets(file, stream.index, tools.ffprobe, signal);
    if (packets.length === 0) throw new FaceSwapError('media-truncated', { file, frames: 0 });
    throw unsupported(file, `codec ${stream.codec_name}`);
  }
  const layout = pixelLayout(stream.pix_fmt, intermediateCodecs.has(stream.codec_name ?? ''));
  if ('unsupported' in layout) throw unsupported(file, layout.unsupported);
  const colour = colourTags(stream);
  if (isHighDynamicRange(colour)) throw unsupported(file, 'HDR');
  const width = stream.width ?? 0;
  const height = stream.height ?? 0;
  const matrix = colourMatrix(colour, height);
  if (matrix === undefined) throw unsupported(file, `colour space ${colour.space}`);
  const timeBase = parseRational(stream.time_base) ?? { num: 1, den: 90000 };
  const { timestamps, keyFrames, leading } = await shownFrames(
    file,
    stream,
    /\bmp4\b/.test(container),
    tools,
    signal,
  );
  const { frameRate, variable } = frameTiming(timestamps, timeBase, [
    parseRational(stream.r_frame_rate),
    parseRational(stream.avg_frame_rate),
  ]);
  const tick = timeBase.num / timeBase.den;
  const startSeconds = timestamps[0] * tick;
  const lastSeconds = timestamps[timestamps.length - 1] * tick;
  const turn = rotationOf(stream);
  if (turn === undefined) throw unsupported(file, 'display matrix');
  const sideways = turn.rotation === 90 || turn.rotation === 270;
  const aspect = parseRational(stream.sample_aspect_ratio);
  return {
    file,
    kind: 'video',
    container,
    codec: stream.codec_name ?? 'unknown',
    pixelFormat: stream.pix_fmt,
    format: {
      width,
      height,
      sampling: layout.sampling,
      matrix,
      range: (layout.fullRange ?? colour.range === 'pc') ? 'full' : 'limited',
    },
    displayWidth: sideways ? height : width,
    displayHeight: sideways ? width : height,
    ...turn,
    ...(aspect ? { sampleAspectRatio: aspect } : {}),
    colour,
    frameRate,
    frames: timestamps.length,
    timeBase,
    timestamps,
    keyFrames,
    leading,
    variableFrameRate: variable,
    fileStartSeconds: Number(probed.format.start_time ?? 0) || 0,
    startSeconds,
    durationSeconds: lastSeconds - startSeconds + frameRate.den / frameRate.num,
    streamIndex: stream.index,
    seekable: seekableContainers.test(container),
    audio: probed.streams
      .filter((other) => other.codec_type === 'audio' && !isSilent(other))
      .map(audioStream),
    subtitles: probed.streams.filter((other) => other.codec_type === 'subtitle').map(subtitleStream),
    leftOut: [...new Set(probed.streams.flatMap(leftOut))],
    chapters: probed.chapters.length,
    bytes,
    conversions: layout.conversion === undefined ? [] : [layout.conversion],
  };
}

/**
 * Makes sure, before anything slow is done, that a source can be a photo.
 * @throws input-missing, input-is-directory, input-unreadable, input-empty, not-media (fact `wanted`: `photo`),
 *   media-unsupported (fact `picture`)
 */
export async function checkPhoto(file: string): Promise<void> {
  const { head } = await checkReadable(file, 'photo');
  if (isImage(head)) return;
  checkPicture(file, head);
  throw new FaceSwapError('not-media', { file, wanted: 'photo' });
}

/** What is a picture for people should not be called something else. */
function checkPicture(file: string, head: string): void {
  const picture = unreadablePicture(head);
  if (picture !== undefined) throw new FaceSwapError('media-unsupported', { file, picture });
}

/** AVI has no other sign of its end than the size in its head; all zeros or ones stand for a size that was never known. */
function isCutOff(head: string, bytes: number): boolean {
  if (!/^RIFF.{4}AVI /s.test(head)) return false;
  const size = Buffer.from(head, 'latin1').readUInt32LE(4);
  return size > bytes && size < 0xffffffff;
}

/** @returns the size in bytes and the first bytes, one character each */
async function checkReadable(file: string, wanted?: 'photo'): Promise<{ bytes: number; head: string }> {
  let found;
  try {
    found = await stat(file);
  } catch (cause) {
    const code = errorCode(cause);
    const missing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    throw new FaceSwapError(
      missing ? 'input-missing' : 'input-unreadable',
      { file, reason: code },
      { cause },
    );
  }
  if (found.isDirectory()) throw new FaceSwapError('input-is-directory', { file });
  if (!found.isFile()) throw new FaceSwapError('input-no-file', { file });
  if (found.size === 0) throw new FaceSwapError('input-empty', { file, ...(wanted && { wanted }) });
  try {
    await access(file, constants.R_OK);
    // Windows grants access() what it then refuses to open.
    const handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0).finally(() => handle.close());
    return { bytes: found.size, head: buffer.toString('latin1', 0, bytesRead) };
  } catch (cause) {
    throw new FaceSwapError('input-unreadable', { file, reason: errorCode(cause) }, { cause });
  }
}

function errorCode(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? String(cause);
}

function unsupported(file: string, feature: string): FaceSwapError {
  return new FaceSwapError('media-unsupported', { file, feature });
}

function videoStream(file: string, probed: ProbedFile): ProbedStream {
  const videos = probed.streams.filter(
    (s) => s.codec_type === 'video' && s.disposition?.['attached_pic'] !== 1,
  );
  const stream = videos.at(0);
  if (stream === undefined) {
    const hasMedia = probed.streams.some(
      (other) => other.codec_type === 'audio' || other.codec_type === 'video',
    );
    throw new FaceSwapError(hasMedia ? 'no-video-stream' : 'not-media', { file });
  }
  const format = probed.format.format_name;
  if (format === 'tty') throw new FaceSwapError('not-media', { file, reason: 'text' });
  // Pictures of kinds that are no pictures here would be films of one frame.
  if (/^(image2|\w+_pipe)$/.test(format))
    throw new FaceSwapError('media-unsupported', { file, picture: stream.codec_name ?? 'strange' });
  if (videos.length > 1) throw unsupported(file, 'several video tracks');
  if (stream.codec_name === undefined || stream.codec_name === 'unknown') throw unsupported(file, 'codec');
  if (!stream.width || !stream.height)
    throw new FaceSwapError('media-truncated', { file, reason: 'no picture size' });
  // WebM keeps transparency beside the picture, where few decoders look for it.
  if (stream.tags?.['alpha_mode'] === '1') throw unsupported(file, 'alpha');
  if (/^(tt|bb|tb|bt)$/.test(stream.field_order ?? '')) throw unsupported(file, 'interlaced');
  return stream;
}

function colourTags(stream: ProbedStream): ColourTags {
  const tags: ColourTags = {};
  const known = (value: string | undefined) =>
    value !== undefined && value !== 'unknown' && value !== 'unspecified';
  if (known(stream.color_primaries)) tags.primaries = stream.color_primaries!;
  if (known(stream.color_transfer)) tags.transfer = stream.color_transfer!;
  if (known(stream.color_space)) tags.space = stream.color_space!;
  if (known(stream.color_range)) tags.range = stream.color_range!;
  if (known(stream.chroma_location)) tags.chromaLocation = stream.chroma_location!;
  return tags;
}

/** ffprobe counts degrees counter-clockwise. Undefined for a matrix that turns by anything but quarter turns. */
function rotationOf(stream: ProbedStream): Pick<MediaInfo, 'rotation' | 'displayMatrix'> | undefined {
  const matrix = stream.side_data_list?.find((data) => data.side_data_type === 'Display Matrix');
  if (!matrix) return { rotation: 0 };
  const clockwise = ((-(matrix.rotation ?? 0) % 360) + 360) % 360;
  const rotation = ([0, 90, 180, 270] as const).find((angle) => Math.abs(angle - clockwise) < 0.5);
  const rows = (matrix.displaymatrix ?? '').matchAll(/: +(-?\d+) +(-?\d+) +(-?\d+)/g);
  const displayMatrix = Array.from(rows, (row) => row.slice(1).map(Number)).flat();
  return rotation === undefined || displayMatrix.length !== 9 ? undefined : { rotation, displayMatrix };
}

type ShownFrames = Pick<MediaInfo, 'timestamps' | 'keyFrames' | 'leading'>;

/** The frames that a decoder shows, in display order. */
async function shownFrames(
  file: string,
  stream: ProbedStream,
  exactCounts: boolean,
  tools: MediaTools,
  signal?: AbortSignal,
): Promise<ShownFrames> {
  const beginning = probeFrames(file, stream.index, 4, tools.ffprobe, signal);
  // Looked at meanwhile; when both complain, the packets are heard.
  beginning.catch(() => undefined);
  const { packets, complaints } = await probePackets(file, stream.index, tools.ffprobe, signal);
  // AVI's header counts frames that are not there.
  const declared = exactCounts ? Number(stream.nb_frames ?? 0) : 0;
  if (packets.length < declared || damage.test(complaints)) {
    const counts = declared > 0 ? { frames: packets.length, expected: declared } : {};
    throw new FaceSwapError('media-truncated', { file, ...counts, reason: complaints });
  }
  if (packets.length === 0) throw new FaceSwapError('media-truncated', { file, frames: 0 });
  const first = await beginning;
  if (first.some((frame) => frame.interlaced_frame === 1)) throw unsupported(file, 'interlaced');
  const shown = fromPackets(packets, first[0]?.best_effort_timestamp);
  if (shown) return shown;
  // Only decoding tells: AVI without presentation times, packed B-frames, a start without a key frame.
  const frames = await probeFrames(file, stream.index, 'all', tools.ffprobe, signal);
  if (frames.length === 0) throw new FaceSwapError('media-truncated', { file, frames: 0 });
  const decoded = withoutGaps(frames.map((frame) => frame.best_effort_timestamp));
  if (!decoded || decoded.some((time, n) => n > 0 && time <= decoded[n - 1]))
    throw unsupported(file, 'timestamps');
  return { timestamps: decoded, keyFrames: [], leading: 0 };
}

function fromPackets(packets: ProbedPacket[], firstShown: number | undefined): ShownFrames | undefined {
  const shown = packets.filter((packet) => !packet.hidden);
  if (shown.length === 0 || shown.some((packet) => packet.pts === undefined)) return undefined;
  const leading = mostLeading(shown);
  shown.sort((a, b) => a.pts! - b.pts!);
  const timestamps = Float64Array.from(shown, (packet) => packet.pts!);
  if (timestamps[0] !== firstShown) return undefined;
  if (timestamps.some((time, n) => n > 0 && time <= timestamps[n - 1])) return undefined;
  return { timestamps, keyFrames: shown.flatMap(({ key }, n) => (key ? [n] : [])), leading };
}

/** @param packets as they are stored */
function mostLeading(packets: readonly ProbedPacket[]): number {
  let [most, count, shown] = [0, 0, -Infinity];
  for (const { pts, key } of packets) {
    if (key) [count, shown] = [0, pts!];
    else if (pts! < shown) most = Math.max(most, ++count);
  }
  return most;
}

function audioStream(stream: ProbedStream): AudioStream {
  return {
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    channels: stream.channels ?? 0,
    sampleRate: Number(stream.sample_rate ?? 0),
  };
}

/** Whether a track has no packet to tell how it sounds. */
function isSilent({ codec_type: type, sample_rate: rate }: ProbedStream): boolean {
  return type === 'audio' && Number(rate) === 0;
}

/** Words for a stream that goes into no result. What a time code and the titles of chapters say is carried in other ways. */
function leftOut(stream: ProbedStream): string[] {
  const { codec_type: type, codec_tag_string: tag, disposition, tags } = stream;
  if (isSilent(stream)) return ['a sound track without sound'];
  if (type === 'video') return disposition?.['attached_pic'] === 1 ? ['the cover picture'] : [];
  if (type === 'attachment') return [`the attached file ${tags?.['filename'] ?? 'without a name'}`];
  if (type === 'audio' || type === 'subtitle' || tag === 'tmcd' || tag === 'text') return [];
  return [tag === undefined || tag.startsWith('[') ? 'a data track' : `the data track ${tag}`];
}

function subtitleStream(stream: ProbedStream): SubtitleStream {
  return { index: stream.index, codec: stream.codec_name ?? 'unknown' };
}
