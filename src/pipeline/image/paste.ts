import { composeAffine, invertAffine, type Affine } from './affine';
import { lumaToChroma, plainBytes, type Border } from './faceCrop';
import { chromaShift, chromaSize, type Frame } from './frame';
import type { RegionMask } from './pasteMask';
import { sampleFloats, type Raster } from './sample';
import { lumaWeights } from './ycc';

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
  /** Share of the pasted pixels in the end; the rest stays the frame's (facefusion's enhancer), 0–1. */
  blend: number;
}

export const insightfacePaste: PasteStyle = { border: 'black', roundFace: true, blend: 1 };
export const facefusionPaste: PasteStyle = { border: 'replicate', roundFace: false, blend: 1 };

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

function raster(data: Float32Array, size: number, plane: number, outside?: number): Raster<Float32Array> {
  const area = size * size;
  return {
    data: data.subarray(plane * area, (plane + 1) * area),
    width: size,
    height: size,
    step: 1,
    offset: 0,
    ...(outside !== undefined && { outside }),
  };
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

function pasteRgb(frame: Frame, face: NewFace, toCrop: Affine, mask: RegionMask, style: PasteStyle): void {
  const { roundFace, blend } = style;
  const stride = frame.format.width;
  const row = new Float32Array(mask.width);
  const rasters = [0, 1, 2].map((c) =>
    raster(face.data, face.size, c, style.border === 'black' ? 0 : undefined),
  );
  const planes = frame.planes.map(plainBytes);
  for (let y = 0; y < mask.height; y++) {
    const [from, to] = maskedSpan(mask, y);
    if (from >= to) continue;
    const at = (mask.y + y) * stride + mask.x;
    for (let c = 0; c < 3; c++) {
      sampleFloats(rasters[c], toCrop, mask.y + y, mask.x + from, mask.x + to, row, from);
      if (roundFace) roundRow(row, from, to);
      if (blend === 1) cutRow(planes[c], at, mask.data, y * mask.width, row, from, to);
      else mixRow(planes[c], at, mask.data, y * mask.width, row, from, to, blend);
    }
  }
}

function roundRow(row: Float32Array, from: number, to: number): void {
  for (let x = from; x < to; x++) row[x] = (row[x] + 0.5) | 0;
}

/** A hair's breadth more than the sum: equal shares must not fall to the level below by rounding errors. */
const HAIR = 1e-4;

/** Moves plane[at + x] towards row[x] by its share and cuts the fraction off; both lie between 0 and 255, so `|0` does. */
function cutRow(
  plane: Uint8Array,
  at: number,
  shares: Float32Array,
  sharesAt: number,
  row: Float32Array,
  from: number,
  to: number,
): void {
  for (let x = from; x < to; x++) {
    const old = plane[at + x];
    plane[at + x] = (old + shares[sharesAt + x] * (row[x] - old) + HAIR) | 0;
  }
}

/** The same, and then a mix of that with what was there, rounded: facefusion's enhancer. */
function mixRow(
  plane: Uint8Array,
  at: number,
  shares: Float32Array,
  sharesAt: number,
  row: Float32Array,
  from: number,
  to: number,
  blend: number,
): void {
  for (let x = from; x < to; x++) {
    const old = plane[at + x];
    const pasted = (old + shares[sharesAt + x] * (row[x] - old) + HAIR) | 0;
    plane[at + x] = (old + blend * (pasted - old) + 0.5) | 0;
  }
}

function pasteYuv(frame: Frame, face: NewFace, toCrop: Affine, mask: RegionMask, style: PasteStyle): void {
  const { format } = frame;
  const limited = format.range === 'limited';
  const ycc = toStored(face, format.matrix, limited);
  const black = style.border === 'black';
  blendLuma(
    frame,
    raster(ycc, face.size, 0, black ? (limited ? 16 : 0) : undefined),
    toCrop,
    mask,
    style.blend,
  );
  const shift = chromaShift(format.sampling);
  const toCropFromChroma = composeAffine(toCrop, invertAffine(lumaToChroma(shift)));
  const both = [1, 2].map((c) => raster(ycc, face.size, c, black ? 128 : undefined));
  const size = chromaSize(format);
  const x0 = mask.x >> shift.x;
  const x1 = ((mask.x + mask.width - 1) >> shift.x) + 1;
  const shares = new Float32Array(x1 - x0);
  const row = new Float32Array(x1 - x0);
  for (let y = mask.y >> shift.y; y <= (mask.y + mask.height - 1) >> shift.y; y++) {
    const [from, to] = chromaShares(mask, shift, y, x0, format, style.blend, shares);
    if (from >= to) continue;
    both.forEach((source, c) => {
      const plane = plainBytes(frame.planes[c + 1]);
      sampleFloats(source, toCropFromChroma, y, x0 + from, x0 + to, row, from);
      blendRow(plane, y * size.width + x0, shares, 0, row, from, to, 1);
    });
  }
}

/**
 * The mean shares, times `blend`, of one row of chroma samples from `x0` on; returns where they are above 0. A last odd
 * row or column of the frame has fewer pixels to a sample.
 */
function chromaShares(
  mask: RegionMask,
  shift: { x: number; y: number },
  y: number,
  x0: number,
  { width, height }: { width: number; height: number },
  blend: number,
  shares: Float32Array,
): [number, number] {
  const lines = Math.min(1 << shift.y, height - (y << shift.y));
  const perPixel = blend / (lines << shift.x);
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

/** To the nearest whole number; `|0` on a positive number, because Math.round costs more than the rest of the loop. */
function roundShift(value: number): number {
  return ((value + 512.5) | 0) - 512;
}

function blendLuma(
  frame: Frame,
  source: Raster<Float32Array>,
  toCrop: Affine,
  mask: RegionMask,
  blend: number,
): void {
  const plane = plainBytes(frame.planes[0]);
  const stride = frame.format.width;
  const row = new Float32Array(mask.width);
  for (let y = 0; y < mask.height; y++) {
    const [from, to] = maskedSpan(mask, y);
    if (from >= to) continue;
    sampleFloats(source, toCrop, mask.y + y, mask.x + from, mask.x + to, row, from);
    blendRow(plane, (mask.y + y) * stride + mask.x, mask.data, y * mask.width, row, from, to, blend);
  }
}

/** Moves plane[at + x] towards row[x] by shares[sharesAt + x] times `blend`. */
function blendRow(
  plane: Uint8Array,
  at: number,
  shares: Float32Array,
  sharesAt: number,
  row: Float32Array,
  from: number,
  to: number,
  blend: number,
): void {
  for (let x = from; x < to; x++) {
    const old = plane[at + x];
    plane[at + x] = old + roundShift(shares[sharesAt + x] * blend * (row[x] - old));
  }
}

/** The face's planes as the frame stores them: Y, U, V (not rounded). */
function toStored(
  { size, data }: NewFace,
  matrix: Frame['format']['matrix'],
  limited: boolean,
): Float32Array {
  const { red: kr, blue: kb } = lumaWeights(matrix);
  const area = size * size;
  const out = new Float32Array(3 * area);
  const [scale, offset, chroma] = limited ? [219 / 255, 16, 224 / 255] : [1, 0, 1];
  const toU = chroma / (2 * (1 - kb));
  const toV = chroma / (2 * (1 - kr));
  for (let i = 0; i < area; i++) {
    const [r, g, b] = [data[i], data[area + i], data[2 * area + i]];
    const y = kr * r + (1 - kr - kb) * g + kb * b;
    out[i] = offset + scale * y;
    out[area + i] = 128 + toU * (b - y);
    out[2 * area + i] = 128 + toV * (r - y);
  }
  return out;
}
