import type { Affine } from './affine';
import { areaMeans } from './areaMeans';
import type { PixelMemory } from './kernels/pixelMemory';
import { POSITION } from './kernels/sampling';
import { ROW_BYTES, ROW_NUMBERS } from './kernels/scan';
import { copyHalf, copyPart, pixelsUnder } from './picturePart';
import { BORDER, position, type FloatRaster } from './raster';
import type { Rect } from './region';
import type { Raster } from './sample';

/** Up to this shrink factor bilinear interpolation alone does not alias visibly. */
const bilinearLimit = 1.7;
/** Up to this factor a plane halved by 2 × 2 means is interpolated; beyond it whole pixels are averaged. */
const halvedLimit = 2 * bilinearLimit;
/** From here on a fourth sample per axis and output pixel pays; a fifth does not. */
const fourSamples = 3.5;

/**
 * Writes a square crop of `side` pixels of one plane, which `map` carries them to, as floats from the address `out` on; what is made small
 * is averaged. Up to three floats more are written.
 */
export function cropPlane(
  memory: PixelMemory,
  picture: Raster,
  map: Affine,
  side: number,
  out: number,
): void {
  const shrink = Math.max(Math.hypot(map[0], map[3]), Math.hypot(map[1], map[4]));
  const { part, isNear } = pixelsUnder(picture, map, side, side);
  if (shrink >= halvedLimit || !isNear)
    areaMeans(memory, picture, map, side, shrink < fourSamples ? 3 : 4, out);
  else if (shrink < bilinearLimit) {
    const [a, b, c, d, e, f] = map;
    const toPart: Affine = [a, b, c - part.x, d, e, f - part.y];
    interpolate(memory, copyPart(memory, picture, part), toPart, side, out);
  } else interpolateHalf(memory, picture, part, map, side, out);
}

function interpolateHalf(
  memory: PixelMemory,
  picture: Raster,
  part: Rect,
  [a, b, c, d, e, f]: Affine,
  side: number,
  out: number,
): void {
  // Whole pairs from the picture's corner on, so that a crop that moves a little sees the same means.
  const [x, y] = [part.x & ~1, part.y & ~1];
  const right = Math.min(picture.width, part.x + part.width + 1) & ~1;
  const bottom = Math.min(picture.height, part.y + part.height + 1) & ~1;
  const raster = copyHalf(memory, picture, { x, y, width: right - x, height: bottom - y });
  // The middle of the first pair is half a pixel behind its first pixel.
  interpolate(memory, raster, [a / 2, b / 2, (c - x - 0.5) / 2, d / 2, e / 2, (f - y - 0.5) / 2], side, out);
}

function interpolate(memory: PixelMemory, raster: FloatRaster, map: Affine, side: number, out: number): void {
  const stride = raster.width + BORDER;
  const rows = memory.take(side * ROW_BYTES);
  writeRows(memory.doubles, rows / 8, side, map);
  const [right, bottom] = [(raster.width + 1) * POSITION, (raster.height + 1) * POSITION];
  memory.run.drawRows(out, rows, rows + side * ROW_BYTES, raster.address, stride, right, bottom);
}

/** Rows of a square crop as kernels draw them. */
function writeRows(numbers: Float64Array, first: number, side: number, map: Affine): void {
  for (let y = 0, at = first; y < side; y++, at += ROW_NUMBERS) {
    numbers[at] = y * side;
    numbers[at + 1] = side;
    numbers[at + 2] = position(map[1] * y + map[2] + 1);
    numbers[at + 3] = position(map[4] * y + map[5] + 1);
    numbers[at + 4] = position(map[0]);
    numbers[at + 5] = position(map[3]);
  }
}
