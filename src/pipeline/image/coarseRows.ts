import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { CoarseMask } from './regionMask';
import { ShareRows, type Span } from './shareRows';

/** Rows of a mask that is known for some of its pixels, along straight lines between them. */
export class CoarseRows extends ShareRows {
  private readonly grid: number;
  /** Of every row of the grid, where values above 0 begin and end. */
  private readonly first: Int32Array;
  private readonly end: Int32Array;

  constructor(
    memory: PixelMemory,
    private readonly mask: CoarseMask,
  ) {
    super(memory, mask);
    const { data, columns } = mask;
    this.grid = memory.take((data.length + SPARE) * 4);
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

  protected put(address: number, y: number, { from, to }: Span): void {
    const { memory, grid } = this;
    const { step, columns, data } = this.mask;
    const row = Math.floor(y / step);
    const upper = grid + 4 * (row * columns + from / step);
    const end = address + 4 * (to - from);
    if (step === 1) {
      memory.floats.copyWithin(address / 4, upper / 4, upper / 4 + to - from);
      return;
    }
    const lower = (row + 1) * columns < data.length ? upper + 4 * columns : upper;
    memory.run.spreadRow(upper, lower, (y - row * step) / step, address, end, step, 1 / step, 0);
  }
}
