import { chromaShift, chromaSize, type Frame } from './frame';
import type { RgbImage } from './region';
import { lumaWeights } from './ycc';

/**
 * A frame as interleaved RGB, for looking at it. With a `step` above 1 each pixel is the mean of so many of the frame in either
 * direction; what does not fill one at the right and lower edge is left out.
 */
export function toRgb(frame: Frame, step = 1): RgbImage {
  const width = Math.max(1, Math.floor(frame.format.width / step));
  const height = Math.max(1, Math.floor(frame.format.height / step));
  const image = { width, height, data: new Uint8ClampedArray(width * height * 3) };
  if (frame.format.sampling === 'rgb') joinPlanes(frame, image, step);
  else convert(frame, image, step);
  return image;
}

/** The largest step at which a frame is still as wide as `width`. */
export function stepTo(width: number, frameWidth: number): number {
  return Math.max(1, Math.floor(frameWidth / width));
}

function joinPlanes({ planes, format }: Frame, { width, height, data }: RgbImage, step: number): void {
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (const plane of planes) data[at++] = blockMean(plane, format.width, x * step, y * step, step);
}

function convert({ planes, format }: Frame, { width, height, data }: RgbImage, step: number): void {
  const { red, blue } = lumaWeights(format.matrix);
  const isLimited = format.range === 'limited';
  const [offset, scale] = isLimited ? [16, 255 / 219] : [0, 1];
  const chromaScale = isLimited ? 255 / 224 : 1;
  const [toRed, toBlue] = [2 * (1 - red) * chromaScale, 2 * (1 - blue) * chromaScale];
  const green = 1 - red - blue;
  const [redToGreen, blueToGreen] = [(toRed * red) / green, (toBlue * blue) / green];
  const shift = chromaShift(format.sampling);
  const stride = chromaSize(format).width;
  const [luma, cb, cr] = planes;
  for (let y = 0, at = 0; y < height; y++) {
    const row = ((y * step) >> shift.y) * stride;
    for (let x = 0; x < width; x++, at += 3) {
      const mean =
        step === 1 ? luma[y * format.width + x] : blockMean(luma, format.width, x * step, y * step, step);
      const value = (mean - offset) * scale;
      const chroma = row + ((x * step) >> shift.x);
      const [u, v] = [cb[chroma] - 128, cr[chroma] - 128];
      data[at] = value + toRed * v;
      data[at + 1] = value - redToGreen * v - blueToGreen * u;
      data[at + 2] = value + toBlue * u;
    }
  }
}

function blockMean(plane: Uint8Array, stride: number, left: number, top: number, step: number): number {
  let sum = 0;
  for (let y = top; y < top + step; y++)
    for (let p = y * stride + left, end = p + step; p < end; p++) sum += plane[p];
  return sum / (step * step);
}
