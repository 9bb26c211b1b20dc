import { SPARE, type PixelMemory } from './kernels/pixelMemory';

/*
 * Maps of a grid lie row on row, kernels want their rows apart. A map is copied as a whole and its rows are parted by a kernel: to make a
 * view of every row takes longer than to copy what is in it.
 */

/** Copies a map to rows that lie `stride` floats apart from the address `to` on; up to three floats more are written behind each. */
export function putRows(
  memory: PixelMemory,
  map: Float32Array,
  width: number,
  height: number,
  to: number,
  stride: number,
): void {
  const size = width * height;
  const whole = memory.take((size + SPARE) * 4);
  memory.floats.set(map, whole / 4);
  memory.run.copyRows(whole, whole + size * 4, width * 4, to, stride * 4, width * 4);
}
