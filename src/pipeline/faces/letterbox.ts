import { pictureSize } from '../image/crop';
import { cutFace } from '../image/faceCrop';
import type { FrameSource, RgbImage } from '../image/region';

/** A picture in the top-left corner of a detector's black input. */
export interface Letterbox {
  /** Input size; RGB, 0–255. */
  pixels: RgbImage;
  /** Size of the picture in it. */
  width: number;
  height: number;
  /** Input pixels per picture pixel, for both axes: taken from the heights, as InsightFace does. */
  scale: number;
}

/**
 * Size of a picture inside an input of `width` × `height` pixels: one edge fills it, the other is cut to whole
 * pixels in the way InsightFace does.
 */
export function letterboxSize(
  picture: { width: number; height: number },
  width: number,
  height = width,
): { width: number; height: number; scale: number } {
  const ratio = picture.height / picture.width;
  const fitted =
    ratio > height / width
      ? { width: Math.max(1, Math.trunc(height / ratio)), height }
      : { width, height: Math.max(1, Math.trunc(width * ratio)) };
  return { ...fitted, scale: fitted.height / picture.height };
}

/**
 * Scales a picture bilinearly (edges on edges, no averaging, as OpenCV's resize does) into the top-left corner of a
 * black input of `width` × `height` pixels.
 */
export function letterbox(picture: FrameSource, width: number, height = width): Letterbox {
  const from = pictureSize(picture);
  const size = letterboxSize(from, width, height);
  const sx = size.width / from.width;
  const sy = size.height / from.height;
  const map = [sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2] as const;
  const small = cutFace(picture, map, size.width, size.height, 'replicate');
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < size.height; y++) {
    data.set(small.data.subarray(y * size.width * 3, (y + 1) * size.width * 3), y * width * 3);
  }
  return { pixels: { width, height, data }, ...size };
}
