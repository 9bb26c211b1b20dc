import type { Affine } from './affine';
import type { ByteRows } from './byteRows';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { POSITION } from './kernels/sampling';
import { putRows, type ScaledMap } from './mapRows';

/** A picture of floats in the memory of kernels, with a border for everything beyond it; see `sampleParameters`. */
export interface FloatRaster {
  address: number;
  width: number;
  height: number;
}

/** Texels that a raster has beyond its picture in each direction: one before, two behind. */
export const BORDER = 3;
/** Pictures may be as wide and high as this, and places as far from their corner: more does not go into a position. */
export const farthest = 2000;

export function takeRaster(memory: PixelMemory, width: number, height: number): FloatRaster {
  return { address: memory.take(((width + BORDER) * (height + BORDER) + SPARE) * 4), width, height };
}

/** A map of a grid as a raster, and where a row of its samples is written. */
export interface SampledMap {
  raster: FloatRaster;
  row: number;
}

/** Copies a map of a grid into a raster, with room for rows of `count` samples. */
export function takeMap(
  memory: PixelMemory,
  { width, height }: { width: number; height: number },
  map: ScaledMap,
  count: number,
): SampledMap {
  const raster = takeRaster(memory, width, height);
  putRows(memory, map, width, height, rowIn(raster, 0) * 4, width + BORDER);
  fillBorder(memory, raster);
  return { raster, row: memory.take((count + SPARE) * 4) };
}

/** Index of the first float of a raster's row `y`, without the border. */
export function rowIn({ address, width }: FloatRaster, y: number): number {
  return address / 4 + (y + 1) * (width + BORDER) + 1;
}

/** Copies a picture into its raster, with `outside` beyond it, or else its outermost values again. */
export function fillRaster(
  memory: PixelMemory,
  raster: FloatRaster,
  picture: Float32Array,
  outside?: number,
): void {
  const { width, height } = raster;
  for (let y = 0; y < height; y++) {
    memory.floats.set(picture.subarray(y * width, (y + 1) * width), rowIn(raster, y));
  }
  fillBorder(memory, raster, outside);
}

/** Turns rows of bytes into a raster's picture; its border is to be filled then. */
export function widenInto(memory: PixelMemory, raster: FloatRaster, { address, apart }: ByteRows): void {
  const { width, height } = raster;
  const end = address + height * apart;
  memory.run.widenRows(address, end, apart, rowIn(raster, 0) * 4, (width + BORDER) * 4, width);
}

/** The border of a raster whose picture is there. */
export function fillBorder({ floats, run }: PixelMemory, raster: FloatRaster, outside?: number): void {
  const { width, height } = raster;
  const stride = width + BORDER;
  const [row, end] = [rowIn(raster, 0), rowIn(raster, height)];
  run.rowEnds(row * 4, end * 4, stride * 4, width * 4, outside ?? 0, Number(outside === undefined));
  const [first, last] = [row - 1, end - stride - 1];
  for (const [to, from] of [
    [first - stride, first],
    [last + stride, last],
    [last + 2 * stride, last],
  ]) {
    if (outside === undefined) floats.copyWithin(to, from, from + stride);
    else floats.fill(outside, to, to + stride);
  }
}

/**
 * Writes `count` samples of a map into its row: those of row `y` from pixel `x` on. `map` carries the row's pixels to the map, centres at
 * whole numbers. Every number by itself: arrays of them for every row were a third of what V8 had to collect.
 */
export function sampleMap(
  memory: PixelMemory,
  { raster, row }: SampledMap,
  count: number,
  map: Affine,
  y: number,
  x: number,
): void {
  const { address, width, height } = raster;
  memory.run.sampleRow(
    row,
    count,
    address,
    width + BORDER,
    position(map[0] * x + map[1] * y + map[2] + 1),
    position(map[3] * x + map[4] * y + map[5] + 1),
    position(map[0]),
    position(map[3]),
    (width + 1) * POSITION,
    (height + 1) * POSITION,
  );
}

/** A place in a raster, counted from the corner of its border, as kernels count; see `sampleParameters`. */
export function position(texels: number): number {
  return Math.round(texels * POSITION);
}
