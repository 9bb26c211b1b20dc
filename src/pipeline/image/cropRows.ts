import type { Affine } from './affine';
import { areaRows } from './areaRows';
import type { PixelMemory } from './kernels/pixelMemory';
import { copyHalf, copyPart, pixelsUnder } from './picturePart';
import { placeIn } from './raster';
import type { RowReader } from './rowReader';
import type { Raster } from './sample';

/** Up to this shrink factor bilinear interpolation alone does not alias visibly. */
const bilinearLimit = 1.7;
/** Up to this factor a plane halved by 2 × 2 means is interpolated; beyond it whole pixels are averaged. */
const halvedLimit = 2 * bilinearLimit;
/** From here on a fourth sample per axis and output pixel pays; a fifth does not. */
const fourSamples = 3.5;

/** Reads the rows of a square crop of `side` pixels from one plane, which `map` carries them to; what is made small is averaged. */
export function cropRows(memory: PixelMemory, picture: Raster, map: Affine, side: number): RowReader {
  const shrink = Math.max(Math.hypot(map[0], map[3]), Math.hypot(map[1], map[4]));
  const { part, isNear } = pixelsUnder(picture, map, side, side);
  if (shrink >= halvedLimit || !isNear)
    return areaRows(memory, picture, map, side, shrink < fourSamples ? 3 : 4);
  const [a, b, c, d, e, f] = map;
  if (shrink < bilinearLimit) {
    const raster = copyPart(memory, picture, part);
    const toPart: Affine = [a, b, c - part.x, d, e, f - part.y];
    return (y, out) => memory.run.sampleRow(out, side, ...placeIn(raster, toPart, y, 0));
  }
  // Whole pairs from the picture's corner on, so that a crop that moves a little sees the same means.
  const [x, y] = [part.x & ~1, part.y & ~1];
  const right = Math.min(picture.width, part.x + part.width + 1) & ~1;
  const bottom = Math.min(picture.height, part.y + part.height + 1) & ~1;
  const raster = copyHalf(memory, picture, { x, y, width: right - x, height: bottom - y });
  // The middle of the first pair is half a pixel behind its first pixel.
  const toHalf: Affine = [a / 2, b / 2, (c - x - 0.5) / 2, d / 2, e / 2, (f - y - 0.5) / 2];
  return (row, out) => memory.run.sampleRow(out, side, ...placeIn(raster, toHalf, row, 0));
}
