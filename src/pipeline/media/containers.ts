import { FaceSwapError } from '../../protocol/errors';
import type { VideoEncoder } from '../../protocol/job';
import { encoderCodecs } from './encoders';
import type { AudioStream, MediaInfo, SubtitleStream } from './mediaInfo';

interface Container {
  /** ffmpeg's name of the muxer. */
  muxer: string;
  video: readonly string[];
  /** Audio codecs that are copied as they are. */
  audio: RegExp;
  /** What other audio becomes. */
  audioFallback: { codec: string; encoder: string; bitRate: string };
  subtitles: RegExp;
  /** What text subtitles become. */
  subtitleFallback: string;
  /** An ISO base media file: display matrix, colr box, index at the front. */
  isobmff: boolean;
}

const aac = { codec: 'aac', encoder: 'aac', bitRate: '192k' };
const mp4: Container = {
  muxer: 'mp4',
  video: ['h264', 'hevc', 'vp9'],
  audio: /^(aac|mp3|mp2|ac3|eac3|alac|opus|flac)$/,
  audioFallback: aac,
  subtitles: /^mov_text$/,
  subtitleFallback: 'mov_text',
  isobmff: true,
};
const containers: Readonly<Record<string, Container | undefined>> = {
  '.mp4': mp4,
  '.m4v': mp4,
  '.mov': {
    ...mp4,
    muxer: 'mov',
    video: ['h264', 'hevc'],
    audio:
      /^(aac|mp3|mp2|ac3|eac3|alac|pcm_(s16|s24|s32|f32|f64)(le|be)|pcm_(u8|s8|alaw|mulaw)|adpcm_ima_qt)$/,
  },
  '.mkv': {
    muxer: 'matroska',
    video: ['h264', 'hevc', 'vp9'],
    audio: /./,
    audioFallback: aac,
    subtitles: /^(subrip|ass|ssa|webvtt|hdmv_pgs_subtitle|dvd_subtitle|dvb_subtitle|text)$/,
    subtitleFallback: 'subrip',
    isobmff: false,
  },
  '.webm': {
    muxer: 'webm',
    video: ['vp9'],
    audio: /^(opus|vorbis)$/,
    audioFallback: { codec: 'opus', encoder: 'libopus', bitRate: '160k' },
    subtitles: /^webvtt$/,
    subtitleFallback: 'webvtt',
    isobmff: false,
  },
};
const textSubtitles = /^(subrip|srt|ass|ssa|webvtt|mov_text|text)$/;

/** Video formats that can be written, by extension. */
export const videoExtensions: readonly string[] = Object.keys(containers);

/** @throws output-format-unknown */
export function containerOf(extension: string): Container {
  const container = containers[extension.toLowerCase()];
  if (!container)
    throw new FaceSwapError('output-format-unknown', { extension, known: videoExtensions.join(' ') });
  return container;
}

/**
 * Whether the result can be what the job asks for, before any work is done.
 * @throws output-encoder-unfit when this encoder's video has no place in that container; output-rotation-unfit when it cannot say that the
 *   picture is mirrored; output-format-unknown
 */
export function checkOutputFits(info: MediaInfo, extension: string, encoder: VideoEncoder): void {
  const container = containerOf(extension);
  if (!container.video.includes(encoderCodecs[encoder])) {
    throw new FaceSwapError('output-encoder-unfit', { encoder, extension });
  }
  if (!container.isobmff && !isPlainTurn(info)) {
    throw new FaceSwapError('output-rotation-unfit', { extension });
  }
}

/** Whether the picture is turned as a whole, and not mirrored. */
function isPlainTurn({ rotation, displayMatrix }: MediaInfo): boolean {
  const [a, b, , c, d] = displayMatrix ?? [];
  const turns = { 0: [1, 0, 0, 1], 90: [0, 1, -1, 0], 180: [-1, 0, 0, -1], 270: [0, -1, 1, 0] };
  return !displayMatrix || turns[rotation].every((sign, n) => Math.sign([a, b, c, d][n]) === sign);
}

export interface AudioPlan {
  stream: AudioStream;
  action: 'copy' | 'encode';
}

export function planAudio(extension: string, streams: readonly AudioStream[]): AudioPlan[] {
  const { audio } = containerOf(extension);
  return streams.map((stream) => ({ stream, action: audio.test(stream.codec) ? 'copy' : 'encode' }));
}

export interface SubtitlePlan {
  stream: SubtitleStream;
  action: 'copy' | 'encode' | 'drop';
}

export function planSubtitles(extension: string, streams: readonly SubtitleStream[]): SubtitlePlan[] {
  const { subtitles } = containerOf(extension);
  return streams.map((stream) => ({
    stream,
    action: subtitles.test(stream.codec) ? 'copy' : textSubtitles.test(stream.codec) ? 'encode' : 'drop',
  }));
}
