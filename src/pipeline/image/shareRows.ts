import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { RegionMask } from './regionMask';

/** Pixels [from, to) of a row, from the mask's left edge. */
export interface Span {
  from: number;
  to: number;
}

/** Rows of a mask's shares in the memory of kernels, one for each pixel, of which two are kept at a time. */
export class ShareRows {
  private readonly grid: number;
  private readonly lines: readonly [number, number];
  /** Of every row of the grid, where values above 0 begin and end. */
  private readonly first: Int32Array;
  private readonly end: Int32Array;

  constructor(
    private readonly memory: PixelMemory,
    private readonly mask: RegionMask,
  ) {
    const { data, columns, width, step } = mask;
    this.grid = memory.take((data.length + SPARE) * 4);
    // One before the first pixel and one behind the last, for masks that begin or end amid a sample of chroma.
    const line = () => memory.take((width + step + 2 + SPARE) * 4) + 4;
    this.lines = [line(), line()];
    memory.floats.set(data, this.grid / 4);
    // One value ahead is read and multiplied by 0, which is not 0 for everything that may lie there.
    memory.floats[this.grid / 4 + data.length] = 0;
    const rows = data.length / columns;
    this.first = new Int32Array(rows);
    this.end = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const start = row * columns;
      let [from, to] = [start, start + columns];
      while (from < to && data[from] <= 0) from++;
      while (to > from && data[to - 1] <= 0) to--;
      this.first[row] = from - start;
      this.end[row] = to - start;
    }
  }

  /** Where shares may be above 0 in the mask's rows `y0` to `y1`; those beyond the mask have none. Undefined where nothing is. */
  span(y0: number, y1: number): Span | undefined {
    const { step, width, height } = this.mask;
    const last = Math.ceil(Math.min(height - 1, y1) / step);
    let [from, to] = [width, 0];
    for (let row = Math.floor(Math.max(0, y0) / step); row <= last; row++) {
      if (this.first[row] >= this.end[row]) continue;
      from = Math.min(from, Math.max(0, this.first[row] - 1) * step);
      to = Math.max(to, Math.min(width, this.end[row] * step));
    }
    return from < to ? { from, to } : undefined;
  }

  /**
   * Writes the shares of the mask's row `y` into line `k` and returns the address that the mask's left edge has there. Zero beside
   * the span, which comes from `span`, and in rows beyond the mask.
   */
  write(k: 0 | 1, y: number, { from, to }: Span): number {
    const { memory, grid } = this;
    const { step, columns, height } = this.mask;
    const line = this.lines[k];
    const [start, end] = [line + 4 * from, line + 4 * to];
    const row = Math.floor(y / step);
    const upper = grid + 4 * (row * columns + from / step);
    if (y < 0 || y >= height) memory.floats.fill(0, start / 4, end / 4);
    else if (step === 1) memory.floats.copyWithin(start / 4, upper / 4, upper / 4 + to - from);
    else {
      const lower = (row + 1) * columns < this.mask.data.length ? upper + 4 * columns : upper;
      memory.run.spreadRow(upper, lower, (y - row * step) / step, start, end, step, 1 / step, 0);
    }
    memory.floats[start / 4 - 1] = 0;
    // Kernels go on a little beyond the end, where a share of nothing leaves pixels as they are.
    memory.floats.fill(0, end / 4, end / 4 + SPARE);
    return line;
  }
}
