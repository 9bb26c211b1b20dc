import type { EncodingOptions, VideoEncoder, VideoPreset } from '../../protocol/job';
import { videoPresets } from '../../protocol/job';
import type { FrameFormat } from '../image/frame';

export const encoderCodecs: Record<VideoEncoder, 'h264' | 'hevc' | 'vp9'> = {
  libx264: 'h264',
  libx265: 'hevc',
  'libvpx-vp9': 'vp9',
  h264_nvenc: 'h264',
  hevc_nvenc: 'hevc',
};

/**
 * The form in which frames reach the encoder. H.264 and HEVC cannot express an odd number of columns or rows with
 * subsampled chroma, and NVENC knows no 4:2:2: there every chroma sample is repeated into 4:4:4, which keeps the size
 * and loses nothing.
 */
export function encodedFormat(format: FrameFormat, encoder: VideoEncoder): FrameFormat {
  const oddWidth = format.sampling !== '444' && format.width % 2 === 1;
  const oddHeight = format.sampling === '420' && format.height % 2 === 1;
  const expressible = encoder === 'libvpx-vp9' || !(oddWidth || oddHeight);
  const noSampling = encoder.endsWith('nvenc') && format.sampling === '422';
  return expressible && !noSampling ? format : { ...format, sampling: '444' };
}

/** roop's scale turned to the encoder's quantiser: 100 → 0, 0 → 51 (63 for VP9). */
export function quantiser(encoder: VideoEncoder, quality: number): number {
  const worst = encoder === 'libvpx-vp9' ? 63 : 51;
  return Math.round(((100 - Math.min(100, Math.max(0, quality))) * worst) / 100);
}

/**
 * Codec, quality and speed.
 * @param chromaLocation where chroma samples lie by ffmpeg's numbers, 1 (left) to 6; 0 for unknown. Old versions of
 *   ffmpeg do not hand it on to x264 and x265 by themselves.
 * @param newPresets whether NVENC takes p1–p7 (ffmpeg 4.4 and later)
 */
export function encoderArguments(
  encoding: EncodingOptions,
  newPresets: boolean,
  chromaLocation = 0,
): string[] {
  const { encoder, preset } = encoding;
  const level = String(quantiser(encoder, encoding.quality));
  const lossless = encoding.quality >= 100;
  const chroma = chromaLocation > 0 ? [`chromaloc=${chromaLocation - 1}`] : [];
  switch (encoder) {
    case 'libx264':
      return [
        ...['-c:v', encoder, '-preset', preset, ...(lossless ? ['-qp', '0'] : ['-crf', level])],
        ...(chroma.length > 0 ? ['-x264-params', chroma.join(':')] : []),
      ];
    case 'libx265': {
      // x265 talks at length on stderr, where only failures should stand.
      const parameters = ['log-level=error', ...(lossless ? ['lossless=1'] : []), ...chroma].join(':');
      return ['-c:v', encoder, '-preset', preset, '-crf', level, '-x265-params', parameters];
    }
    case 'libvpx-vp9': {
      const speed = ['-deadline', 'good', '-cpu-used', String(vp9Speed(preset)), '-row-mt', '1'];
      return ['-c:v', encoder, ...speed, '-b:v', '0', ...(lossless ? ['-lossless', '1'] : ['-crf', level])];
    }
    case 'h264_nvenc':
    case 'hevc_nvenc':
      return ['-c:v', encoder, ...nvencArguments(preset, level, lossless, newPresets)];
  }
}

function nvencArguments(
  preset: VideoPreset,
  level: string,
  lossless: boolean,
  newPresets: boolean,
): string[] {
  const rank = videoPresets.indexOf(preset);
  const quality = ['-rc', 'vbr', '-cq', level, '-b:v', '0'];
  if (newPresets) {
    const name = `p${Math.min(7, 1 + Math.round((rank * 6) / (videoPresets.length - 1)))}`;
    return ['-preset', name, ...(lossless ? ['-tune', 'lossless'] : quality)];
  }
  if (lossless) return ['-preset', 'lossless'];
  return ['-preset', rank < 3 ? 'fast' : rank < 6 ? 'medium' : 'slow', ...quality];
}

function vp9Speed(preset: VideoPreset): number {
  return Math.max(0, Math.min(5, 6 - videoPresets.indexOf(preset)));
}
