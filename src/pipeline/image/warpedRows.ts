import { spanWithin } from './affine';
import type { PixelMemory } from './kernels/pixelMemory';
import { fillRaster, takeRaster, type FloatRaster } from './raster';
import type { WarpedMask } from './regionMask';
import { ShareRows, type Span } from './shareRows';
import { placeOnRow, takeSteps, type WarpSteps } from './warpSteps';

/** How far beyond the crop's border pixels still may see it: places are rounded. */
const reach = 1 + 1 / 16;

/** Rows of a crop's mask, warped as OpenCV does. */
export class WarpedRows extends ShareRows {
  private readonly raster: FloatRaster;
  private readonly steps: WarpSteps;

  constructor(
    memory: PixelMemory,
    private readonly mask: WarpedMask,
  ) {
    super(memory, mask);
    const { size, data } = mask.crop;
    this.raster = takeRaster(memory, size, size);
    fillRaster(memory, this.raster, data, 0);
    this.steps = takeSteps(memory, mask.toCrop, 0, mask.width);
  }

  span(y0: number, y1: number): Span | undefined {
    const { width, height, crop, toCrop } = this.mask;
    const last = crop.size - 1 + reach;
    let [from, to] = [width, 0];
    for (let y = Math.max(0, y0); y <= Math.min(height - 1, y1); y++) {
      const [a, b] = spanWithin(toCrop[1] * y + toCrop[2], toCrop[0], -reach, last, 0, width);
      const [first, end] = spanWithin(toCrop[4] * y + toCrop[5], toCrop[3], -reach, last, a, b);
      if (first >= end) continue;
      from = Math.min(from, first);
      to = Math.max(to, end);
    }
    return from < to ? { from, to } : undefined;
  }

  protected put(address: number, y: number, { from, to }: Span): void {
    this.memory.run.warpRow(address, to - from, ...placeOnRow(this.raster, this.steps, y, from));
  }
}
