import { SPARE, type PixelMemory } from './kernels/pixelMemory';

/*
 * Maps of a grid lie row on row, kernels want their rows apart. A map is copied as a whole and its rows are parted by a kernel: to make a
 * view of every row takes longer than to copy what is in it.
 */

/** A map whose values count times `factor` plus `plus`. */
export interface ScaledMap {
  map: Float32Array;
  factor: number;
  plus: number;
}

/** Copies a map to rows that lie `stride` floats apart from the address `to` on. */
export function putRows(
  memory: PixelMemory,
  { map, factor, plus }: ScaledMap,
  width: number,
  height: number,
  to: number,
  stride: number,
): void {
  const size = width * height;
  const whole = memory.take((size + SPARE) * 4);
  memory.floats.set(map, whole / 4);
  if (factor !== 1 || plus !== 0) memory.run.linear(whole, size, factor, plus);
  memory.run.copyRows(whole, whole + size * 4, width * 4, to, stride * 4, width * 4);
}
