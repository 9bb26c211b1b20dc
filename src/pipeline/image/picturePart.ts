import { applyAffine, type Affine } from './affine';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { BORDER, farthest, fillBorder, rowIn, takeRaster, type FloatRaster } from './raster';
import type { Rect } from './region';
import type { Raster } from './sample';

/**
 * The pixels that bilinear samples at `width` × `height` places touch and `reach` more on all sides, at least one, where what lies
 * beyond begins; and whether all places lie so near to them that they have a position in a raster. `map` carries the places to the
 * picture.
 */
export function pixelsUnder(
  picture: Raster,
  map: Affine,
  width: number,
  height: number,
  reach = 0,
): { part: Rect; isNear: boolean } {
  const corners = [0, width - 1].flatMap((x) => [0, height - 1].map((y) => applyAffine(map, x, y)));
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  const [x, right] = between(xs, picture.width, reach);
  const [y, bottom] = between(ys, picture.height, reach);
  const isNear =
    xs.every((value) => Math.abs(value - x) < farthest) &&
    ys.every((value) => Math.abs(value - y) < farthest);
  return { part: { x, y, width: right - x, height: bottom - y }, isNear };
}

/** First and end of the pixels from the least to the greatest place and the neighbour behind. */
function between(places: readonly number[], size: number, reach: number): [number, number] {
  const first = Math.max(0, Math.min(size - 1, Math.floor(Math.min(...places)) - reach));
  return [first, Math.max(first + 1, Math.min(size, Math.floor(Math.max(...places)) + 2 + reach))];
}

/** A part of a picture as a raster of floats, with a border for what lies beyond. */
export function copyPart(memory: PixelMemory, picture: Raster, part: Rect): FloatRaster {
  const raster = takeRaster(memory, part.width, part.height);
  const row = takeRow(memory, picture, part);
  for (let y = 0; y < part.height; y++) {
    memory.run.widenRow(copyRow(row, y), part.width, rowIn(raster, y) * 4);
  }
  fillBorder(memory, raster, picture.outside);
  return raster;
}

/** The same at half the size, of means of 2 × 2 pixels; a last odd row or column counts as beyond. */
export function copyHalf(memory: PixelMemory, picture: Raster, part: Rect): FloatRaster {
  const raster = takeRaster(memory, part.width >> 1, part.height >> 1);
  const [upper, lower] = [takeRow(memory, picture, part), takeRow(memory, picture, part)];
  for (let y = 0; y < raster.height; y++) {
    const [above, below] = [copyRow(upper, 2 * y), copyRow(lower, 2 * y + 1)];
    memory.run.halveRow(above, below, raster.width, rowIn(raster, y) * 4);
  }
  fillBorder(memory, raster, picture.outside);
  return raster;
}

/** Address of a part's bytes with `border` more on all sides that stand for what lies beyond. */
export function copyBytes(memory: PixelMemory, picture: Raster, part: Rect, border: number): number {
  const stride = part.width + 2 * border;
  const size = stride * (part.height + 2 * border);
  const address = memory.take(size);
  const line = takeRow(memory, picture, part);
  memory.bytes.fill(picture.outside ?? 0, address, address + size);
  for (let y = 0; y < part.height; y++) {
    const row = copyRow(line, y);
    memory.bytes.copyWithin(address + (y + border) * stride + border, row, row + part.width);
  }
  return address;
}

/** A part of a plane whose pixels lie side by side as bytes, with the border that a raster of floats has; returns its address. */
export function copyPlane(memory: PixelMemory, plane: Raster, { x, y, width, height }: Rect): number {
  const { data, outside } = plane;
  const stride = width + BORDER;
  const address = memory.take(stride * (height + BORDER) + SPARE);
  const { bytes } = memory;
  for (let row = 0; row < height; row++) {
    const from = (y + row) * plane.width + plane.offset + x;
    const to = address + (row + 1) * stride;
    bytes.set(data.subarray(from, from + width), to + 1);
    bytes[to] = outside ?? data[from];
    bytes[to + width + 1] = bytes[to + width + 2] = outside ?? data[from + width - 1];
  }
  const [first, last] = [address + stride, address + height * stride];
  for (const [to, from] of [
    [address, first],
    [last + stride, last],
    [last + 2 * stride, last],
  ]) {
    if (outside === undefined) bytes.copyWithin(to, from, from + stride);
    else bytes.fill(outside, to, to + stride);
  }
  return address;
}

/** Where rows of a picture's part are copied to, each over the one before. */
interface RowMemory {
  memory: PixelMemory;
  picture: Raster;
  part: Rect;
  row: number;
  single: number;
}

function takeRow(memory: PixelMemory, picture: Raster, part: Rect): RowMemory {
  const row = memory.take((part.width - 1) * picture.step + 49);
  return { memory, picture, part, row, single: memory.take(part.width + 16) };
}

/** Copies row `y` of the part and tells where. */
function copyRow({ memory, picture, part, row, single }: RowMemory, y: number): number {
  const { data, width, step, offset } = picture;
  const from = ((part.y + y) * width + part.x) * step + offset;
  memory.bytes.set(data.subarray(from, from + (part.width - 1) * step + 1), row);
  if (step === 1) return row;
  memory.run.everyThird(row, part.width, single);
  return single;
}
