import type { Affine } from './affine';
import { AREA_POSITION } from './kernels/area';
import type { PixelMemory } from './kernels/pixelMemory';
import { copyBytes, pixelsUnder } from './picturePart';
import type { Raster } from './sample';

/**
 * Writes `side` rows of `side` area averages as floats from the address `out` on, by a fixed pattern of `n` × `n` whole pixels around each
 * place; `map` carries the crop's pixels to the picture, centres at whole numbers. Up to three floats more are written.
 */
export function areaMeans(
  memory: PixelMemory,
  picture: Raster,
  map: Affine,
  side: number,
  n: 3 | 4,
  out: number,
): void {
  const { across, down, reach } = tapsOf(map, n);
  const { part } = pixelsUnder(picture, map, side, side, reach);
  // Places beyond are moved to where all their taps see the border.
  const border = 2 * reach + 1;
  const plane = copyBytes(memory, picture, part, border);
  const stride = part.width + 2 * border;
  const taps = memory.take(n * n * 4);
  for (let i = 0; i < n * n; i++) memory.integers[taps / 4 + i] = down[i] * stride + across[i];
  const run = n === 3 ? memory.run.areaRow3 : memory.run.areaRow4;
  const [du, dv, least] = [position(map[0]), position(map[3]), position(reach)];
  const [right, bottom] = [position(part.width + border + reach), position(part.height + border + reach)];
  for (let y = 0; y < side; y++) {
    const u = position(map[1] * y + map[2] + 0.5 - part.x + border);
    const v = position(map[4] * y + map[5] + 0.5 - part.y + border);
    run(out + y * side * 4, side, plane, stride, taps, u, v, du, dv, least, right, bottom);
  }
}

function position(pixels: number): number {
  return Math.round(pixels * AREA_POSITION);
}

/** Whole pixels around a place: how far each lies across and down, and the farthest in either direction. */
function tapsOf(map: Affine, n: number): { across: Int32Array; down: Int32Array; reach: number } {
  const shares = Array.from({ length: n }, (_, i) => (i + 0.5) / n - 0.5);
  const pattern = shares.flatMap((v) => shares.map((u) => [u, v]));
  const across = Int32Array.from(pattern, ([u, v]) => Math.round(map[0] * u + map[1] * v));
  const down = Int32Array.from(pattern, ([u, v]) => Math.round(map[3] * u + map[4] * v));
  return { across, down, reach: Math.max(...across.map(Math.abs), ...down.map(Math.abs)) };
}
