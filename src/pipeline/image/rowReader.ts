import type { Affine } from './affine';
import type { PixelMemory } from './kernels/pixelMemory';
import { copyPart, pixelsUnder } from './picturePart';
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
  const raster = copyPart(memory, picture, part);
  const toPart: Affine = [map[0], map[1], map[2] - part.x, map[3], map[4], map[5] - part.y];
  const steps = takeSteps(memory, toPart, 0, width);
  return (y, out) => memory.run.warpRow(out, width, ...placeOnRow(raster, steps, y, 0));
}

function partUnder(picture: Raster, map: Affine, width: number, height: number): Rect | undefined {
  if (picture.step !== 1) return undefined;
  const { part, isNear } = pixelsUnder(picture, map, width, height);
  return isNear && part.width * part.height <= worthCopying * width * height ? part : undefined;
}
