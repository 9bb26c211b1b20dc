import { applyAffine, type Affine } from './affine';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { takeRows, type ByteRows } from './byteRows';
import { BORDER, farthest, fillBorder, rowIn, takeRaster, widenInto, type FloatRaster } from './raster';
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
  widenInto(memory, raster, takePart(memory, picture, part));
  fillBorder(memory, raster, picture.outside);
  return raster;
}

/** The same at half the size, of means of 2 × 2 pixels; a last odd row or column counts as beyond. */
export function copyHalf(memory: PixelMemory, picture: Raster, part: Rect): FloatRaster {
  const raster = takeRaster(memory, part.width >> 1, part.height >> 1);
  const { width, height } = raster;
  const { address, apart } = takePart(memory, picture, part);
  const end = address + 2 * height * apart;
  memory.run.halveRows(address, end, apart, rowIn(raster, 0) * 4, (width + BORDER) * 4, width);
  fillBorder(memory, raster, picture.outside);
  return raster;
}

/** Address of a part's bytes with `border` more on all sides that stand for what lies beyond. */
export function copyBytes(memory: PixelMemory, picture: Raster, part: Rect, border: number): number {
  const stride = part.width + 2 * border;
  const size = stride * (part.height + 2 * border);
  const to = memory.take(size);
  const { address, apart } = takePart(memory, picture, part);
  memory.bytes.fill(picture.outside ?? 0, to, to + size);
  const end = address + part.height * apart;
  memory.run.copyRows(address, end, apart, to + border * stride + border, stride, part.width);
  return to;
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

/** The bytes of a picture's part, row by row and side by side. */
function takePart(memory: PixelMemory, picture: Raster, part: Rect): ByteRows {
  const { data, width, step, offset } = picture;
  const from = (part.y * width + part.x) * step + offset;
  if (step === 1) return takeRows(memory, data, from, width, part.width, part.height);
  const line = memory.take((part.width - 1) * step + 49);
  const apart = part.width + 16;
  const address = memory.take(apart * part.height);
  for (let y = 0; y < part.height; y++) {
    const at = from + y * width * step;
    memory.bytes.set(data.subarray(at, at + (part.width - 1) * step + 1), line);
    memory.run.everyThird(line, part.width, address + y * apart);
  }
  return { address, apart };
}
