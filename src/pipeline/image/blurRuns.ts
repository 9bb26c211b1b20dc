import { pixelMemory, SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { Rect } from './region';
import { coarseStep, maskOf, takeGrid, type CoarseMask } from './regionMask';
import type { Runs } from './runs';

/**
 * Gaussian blur of ones in the runs, mirrored at the edges of the frame, which is `width` wide. What a wide kernel has smoothed is
 * worked out on a coarser grid, which is finer than the eye of 8 bits: see `coarseStep`.
 * @param rect all that the blur reaches
 * @param kernel of odd length, adds up to 1
 * @param whole share where nothing but ones is in reach
 */
export function blurRuns(
  runs: Runs,
  rect: Rect,
  kernel: Float64Array,
  sigma: number,
  whole: number,
  width: number,
): CoarseMask {
  const reach = kernel.length >> 1;
  const step = coarseStep(sigma);
  const memory = pixelMemory();
  const grid = takeGrid(memory, rect, step);
  const weights = Float32Array.from(kernel.subarray(reach));
  const weightsAt = memory.take(weights.byteLength);
  memory.floats.set(weights, weightsAt / 4);
  const ones = weights.reduce((sum, weight, i) => Math.fround(sum + (i === 0 ? weight : 2 * weight)), 0);
  const stride = 4 * grid.columns;
  const rows = blurAcross(memory, runs, rect, kernel, width, step, grid.columns);
  for (let j = 0; j < grid.rows; j++) {
    // The last line of the grid may lie beyond the rectangle, where nothing is, or the frame, where the picture is mirrored.
    const y = mirror(rect.y + j * step, runs.from.length) - rect.y;
    if (y >= rect.height) continue;
    const [middle, out] = [rows + (y + reach) * stride, grid.address + j * stride];
    memory.run.blurRow(middle, stride, reach, weightsAt, out, grid.columns, ones, whole);
  }
  return maskOf(memory, grid, rect);
}

function mirror(i: number, size: number): number {
  if (i < 0) return -i;
  return i < size ? i : 2 * (size - 1) - i;
}

/**
 * The runs blurred along their rows, each by two look-ups into the kernel's running sum: all rows of `rect` and as many above and
 * below as the kernel reaches, every `step`-th column. Beyond the rectangle rows are empty, beyond the frame they are mirrored.
 * Returns the address of the first.
 */
function blurAcross(
  memory: PixelMemory,
  { from, to }: Runs,
  rect: Rect,
  kernel: Float64Array,
  width: number,
  step: number,
  columns: number,
): number {
  const length = kernel.length;
  const reach = length >> 1;
  const count = columns * (rect.height + 2 * reach) + SPARE;
  const address = memory.take(count * 4);
  const rows = memory.floats.subarray(address / 4, address / 4 + count).fill(0);
  const sums = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) sums[i + 1] = sums[i] + kernel[i];
  /** Share of the kernel at x that pixels before `end` take. */
  const before = (end: number, x: number) => sums[Math.max(0, Math.min(length, end - x + reach))];
  const share = (a: number, b: number, x: number) => {
    let value = before(b, x) - before(a, x);
    if (x < reach) value += before(Math.min(0, 1 - a), x) - before(1 - b, x);
    const far = 2 * width - 1;
    if (x > width - 1 - reach) value += before(far - a, x) - before(Math.max(width, far - b), x);
    return value;
  };
  const blur = (a: number, b: number, at: number, first: number, last: number) => {
    for (let k = first; k < last; k++) rows[at + k] = share(a, b, mirror(rect.x + k * step, width));
  };
  const column = (x: number) => Math.max(0, Math.min(columns, Math.ceil((x - rect.x) / step)));
  for (let y = 0; y < rect.height; y++) {
    const [a, b] = [from[rect.y + y], to[rect.y + y]];
    if (a >= b) continue;
    const at = (y + reach) * columns;
    const end = column(b + reach);
    const innerFrom = Math.min(end, column(a + reach));
    const innerTo = Math.max(innerFrom, Math.min(end, column(b - reach)));
    blur(a, b, at, column(a - reach), innerFrom);
    rows.fill(1, at + innerFrom, at + innerTo);
    blur(a, b, at, innerTo, end);
  }
  for (let i = 1; i <= reach; i++) {
    for (const y of [-i, rect.height - 1 + i]) {
      const like = mirror(rect.y + y, from.length) - rect.y;
      if (like < 0 || like >= rect.height) continue;
      const at = (like + reach) * columns;
      rows.copyWithin((y + reach) * columns, at, at + columns);
    }
  }
  return address;
}
