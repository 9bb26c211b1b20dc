import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { RegionMask } from './pasteMask';
import type { Rect } from './region';

/**
 * How far apart a mask needs to be known whose edges were blurred by a Gaussian of `sigma` pixels: interpolating between
 * values a third of sigma apart errs by less than 0.0035 (0.9 of 255) where the edge bends most.
 */
export function coarseStep(sigma: number): number {
  return Math.max(1, Math.floor(sigma / 3));
}

/** Gives memory for so many values; what it holds is left over. Faces are large enough for new memory to cost time. */
export type TakeMemory = (length: number) => Float32Array;

/** A mask's coarse values in the memory of kernels: where they begin, how many a row has and how far apart they stand. */
export interface CoarseMask {
  address: number;
  columns: number;
  rows: number;
  step: number;
}

/** Takes memory for a coarse mask over `rect`, with a value more than there are, because the kernel reads one ahead. */
export function takeCoarse(memory: PixelMemory, rect: Rect, step: number): CoarseMask {
  const columns = Math.ceil((rect.width - 1) / step) + 1;
  const rows = Math.ceil((rect.height - 1) / step) + 1;
  const address = memory.take((columns * rows + SPARE) * 4);
  const end = address / 4 + columns * rows;
  memory.floats.fill(0, address / 4, end + SPARE);
  return { address, columns, rows, step };
}

/**
 * Fills the pixels of `rect` from values at every `step`-th pixel of it, bilinearly. With `take` the result lives in memory
 * that is used again.
 */
export function spread(
  memory: PixelMemory,
  { address, columns, rows, step }: CoarseMask,
  rect: Rect,
  take?: TakeMemory,
): RegionMask {
  const { width, height } = rect;
  const count = width * height;
  const data = take ? take(count).subarray(0, count) : new Float32Array(count);
  const fine = step === 1 ? address : memory.take((count + step + SPARE) * 4);
  if (step > 1) {
    for (let y = 0; y < height; y++) {
      const row = Math.floor(y / step);
      const upper = address + row * columns * 4;
      const lower = row + 1 < rows ? upper + columns * 4 : upper;
      const out = fine + y * width * 4;
      memory.run.spreadRow(upper, lower, (y - row * step) / step, out, out + width * 4, step, 1 / step, 0);
    }
  }
  data.set(memory.floats.subarray(fine / 4, fine / 4 + count));
  return { ...rect, data };
}
