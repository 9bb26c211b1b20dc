import type { Sampling } from '../image/frame';

export interface PixelLayout {
  sampling: Exclude<Sampling, 'rgb'>;
  /** What ffmpeg is asked to deliver; equal to the input format wherever frames can travel untouched. */
  decodeAs: string;
  /** Set by formats that imply it. */
  fullRange?: boolean;
  /** What has to be changed to make planar 8-bit YUV of it; absent when nothing is. */
  conversion?: string;
}

const native: Readonly<Record<string, PixelLayout | undefined>> = {
  yuv420p: { sampling: '420', decodeAs: 'yuv420p' },
  yuv422p: { sampling: '422', decodeAs: 'yuv422p' },
  yuv444p: { sampling: '444', decodeAs: 'yuv444p' },
  yuvj420p: { sampling: '420', decodeAs: 'yuvj420p', fullRange: true },
  yuvj422p: { sampling: '422', decodeAs: 'yuvj422p', fullRange: true },
  yuvj444p: { sampling: '444', decodeAs: 'yuvj444p', fullRange: true },
  // The same samples in another order.
  nv12: { sampling: '420', decodeAs: 'yuv420p' },
  nv21: { sampling: '420', decodeAs: 'yuv420p' },
  yuyv422: { sampling: '422', decodeAs: 'yuv422p' },
  uyvy422: { sampling: '422', decodeAs: 'yuv422p' },
  yvyu422: { sampling: '422', decodeAs: 'yuv422p' },
};

/**
 * How a decoder's pixel format becomes planar 8-bit YUV.
 * @param intermediate true for mastering codecs such as ProRes that know nothing but 10 bits and more; these are
 *   brought to 8 bits, while other deep video is refused
 * @returns a layout, or the name of the feature that is not supported
 */
export function pixelLayout(name: string, intermediate: boolean): PixelLayout | { unsupported: string } {
  const exact = native[name];
  if (exact) return exact;
  if (/^(yuva|gbrap|rgba|bgra|argb|abgr|ya8|ya16|ayuv|pal8$)/.test(name)) {
    return name === 'pal8' ? converted('444', 'palette') : { unsupported: 'alpha' };
  }
  const deep = /^yuv(420|422|444)p(9|1\d)(le|be)$/.exec(name);
  if (deep) {
    const sampling = deep[1] as '420' | '422' | '444';
    if (!intermediate) return { unsupported: `${deep[2]}-bit` };
    return {
      sampling,
      decodeAs: `yuv${sampling}p`,
      conversion: `${deep[2]}-bit samples reduced to 8 bits`,
    };
  }
  if (/(9|1\d|32)(le|be)$|48|64/.test(name)) return { unsupported: `pixel format ${name}` };
  if (/^(rgb24|bgr24|gbrp|rgb0|bgr0|0rgb|0bgr)$/.test(name)) return converted('444', 'RGB');
  // ffmpeg takes grey for full range, whatever its tags say: so no sample changes.
  if (name === 'gray' || name === 'gray8')
    return { ...converted('420', 'grey'), decodeAs: 'yuvj420p', fullRange: true };
  if (/^yuvj?(410|411)p$/.test(name)) return converted('422', name);
  if (/^yuvj?440p$/.test(name)) return converted('444', name);
  return { unsupported: `pixel format ${name}` };
}

function converted(sampling: '420' | '422' | '444', what: string): PixelLayout {
  return {
    sampling,
    decodeAs: `yuv${sampling}p`,
    conversion: `${what} converted to YUV 4:${sampling.slice(1, 2)}:${sampling.slice(2)}`,
  };
}
