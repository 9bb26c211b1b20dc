import { composeAffine, invertAffine, type Affine } from './affine';
import { lumaToChroma, plainBytes, type Border } from './faceCrop';
import { chromaShift, chromaSize, type Frame } from './frame';
import type { RegionMask } from './pasteMask';
import { innerSpanOf, sampleEdge, type Raster, type SampleRow } from './sample';
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
 * through RGB; a chroma sample takes the mean share of its pixels. The face is used up: its memory is worked in.
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

/** How samples of a face and what a plane has become a pixel: whole(whole(old + share × (new − old) + bias) mixed with old). */
interface Mixing {
  /** Samples are rounded first. */
  round: boolean;
  /** Goes into the share. */
  amount: number;
  bias: number;
  mix: number;
}

/** A hair's breadth more than the sum: equal shares must not fall to the level below by rounding errors. */
const HAIR = 1e-4;

function pasteRgb(frame: Frame, face: NewFace, toCrop: Affine, mask: RegionMask, style: PasteStyle): void {
  const stride = frame.format.width;
  const outside = style.border === 'black' ? 0 : undefined;
  const rasters = [0, 1, 2].map((c) => raster(face.data, face.size, c, outside));
  const planes = frame.planes.map(plainBytes);
  const mixing = { round: style.roundFace, amount: 1, bias: HAIR, mix: style.blend };
  for (let y = 0; y < mask.height; y++) {
    const [from, to] = maskedSpan(mask, y);
    if (from >= to) continue;
    const at = (mask.y + y) * stride;
    const sharesAt = y * mask.width - mask.x;
    const row = { map: toCrop, y: mask.y + y, from: mask.x + from, to: mask.x + to };
    const [first, end] = innerSpanOf(rasters[0], row);
    for (const [c, plane] of planes.entries()) {
      blendEdge(plane, at, mask.data, sharesAt, rasters[c], { ...row, to: first }, mixing);
      blendEdge(plane, at, mask.data, sharesAt, rasters[c], { ...row, from: end }, mixing);
    }
    blendThree(planes, at, mask.data, sharesAt, face, { ...row, from: first, to: end }, mixing);
  }
}

/** One pixel. Everything lies between 0 and 255, so that `|0` cuts fractions off. */
function mixed(old: number, sample: number, share: number, { round, amount, bias, mix }: Mixing): number {
  const value = round ? Math.floor(sample + 0.5) : sample;
  const pasted = (old + share * amount * (value - old) + bias) | 0;
  return mix === 1 ? pasted : (old + mix * (pasted - old) + 0.5) | 0;
}

/** Pixels of a row whose samples may lie beyond the face's border. `plane[at + x]` takes the share `shares[sharesAt + x]`. */
function blendEdge(
  plane: Uint8Array,
  at: number,
  shares: Float32Array,
  sharesAt: number,
  source: Raster<Float32Array>,
  { map, y, from, to }: SampleRow,
  mixing: Mixing,
): void {
  for (let x = from; x < to; x++) {
    const sample = sampleEdge(source, map[0] * x + map[1] * y + map[2], map[3] * x + map[4] * y + map[5]);
    plane[at + x] = mixed(plane[at + x], sample, shares[sharesAt + x], mixing);
  }
}

/** Pixels of a row whose samples lie inside, of three planes at once: most of the work is finding the place. */
function blendThree(
  planes: readonly Uint8Array[],
  at: number,
  shares: Float32Array,
  sharesAt: number,
  { data, size }: NewFace,
  { map, y, from, to }: SampleRow,
  mixing: Mixing,
): void {
  const [red, green, blue] = planes;
  const area = size * size;
  const [dx, , , dy] = map;
  const x0 = map[1] * y + map[2];
  const y0 = map[4] * y + map[5];
  for (let x = from; x < to; x++) {
    const share = shares[sharesAt + x];
    const px = dx * x + x0;
    const py = dy * x + y0;
    const ix = px | 0;
    const iy = py | 0;
    const fx = px - ix;
    const fy = py - iy;
    let p = (iy * size + ix) | 0;
    let q = (p + size) | 0;
    let top = data[p] + (data[p + 1] - data[p]) * fx;
    let low = data[q] + (data[q + 1] - data[q]) * fx;
    red[at + x] = mixed(red[at + x], top + (low - top) * fy, share, mixing);
    p = (p + area) | 0;
    q = (q + area) | 0;
    top = data[p] + (data[p + 1] - data[p]) * fx;
    low = data[q] + (data[q + 1] - data[q]) * fx;
    green[at + x] = mixed(green[at + x], top + (low - top) * fy, share, mixing);
    p = (p + area) | 0;
    q = (q + area) | 0;
    top = data[p] + (data[p + 1] - data[p]) * fx;
    low = data[q] + (data[q + 1] - data[q]) * fx;
    blue[at + x] = mixed(blue[at + x], top + (low - top) * fy, share, mixing);
  }
}

/** A row of one plane. */
function blendRow(
  plane: Uint8Array,
  at: number,
  shares: Float32Array,
  sharesAt: number,
  source: Raster<Float32Array>,
  row: SampleRow,
  amount: number,
): void {
  const { data, width } = source;
  const { map, y, from, to } = row;
  const mixing = { round: false, amount, bias: 0.5, mix: 1 };
  const [first, end] = innerSpanOf(source, row);
  blendEdge(plane, at, shares, sharesAt, source, { ...row, from, to: first }, mixing);
  const [dx, , , dy] = map;
  const x0 = map[1] * y + map[2];
  const y0 = map[4] * y + map[5];
  for (let x = first; x < end; x++) {
    const px = dx * x + x0;
    const py = dy * x + y0;
    const ix = px | 0;
    const iy = py | 0;
    const fx = px - ix;
    const p = (iy * width + ix) | 0;
    const q = (p + width) | 0;
    const top = data[p] + (data[p + 1] - data[p]) * fx;
    const low = data[q] + (data[q + 1] - data[q]) * fx;
    const old = plane[at + x];
    const value = top + (low - top) * (py - iy);
    plane[at + x] = (old + shares[sharesAt + x] * amount * (value - old) + 0.5) | 0;
  }
  blendEdge(plane, at, shares, sharesAt, source, { ...row, from: end, to }, mixing);
}

function pasteYuv(frame: Frame, face: NewFace, toCrop: Affine, mask: RegionMask, style: PasteStyle): void {
  const { format } = frame;
  const limited = format.range === 'limited';
  toStored(face, format.matrix, limited);
  const black = style.border === 'black';
  const planes = frame.planes.map(plainBytes);
  const luma = raster(face.data, face.size, 0, black ? (limited ? 16 : 0) : undefined);
  for (let y = 0; y < mask.height; y++) {
    const [from, to] = maskedSpan(mask, y);
    if (from >= to) continue;
    const row = { map: toCrop, y: mask.y + y, from: mask.x + from, to: mask.x + to };
    const sharesAt = y * mask.width - mask.x;
    blendRow(planes[0], row.y * format.width, mask.data, sharesAt, luma, row, style.blend);
  }
  const shift = chromaShift(format.sampling);
  const map = composeAffine(toCrop, invertAffine(lumaToChroma(shift)));
  const both = [1, 2].map((c) => raster(face.data, face.size, c, black ? 128 : undefined));
  const { width } = chromaSize(format);
  const x0 = mask.x >> shift.x;
  const x1 = ((mask.x + mask.width - 1) >> shift.x) + 1;
  const shares = new Float32Array(x1 - x0);
  for (let y = mask.y >> shift.y; y <= (mask.y + mask.height - 1) >> shift.y; y++) {
    const [from, to] = chromaShares(mask, shift, y, x0, format, style.blend, shares);
    if (from >= to) continue;
    const row = { map, y, from: x0 + from, to: x0 + to };
    both.forEach((source, c) => blendRow(planes[c + 1], y * width, shares, -x0, source, row, 1));
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

/** Turns a face's planes into those that the frame stores, Y, U and V, not rounded. */
function toStored({ size, data }: NewFace, matrix: Frame['format']['matrix'], limited: boolean): void {
  const { red: kr, blue: kb } = lumaWeights(matrix);
  const kg = 1 - kr - kb;
  const area = size * size;
  const scale = limited ? 219 / 255 : 1;
  const offset = limited ? 16 : 0;
  const chroma = limited ? 224 / 255 : 1;
  const toU = chroma / (2 * (1 - kb));
  const toV = chroma / (2 * (1 - kr));
  for (let i = 0, j = area, k = 2 * area; i < area; i++, j++, k++) {
    const r = data[i];
    const b = data[k];
    const y = kr * r + kg * data[j] + kb * b;
    data[i] = offset + scale * y;
    data[j] = 128 + toU * (b - y);
    data[k] = 128 + toV * (r - y);
  }
}
