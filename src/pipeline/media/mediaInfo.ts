import type { FrameFormat } from '../image/frame';

export interface Rational {
  num: number;
  den: number;
}

/** Colour tags in ffprobe's words, exactly as the file has them; absent means untagged. */
export interface ColourTags {
  primaries?: string;
  transfer?: string;
  space?: string;
  range?: string;
  chromaLocation?: string;
}

export interface AudioStream {
  /** Index of the stream in its file. */
  index: number;
  codec: string;
  channels: number;
  sampleRate: number;
}

export interface SubtitleStream {
  index: number;
  codec: string;
}

/** What one look at a video or image file tells; everything later on the road is derived from it. */
export interface MediaInfo {
  file: string;
  kind: 'video' | 'image';
  /** ffprobe's format name for a video (`mov,mp4,…`), sharp's (`jpeg`) for an image. */
  container: string;
  codec: string;
  /** Pixel format in ffmpeg's words as it leaves the decoder. */
  pixelFormat: string;
  /** Frames as they travel: size as coded, before rotation. */
  format: FrameFormat;
  /** Size of the upright picture after rotation, before the sample aspect ratio. */
  displayWidth: number;
  displayHeight: number;
  /** Degrees clockwise that bring the coded picture upright. */
  rotation: 0 | 90 | 180 | 270;
  /** The nine numbers of the file's display matrix in the order of ISO base media files; absent for none. */
  displayMatrix?: readonly number[];
  sampleAspectRatio?: Rational;
  colour: ColourTags;
  frameRate: Rational;
  /** Frames a decoder shows. */
  frames: number;
  timeBase: Rational;
  /** Presentation time of each frame in ticks of `timeBase`, in display order. */
  timestamps: Float64Array;
  /** Frames from which decoding can begin, ascending; empty where the container does not tell. */
  keyFrames: readonly number[];
  /** Frames that are stored after a key frame and shown before it, at most; none where groups are closed. */
  leading: number;
  variableFrameRate: boolean;
  /** Start of the file and of the video in seconds; ffmpeg counts `-ss` from the former. */
  fileStartSeconds: number;
  startSeconds: number;
  durationSeconds: number;
  /** Index of the video stream in its file. */
  streamIndex: number;
  /** False when jumping to a frame is not exact in this container. */
  seekable: boolean;
  audio: AudioStream[];
  subtitles: SubtitleStream[];
  /** What else is in the file and goes into no result, in words for a report. */
  leftOut: string[];
  chapters: number;
  bytes: number;
  /** Changes that cannot be avoided on the way in, in words for a report. */
  conversions: string[];
}

/** Seconds between two frames. */
export function frameSeconds(info: MediaInfo): number {
  return info.frameRate.num > 0 ? info.frameRate.den / info.frameRate.num : 0;
}

/** When a frame is shown, in seconds from the first one on. */
export function secondsOf({ timestamps, timeBase, startSeconds }: MediaInfo, index: number): number {
  return (timestamps[index] * timeBase.num) / timeBase.den - startSeconds;
}
