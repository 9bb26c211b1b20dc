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

/**
 * Fills the pixels of `rect` from values at every `step`-th pixel of it, `columns` to a row, bilinearly. Runs of equal
 * values, which are most of a mask, are copied. With `take` the result lives in memory that is used again.
 */
export function spread(
  coarse: Float32Array,
  columns: number,
  step: number,
  rect: Rect,
  take?: TakeMemory,
): RegionMask {
  if (step === 1) return { ...rect, data: coarse };
  const count = rect.width * rect.height;
  const data = take ? take(count).subarray(0, count) : new Float32Array(count);
  const line = new Float32Array(columns);
  for (let y = 0; y < rect.height; y++) {
    const row = Math.floor(y / step);
    const f = (y - row * step) / step;
    const above = row * columns;
    if (f === 0) line.set(coarse.subarray(above, above + columns));
    else {
      const below = above + columns;
      for (let k = 0; k < columns; k++) {
        line[k] = coarse[above + k] + (coarse[below + k] - coarse[above + k]) * f;
      }
    }
    const at = y * rect.width;
    for (let k = 0; k * step < rect.width;) {
      const value = line[k];
      let next = k + 1;
      while (next < columns && line[next] === value) next++;
      // Equal values reach to the last of them; from there it rises or falls to the next.
      const level = Math.min(rect.width, (next - 1) * step);
      // A call for nothing, at every cell of an edge, would cost more than the edge.
      if (level > k * step) data.fill(value, at + k * step, at + level);
      const rise = next < columns ? (line[next] - value) / step : 0;
      const end = Math.min(rect.width, next * step);
      for (let x = level, v = value; x < end; x++, v += rise) data[at + x] = v;
      k = next;
    }
  }
  return { ...rect, data };
}
