import type { Grid } from './grid';
import { SPARE, type PixelMemory } from './kernels/pixelMemory';
import { putRows, type ScaledMap } from './mapRows';

/**
 * Maps of a grid, interpolated to rows of pixels in the memory of kernels. Each map gets the cells at its left and right edge twice, so
 * that pixels beyond the middle of an outermost cell have two cells to lie between as well.
 */
export class GridRows {
  private readonly maps: number[] = [];
  private readonly rows: number[] = [];
  /** Address of the first pixel of each map's row. */
  readonly pixels: number[] = [];

  /** @param width pixels in a row */
  constructor(
    private readonly memory: PixelMemory,
    private readonly grid: Grid,
    maps: readonly ScaledMap[],
    width: number,
  ) {
    const { step } = grid;
    for (const map of maps) this.maps.push(this.takeMap(map));
    for (let i = 0; i < maps.length; i++) {
      const row = memory.take((width + 3 * step + SPARE) * 4);
      this.rows.push(row);
      // The row begins with the middle of the cell before the first.
      this.pixels.push(row + (step - (step >> 1)) * 4);
    }
  }

  private takeMap(map: ScaledMap): number {
    const { memory } = this;
    const { width, height } = this.grid;
    const stride = width + 2;
    const address = memory.take((stride * height + SPARE) * 4);
    putRows(memory, map, width, height, address + 4, stride);
    for (let y = 0; y < height; y++) {
      const at = address / 4 + y * stride;
      memory.floats[at] = memory.floats[at + 1];
      memory.floats[at + width + 1] = memory.floats[at + width];
    }
    return address;
  }

  /** The two rows of cells that row `y` of pixels lies between. */
  around(y: number): [number, number] {
    const { step, height } = this.grid;
    const upper = Math.floor((y + 0.5) / step - 0.5);
    return [Math.max(0, upper), Math.min(height - 1, upper + 1)];
  }

  /** Works out row `y` from the pixel in the middle of cell `first` to the one in the middle of cell `last`; −1 and the grid's width count as cells. */
  expand(y: number, first: number, last: number): void {
    const { step, width } = this.grid;
    const [upper, lower] = this.around(y);
    const place = (y + 0.5) / step - 0.5;
    const share = place - Math.floor(place);
    const half = step >> 1;
    const from = (first + 1) * step * 4;
    const to = (last + 1) * step * 4;
    const above = (upper * (width + 2) + first + 1) * 4;
    const below = (lower * (width + 2) + first + 1) * 4;
    const beyond = half + 0.5 - step / 2;
    const { spreadRow } = this.memory.run;
    for (let i = 0; i < this.maps.length; i++) {
      const [map, row] = [this.maps[i], this.rows[i]];
      spreadRow(map + above, map + below, share, row + from, row + to, step, 1 / step, beyond);
    }
  }
}
