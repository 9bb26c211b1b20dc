import { composeAffine, invertAffine, type Affine } from './affine';
import { lumaToChroma, plainBytes, type Border } from './faceCrop';
import { chromaShift, chromaSize, type Frame } from './frame';
import type { RegionMask } from './pasteMask';
import { RowBlender } from './rowBlender';

/** A finished face in crop space: planes R, G, B one after the other, 0–255, `size` × `size` each. */
export interface NewFace {
  size: number;
  data: Float32Array;
}

/** How the two originals differ in the last steps. */
export interface PasteStyle {
  /** What the crop is continued with beyond its own border. */
  border: Border;
  /** The warped crop is rounded to 8 bits before it is blended (insightface), or stays as it is (facefusion). */
  roundFace: boolean;
  /** Added before fractions are cut off (RGB frames). */
  bias: number;
  /** Share of the pasted pixels in the end; the rest stays the frame's (facefusion's enhancer), 0–1. */
  blend: number;
}

export const insightfacePaste: PasteStyle = { border: 'black', roundFace: true, bias: 0, blend: 1 };
/** Its samples are fractions; a hair's breadth more keeps equal shares from falling to the level below by rounding errors. */
export const facefusionPaste: PasteStyle = { border: 'replicate', roundFace: false, bias: 1e-4, blend: 1 };

/**
 * Blends a face over the frame where the mask is above 0; every other byte stays as it is. `toCrop` maps frame to
 * crop. RGB frames get the originals' pixels: fractions are cut off after blending, and with `blend` below 1 the mix
 * with the old frame is rounded. YUV frames are blended in their own planes, which is the same sum without a detour
 * through RGB; a chroma sample takes the mean share of its pixels.
 */
export function pasteFace(
  frame: Frame,
  face: NewFace,
  toCrop: Affine,
  mask: RegionMask,
  style: PasteStyle,
): void {
  if (frame.format.sampling === 'rgb') pasteRgb(frame, face, toCrop, mask, style);
  else pasteYuv(frame, face, toCrop, mask, style);
}

/** Where a row of the mask is above 0, as [from, to) from the mask's left edge; empty when nowhere. */
function maskedSpan({ data, width }: RegionMask, y: number): [number, number] {
  let from = y * width;
  let to = from + width;
  const start = from;
  while (from < to && data[from] <= 0) from++;
  while (to > from && data[to - 1] <= 0) to--;
  return [from - start, to - start];
}

/** How samples become pixels: whole(old + mix × (new − old) + ½), where new = whole(s × sample + (1 − s) × old + bias), s = share × amount. */
export interface Mixing {
  /** Samples are rounded to whole levels first. */
  round: boolean;
  amount: number;
  bias: number;
  mix: number;
}

function pasteRgb(frame: Frame, face: NewFace, toCrop: Affine, mask: RegionMask, style: PasteStyle): void {
  const blender = new RowBlender(face, mask.width, style.border);
  blender.along(toCrop, mask.x, mask.width);
  const planes = frame.planes.map(plainBytes);
  const mixing = { round: style.roundFace, amount: 1, bias: style.bias, mix: style.blend };
  for (let y = 0; y < mask.height; y++) {
    const [from, to] = maskedSpan(mask, y);
    if (from >= to) continue;
    const at = y * mask.width;
    blender.takeShares(mask.data, at + from, at + to);
    const row = { y: mask.y + y, from: mask.x + from, to: mask.x + to };
    planes.forEach((plane, c) => blender.blend(plane, frame.format.width, c, row, mixing));
  }
}

function pasteYuv(frame: Frame, face: NewFace, toCrop: Affine, mask: RegionMask, style: PasteStyle): void {
  const { format } = frame;
  const blender = new RowBlender(face, mask.width, style.border);
  blender.toStored(format);
  blender.along(toCrop, mask.x, mask.width);
  const planes = frame.planes.map(plainBytes);
  const mixing = { round: false, amount: style.blend, bias: 0.5, mix: 1 };
  for (let y = 0; y < mask.height; y++) {
    const [from, to] = maskedSpan(mask, y);
    if (from >= to) continue;
    const at = y * mask.width;
    blender.takeShares(mask.data, at + from, at + to);
    const row = { y: mask.y + y, from: mask.x + from, to: mask.x + to };
    blender.blend(planes[0], format.width, 0, row, mixing);
  }
  const shift = chromaShift(format.sampling);
  const map = composeAffine(toCrop, invertAffine(lumaToChroma(shift)));
  const { width } = chromaSize(format);
  const x0 = mask.x >> shift.x;
  const x1 = ((mask.x + mask.width - 1) >> shift.x) + 1;
  const shares = new Float32Array(x1 - x0);
  blender.along(map, x0, x1 - x0);
  for (let y = mask.y >> shift.y; y <= (mask.y + mask.height - 1) >> shift.y; y++) {
    const [from, to] = chromaShares(mask, shift, y, x0, format, shares);
    if (from >= to) continue;
    blender.takeShares(shares, from, to);
    const row = { y, from: x0 + from, to: x0 + to };
    for (const c of [1, 2]) blender.blend(planes[c], width, c, row, mixing);
  }
}

/**
 * The mean shares of one row of chroma samples from `x0` on; returns where they are above 0. A last odd
 * row or column of the frame has fewer pixels to a sample.
 */
function chromaShares(
  mask: RegionMask,
  shift: { x: number; y: number },
  y: number,
  x0: number,
  { width, height }: { width: number; height: number },
  shares: Float32Array,
): [number, number] {
  const lines = Math.min(1 << shift.y, height - (y << shift.y));
  const perPixel = 1 / (lines << shift.x);
  shares.fill(0);
  let [first, end] = [mask.width, 0];
  for (let j = 0; j < lines; j++) {
    const line = (y << shift.y) + j - mask.y;
    if (line < 0 || line >= mask.height) continue;
    const [from, to] = maskedSpan(mask, line);
    if (from >= to) continue;
    first = Math.min(first, from);
    end = Math.max(end, to);
    const at = line * mask.width;
    const { data } = mask;
    if (shift.x === 0) {
      for (let x = from; x < to; x++) shares[x] += data[at + x] * perPixel;
      continue;
    }
    // Pairs of pixels; the mask may begin or end in the middle of one.
    let x = from;
    const odd = mask.x & 1;
    if ((x + odd) & 1) shares[(x + odd) >> 1] += data[at + x++] * perPixel;
    for (let k = (x + odd) >> 1; x + 1 < to; x += 2, k++) {
      shares[k] += (data[at + x] + data[at + x + 1]) * perPixel;
    }
    if (x < to) shares[(x + odd) >> 1] += data[at + x] * perPixel;
  }
  if (first >= end) return [0, 0];
  const last = ((mask.x + end - 1) >> shift.x) - x0;
  // The frame's last column may stand alone for its sample.
  if (shift.x === 1 && width & 1 && x0 + last === width >> 1) shares[last] *= 2;
  return [((mask.x + first) >> shift.x) - x0, last + 1];
}
