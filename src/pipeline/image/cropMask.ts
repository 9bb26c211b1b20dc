import { applyAffine, composeAffine, invertAffine, type Affine } from './affine';
import { gaussianKernel, wholeShare } from './pasteMask';
import type { Rect } from './region';
import type { WarpedMask } from './regionMask';

/** Shares (0–1) of a swapped face in the pixels of its square crop, row by row. */
export interface CropMask {
  size: number;
  data: Float32Array;
}

/** Margins of the box mask in per cent of the crop: top, right, bottom, left. */
export type MaskPadding = readonly [number, number, number, number];

const boxes = new Map<string, CropMask>();

/**
 * facefusion's box mask: ones within a zero border, blurred. `blur` is 0–1: the border is a quarter of `blur` of the
 * side, at least one pixel or the padding, and sigma a quarter of half of it. Kept for the next face; do not change it.
 */
export function boxMask(size: number, blur = 0.3, padding: MaskPadding = [0, 0, 0, 0]): CropMask {
  const key = [size, blur, ...padding].join();
  const known = boxes.get(key);
  if (known) return known;
  const blurAmount = Math.floor(size * 0.5 * blur);
  const border = Math.max(Math.floor(blurAmount / 2), 1);
  const [top, right, bottom, left] = padding.map((share) =>
    Math.max(border, Math.floor((size * share) / 100)),
  );
  const rows = blurredLine(size, top, size - bottom, blurAmount * 0.25);
  const columns = blurredLine(size, left, size - right, blurAmount * 0.25);
  const data = new Float32Array(size * size);
  const whole = boxWhole(blurAmount * 0.25);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const share = rows[y] * columns[x];
      data[at++] = share > 1 - 1e-9 ? whole : share;
    }
  }
  const mask = { size, data };
  // A job uses one or two of them; a caller that tries many must not fill the memory.
  if (boxes.size > 16) boxes.clear();
  boxes.set(key, mask);
  return mask;
}

/** Share where nothing but ones is in reach of the blur, which is never above 1. */
function boxWhole(sigma: number): number {
  return sigma > 0 ? Math.min(1, wholeShare(gaussianKernel(floatKernelLength(sigma), sigma), 1)) : 1;
}

/** One axis of the box: the blur of a box is the product of its blurred axes. */
function blurredLine(size: number, from: number, to: number, sigma: number): Float64Array {
  const line = Float64Array.from({ length: size }, (_, i) => (i >= from && i < to ? 1 : 0));
  if (sigma <= 0) return line;
  const kernel = gaussianKernel(floatKernelLength(sigma), sigma);
  const reach = kernel.length >> 1;
  return line.map((_, i) => kernel.reduce((sum, k, j) => sum + k * line[mirror(i + j - reach, size)], 0));
}

/** The kernel length OpenCV takes for floats when it is given sigma alone. */
export function floatKernelLength(sigma: number): number {
  return Math.round(sigma * 8 + 1) | 1;
}

/** Mirrored at the edges without repeating the edge itself. */
function mirror(i: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

/** Gaussian blur of a square mask, mirrored at the edges; returns a new mask. */
export function gaussianBlur({ size, data }: CropMask, sigma: number): CropMask {
  if (sigma <= 0) return { size, data: data.slice() };
  const kernel = gaussianKernel(floatKernelLength(sigma), sigma);
  const reach = kernel.length >> 1;
  const rows = new Float32Array(data.length);
  const line = new Float32Array(size + 2 * reach);
  for (let y = 0; y < size; y++) {
    for (let i = 0; i < line.length; i++) line[i] = data[y * size + mirror(i - reach, size)];
    for (let x = 0; x < size; x++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k] * line[x + k];
      rows[y * size + x] = sum;
    }
  }
  const out = new Float32Array(data.length);
  for (let y = 0; y < size; y++) {
    for (let k = 0; k < kernel.length; k++) {
      const from = mirror(y + k - reach, size) * size;
      for (let x = 0; x < size; x++) out[y * size + x] += kernel[k] * rows[from + x];
    }
  }
  return { size, data: out };
}

/** The smallest of several masks of one size in every pixel. One mask is returned as it is. */
export function smallest(masks: readonly CropMask[]): CropMask {
  if (masks.length === 1) return masks[0];
  const data = masks[0].data.slice();
  for (const mask of masks.slice(1)) {
    for (let i = 0; i < data.length; i++) if (mask.data[i] < data[i]) data[i] = mask.data[i];
  }
  return { size: masks[0].size, data };
}

/** The part of the frame that facefusion rewrites for a crop of `size` pixels: its corners, to the nearest pixel. */
export function pasteBox(toCrop: Affine, size: number, width: number, height: number): Rect {
  const back = invertAffine(toCrop);
  const corners = [
    [0, 0],
    [size, 0],
    [size, size],
    [0, size],
  ].map(([x, y]) => applyAffine(back, x, y));
  const limit = (value: number, most: number) => Math.max(0, Math.min(most, value));
  const x = limit(Math.round(Math.min(...corners.map((p) => p[0]))), width);
  const y = limit(Math.round(Math.min(...corners.map((p) => p[1]))), height);
  const right = limit(Math.round(Math.max(...corners.map((p) => p[0]))), width);
  const bottom = limit(Math.round(Math.max(...corners.map((p) => p[1]))), height);
  return { x, y, width: right - x, height: bottom - y };
}

/**
 * A crop's mask in `rect` of the frame, zero outside of the crop. `toCrop` maps frame to a crop of `cropSize` pixels; the mask may
 * be coarser.
 */
export function warpMask(mask: CropMask, toCrop: Affine, rect: Rect, cropSize = mask.size): WarpedMask {
  const { x, y, width, height } = rect;
  const scale = mask.size / cropSize;
  const shift = scale / 2 - 0.5;
  const toMask = scale === 1 ? toCrop : composeAffine([scale, 0, shift, 0, scale, shift], toCrop);
  return { x, y, width, height, crop: mask, toCrop: composeAffine(toMask, [1, 0, x, 0, 1, y]) };
}
