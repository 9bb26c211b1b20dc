import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import type { Rect } from './region';

/** Pixels [from, to) of a row, from the mask's left edge. */
export interface Span {
  from: number;
  to: number;
}

/** Rows of a mask's shares in the memory of kernels, one for each pixel, of which two are kept at a time. */
export abstract class ShareRows {
  private readonly lines: readonly [number, number];

  constructor(
    protected readonly memory: PixelMemory,
    private readonly rect: Rect,
  ) {
    // One before the first pixel and one behind the last, for masks that begin or end amid a sample of chroma.
    const line = () => memory.take((rect.width + 2 + 2 * SPARE) * 4) + 4;
    this.lines = [line(), line()];
  }

  /** Where shares may be above 0 in the mask's rows `y0` to `y1`; those beyond the mask have none. Undefined where nothing is. */
  abstract span(y0: number, y1: number): Span | undefined;

  /** Writes the shares of a span of the mask's row `y` to `address` and may go on for a little. */
  protected abstract put(address: number, y: number, span: Span): void;

  /**
   * Writes the shares of the mask's row `y` into line `k` and returns the address that the mask's left edge has there. Zero beside
   * the span, which comes from `span`, and in rows beyond the mask.
   */
  write(k: 0 | 1, y: number, span: Span): number {
    const { floats } = this.memory;
    const line = this.lines[k];
    const [start, end] = [line + 4 * span.from, line + 4 * span.to];
    if (y < 0 || y >= this.rect.height) floats.fill(0, start / 4, end / 4);
    else this.put(start, y, span);
    floats[start / 4 - 1] = 0;
    // Kernels go on a little beyond the end, where a share of nothing leaves pixels as they are.
    floats.fill(0, end / 4, end / 4 + SPARE);
    return line;
  }
}
