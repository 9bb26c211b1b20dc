import { applyAffine, type Affine } from './affine';
import type { PixelMemory } from './kernels/pixelMemory';
import { farthest, fillBorder, rowIn, takeRaster } from './raster';
import type { Rect } from './region';
import { sampleBytes, type Raster } from './sample';
import { placeOnRow, stepsAlong, takeSteps } from './warpSteps';

/** Writes row `y` of an output picture as floats to the address `out` of the kernels' memory. */
export type RowReader = (y: number, out: number) => void;

/** How many pixels under the output may be copied for each of its own before it is cheaper to read them where they lie. */
const worthCopying = 4;

/**
 * Reads a picture of bytes along the rows of an output of `width` × `height`, which `map` carries to it. What lies under the
 * output is copied for the kernels, unless that is much more than will be read, as when a whole photo is made small.
 */
export function rowReader(
  memory: PixelMemory,
  picture: Raster,
  map: Affine,
  width: number,
  height: number,
): RowReader {
  const part = partUnder(picture, map, width, height);
  if (!part) {
    const line = new Float32Array(width);
    const [across, down] = [map[0], map[3]].map((step) => stepsAlong(step, 0, width));
    return (y, out) => {
      sampleBytes(picture, map, across, down, y, line);
      memory.floats.set(line, out / 4);
    };
  }
  const raster = takeRaster(memory, part.width, part.height);
  const bytes = memory.take(part.width);
  for (let y = 0; y < part.height; y++) {
    const from = (part.y + y) * picture.width + picture.offset + part.x;
    memory.bytes.set(picture.data.subarray(from, from + part.width), bytes);
    memory.run.widenRow(bytes, part.width, rowIn(raster, y) * 4);
  }
  fillBorder(memory, raster, picture.outside);
  const toPart: Affine = [map[0], map[1], map[2] - part.x, map[3], map[4], map[5] - part.y];
  const steps = takeSteps(memory, toPart, 0, width);
  return (y, out) => memory.run.warpRow(out, width, ...placeOnRow(raster, steps, y, 0));
}

/** The pixels that samples touch; at least one, where what lies beyond begins. */
function partUnder(picture: Raster, map: Affine, width: number, height: number): Rect | undefined {
  if (picture.step !== 1) return undefined;
  const corners = [0, width - 1].flatMap((x) => [0, height - 1].map((y) => applyAffine(map, x, y)));
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  const [x, right] = between(xs, picture.width);
  const [y, bottom] = between(ys, picture.height);
  const part = { x, y, width: right - x, height: bottom - y };
  const near =
    xs.every((value) => Math.abs(value - x) < farthest) &&
    ys.every((value) => Math.abs(value - y) < farthest);
  return near && part.width * part.height <= worthCopying * width * height ? part : undefined;
}

/** First and end of the pixels from the least to the greatest place and the neighbour behind. */
function between(places: readonly number[], size: number): [number, number] {
  const first = Math.max(0, Math.min(size - 1, Math.floor(Math.min(...places))));
  return [first, Math.max(first + 1, Math.min(size, Math.floor(Math.max(...places)) + 2))];
}
