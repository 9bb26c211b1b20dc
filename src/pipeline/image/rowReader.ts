import type { Affine } from './affine';
import type { PixelMemory } from './kernels/pixelMemory';
import { copyPlane, pixelsUnder } from './picturePart';
import type { Rect } from './region';
import { sampleBytes, type Raster } from './sample';
import { placeOnRow, stepsAlong, takeSteps } from './warpSteps';

/** Writes row `y` of an output picture as floats to the address `out` of the kernels' memory. */
export type RowReader = (y: number, out: number) => void;

/** How many pixels under the output may be copied for each of its own before it is cheaper to read them where they lie. */
const worthCopying = 32;
/** By the number of planes beside the first. */
const kernels = ['warp1', 'warp2', 'warp3'] as const;

/**
 * Reads up to three planes of bytes of one size along the rows of an output of `width` × `height`, which `map` carries to them; the rows of
 * the second and third are written `rowsApart` bytes behind each other. What lies under the output is copied for the kernels,
 * unless that is much more than will be read, as when a whole photo is made small.
 */
export function planesReader(
  memory: PixelMemory,
  planes: readonly Raster[],
  map: Affine,
  width: number,
  height: number,
  rowsApart: number,
): RowReader {
  const part = partUnder(planes[0], map, width, height);
  if (!part) {
    const line = new Float32Array(width);
    const [across, down] = [map[0], map[3]].map((step) => stepsAlong(step, 0, width));
    return (y, out) => {
      planes.forEach((plane, i) => {
        sampleBytes(plane, map, across, down, y, line);
        memory.floats.set(line, (out + i * rowsApart) / 4);
      });
    };
  }
  const [first, ...others] = planes.map((plane) => copyPlane(memory, plane, part));
  const apart = others.length > 0 ? others[0] - first : 0;
  const raster = { address: first, width: part.width, height: part.height };
  const toPart: Affine = [map[0], map[1], map[2] - part.x, map[3], map[4], map[5] - part.y];
  const steps = takeSteps(memory, toPart, 0, width);
  const run = memory.run[kernels[others.length]];
  return (y, out) => run(out, rowsApart, width, apart, ...placeOnRow(raster, steps, y, 0));
}

function partUnder(picture: Raster, map: Affine, width: number, height: number): Rect | undefined {
  if (picture.step !== 1) return undefined;
  const { part, isNear } = pixelsUnder(picture, map, width, height);
  return isNear && part.width * part.height <= worthCopying * width * height ? part : undefined;
}
