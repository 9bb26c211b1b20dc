import type { Affine } from './affine';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { BORDER, type FloatRaster } from './raster';

/**
 * Places along the rows of a warp, rounded as OpenCV's warpAffine does: a row's start and the steps along it apart, to 1024ths of a
 * pixel, and their sum to 32nds. Exact places would give other pixels than the originals have.
 */
const finest = 1024;
const half = 16;
/** Bits between the two. */
const coarser = 5;

/** Coordinate of a place, of what is the same for the whole row and what grows along it. */
export function warpPlace(row: number, along: number): number {
  return ((rowStart(row) + Math.round(along * finest)) >> coarser) / 32;
}

/** Where a row begins, in 1024ths, with what rounds its sums to 32nds when their last bits are cut off. */
export function rowStart(place: number): number {
  return Math.round(place * finest) + half;
}

/** The steps of `count` pixels along a row, from the pixel `from` on, in 1024ths. */
export function stepsAlong(step: number, from: number, count: number): Int32Array {
  const steps = new Int32Array(count);
  for (let i = 0; i < count; i++) steps[i] = Math.floor(step * (from + i) * finest + 0.5);
  return steps;
}

/** The steps of the pixels `from` and after, in the kernels' memory: addresses of whole numbers, 1024ths. */
export interface WarpSteps {
  map: Affine;
  from: number;
  across: number;
  down: number;
}

/** @param map carries pixels of the output to the picture, centres at whole numbers */
export function takeSteps(memory: PixelMemory, map: Affine, from: number, count: number): WarpSteps {
  const [across, down] = [map[0], map[3]].map((step) => {
    const address = memory.take((count + SPARE) * 4);
    memory.integers.set(stepsAlong(step, from, count), address / 4);
    return address;
  });
  return { map, from, across, down };
}

/** Where a row of samples is read, from the pixel (x, y) on: what kernels take as `warpParameters`. */
export function placeOnRow(
  { address, width, height }: FloatRaster,
  { map, from, across, down }: WarpSteps,
  y: number,
  x: number,
): [number, number, number, number, number, number, number, number] {
  return [
    address,
    width + BORDER,
    across + 4 * (x - from),
    down + 4 * (x - from),
    // Kernels count from the corner of the border.
    rowStart(map[1] * y + map[2]) + finest,
    rowStart(map[4] * y + map[5]) + finest,
    (width + 1) * finest,
    (height + 1) * finest,
  ];
}
