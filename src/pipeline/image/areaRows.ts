import type { Affine } from './affine';
import { AREA_POSITION } from './kernels/area';
import type { PixelMemory } from './kernels/pixelMemory';
import { copyBytes, pixelsUnder } from './picturePart';
import type { RowReader } from './rowReader';
import type { Raster } from './sample';

/**
 * Reads rows of `side` area averages, by a fixed pattern of `n` × `n` whole pixels around each place; `map` carries the crop's pixels to
 * the picture, centres at whole numbers.
 */
export function areaRows(
  memory: PixelMemory,
  picture: Raster,
  map: Affine,
  side: number,
  n: 3 | 4,
): RowReader {
  const { across, down, reach } = tapsOf(map, n);
  const { part } = pixelsUnder(picture, map, side, side, reach);
  // Places beyond are moved to where all their taps see the border.
  const border = 2 * reach + 1;
  const plane = copyBytes(memory, picture, part, border);
  const stride = part.width + 2 * border;
  const taps = memory.take(n * n * 4);
  memory.integers.set(
    across.map((x, i) => down[i] * stride + x),
    taps / 4,
  );
  const run = n === 3 ? memory.run.areaRow3 : memory.run.areaRow4;
  const position = (pixels: number) => Math.round(pixels * AREA_POSITION);
  const [du, dv] = [position(map[0]), position(map[3])];
  const [right, bottom] = [part.width, part.height].map((size) => position(size + border + reach));
  return (row, out) => {
    const u = position(map[1] * row + map[2] + 0.5 - part.x + border);
    const v = position(map[4] * row + map[5] + 0.5 - part.y + border);
    run(out, side, plane, stride, taps, u, v, du, dv, position(reach), right, bottom);
  };
}

/** Whole pixels around a place: how far each lies across and down, and the farthest in either direction. */
function tapsOf(map: Affine, n: number): { across: Int32Array; down: Int32Array; reach: number } {
  const shares = Array.from({ length: n }, (_, i) => (i + 0.5) / n - 0.5);
  const pattern = shares.flatMap((v) => shares.map((u) => [u, v]));
  const across = Int32Array.from(pattern, ([u, v]) => Math.round(map[0] * u + map[1] * v));
  const down = Int32Array.from(pattern, ([u, v]) => Math.round(map[3] * u + map[4] * v));
  return { across, down, reach: Math.max(...across.map(Math.abs), ...down.map(Math.abs)) };
}
