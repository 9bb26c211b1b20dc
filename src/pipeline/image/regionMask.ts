import type { Affine } from './affine';
import { CoarseRows } from './coarseRows';
import type { CropMask } from './cropMask';
import { pixelMemory, SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { Rect } from './region';
import type { ShareRows } from './shareRows';
import { WarpedRows } from './warpedRows';

/**
 * Shares (0–1) of a swapped face in a rectangle of the frame: a value for every `step`-th pixel of every `step`-th row, `columns` in a
 * row; between them lie straight lines. The last ones may lie beyond the rectangle.
 */
export interface CoarseMask extends Rect {
  step: number;
  columns: number;
  data: Float32Array;
}

/** A mask of a crop's pixels, 0 outside of it. `toCrop` carries the rectangle's pixels, counted from its corner, to the mask's. */
export interface WarpedMask extends Rect {
  crop: CropMask;
  toCrop: Affine;
}

export type RegionMask = CoarseMask | WarpedMask;

/** The mask's rows, each worked out when it is wanted. */
export function rowsOf(memory: PixelMemory, mask: RegionMask): ShareRows {
  return 'crop' in mask ? new WarpedRows(memory, mask) : new CoarseRows(memory, mask);
}

/**
 * How far apart a mask needs to be known whose edges were blurred by a Gaussian of `sigma` pixels: interpolating between
 * values a third of sigma apart errs by less than 0.0035 (0.9 of 255) where the edge bends most.
 */
export function coarseStep(sigma: number): number {
  return Math.max(1, Math.floor(sigma / 3));
}

/** A mask's values in the memory of kernels: where they begin, and how many there are. */
export interface MaskGrid {
  address: number;
  columns: number;
  rows: number;
  step: number;
}

/** Takes memory for a mask over `rect`, all zero. */
export function takeGrid(memory: PixelMemory, rect: Rect, step: number): MaskGrid {
  const columns = Math.ceil((rect.width - 1) / step) + 1;
  const rows = Math.ceil((rect.height - 1) / step) + 1;
  const address = memory.take((columns * rows + SPARE) * 4);
  memory.floats.fill(0, address / 4, address / 4 + columns * rows);
  return { address, columns, rows, step };
}

/** The mask over `rect` whose values were worked out in the memory of kernels. */
export function maskOf(
  memory: PixelMemory,
  { address, columns, rows, step }: MaskGrid,
  rect: Rect,
): CoarseMask {
  const { x, y, width, height } = rect;
  const data = memory.floats.slice(address / 4, address / 4 + columns * rows);
  return { x, y, width, height, step, columns, data };
}

/** The share of every pixel, row by row. */
export function everyShare(mask: RegionMask): Float32Array {
  const { width, height } = mask;
  const all = new Float32Array(width * height);
  const memory = pixelMemory();
  const rows = rowsOf(memory, mask);
  for (let y = 0; y < height; y++) {
    const span = rows.span(y, y);
    if (!span) continue;
    const row = rows.write(0, y, span);
    all.set(memory.floats.subarray(row / 4 + span.from, row / 4 + span.to), y * width + span.from);
  }
  return all;
}

/** The lower of two masks of the same rectangle in every pixel. */
export function lowest(mask: RegionMask, other: RegionMask): CoarseMask {
  const limits = everyShare(other);
  const data = everyShare(mask).map((share, i) => Math.min(share, limits[i]));
  const { x, y, width, height } = mask;
  return { x, y, width, height, step: 1, columns: width, data };
}
