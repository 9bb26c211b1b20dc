import type { Affine } from './affine';
import type { Border } from './faceCrop';
import type { FrameFormat } from './frame';
import { pixelMemory, SPARE } from './kernels/pixelMemory';
import type { Mixing, NewFace } from './paste';
import { BORDER, fillRaster, takeRaster, type FloatRaster } from './raster';
import { placeOnRow, takeSteps, type WarpSteps } from './warpSteps';
import { lumaWeights } from './ycc';

/** Pixels of a row: (x, y), x in [from, to). */
export interface PixelRow {
  y: number;
  from: number;
  to: number;
}

/** Blends rows of a face into rows of a frame. Its memory is everybody's: it is to be used up before another one is made. */
export class RowBlender {
  private readonly memory = pixelMemory();
  /** The face's planes. */
  private readonly rasters: FloatRaster[];
  /** Addresses of a row of the frame and of its shares. */
  private readonly row: number;
  private readonly shares: number;
  private steps: WarpSteps | undefined;

  /** @param width most pixels in a row */
  constructor({ size, data }: NewFace, width: number, border: Border) {
    const { memory } = this;
    this.row = memory.take(width + SPARE);
    this.shares = memory.take((width + SPARE) * 4);
    this.rasters = [0, 1, 2].map((c) => {
      const raster = takeRaster(memory, size, size);
      const plane = data.subarray(c * size * size, (c + 1) * size * size);
      fillRaster(memory, raster, plane, border === 'black' ? 0 : undefined);
      return raster;
    });
  }

  /** Turns the face's planes into those that a YUV frame stores, not rounded. */
  toStored({ matrix, range }: FrameFormat): void {
    const { red, blue } = lumaWeights(matrix);
    const limited = range === 'limited';
    const weights = [red, 1 - red - blue, blue];
    const luma = limited ? 219 / 255 : 1;
    const chroma = limited ? 224 / 255 : 1;
    const [toU, toV] = [chroma / (2 * (1 - blue)), chroma / (2 * (1 - red))];
    const [r, g, b] = this.rasters;
    this.memory.run.matrixInPlace(
      ...[r.address, g.address, b.address, (r.width + BORDER) * (r.height + BORDER)],
      ...[...weights.map((weight) => luma * weight), limited ? 16 : 0],
      ...[...weights.map((weight, c) => toU * ((c === 2 ? 1 : 0) - weight)), 128],
      ...[...weights.map((weight, c) => toV * ((c === 0 ? 1 : 0) - weight)), 128],
      0,
    );
  }

  /** Shares [from, to) are those of the rows that are blended next. */
  takeShares(shares: Float32Array, from: number, to: number): void {
    this.memory.floats.set(shares.subarray(from, to), this.shares / 4);
  }

  /** The rows that are blended next lie where `map` carries their pixels, of which `from` is the first and `count` the most. */
  along(map: Affine, from: number, count: number): void {
    this.steps = takeSteps(this.memory, map, from, count);
  }

  /** Plane `c` of the face goes into a row of a frame's plane whose rows are `width` long. */
  blend(plane: Uint8Array, width: number, c: number, { y, from, to }: PixelRow, mixing: Mixing): void {
    const { bytes, run } = this.memory;
    const at = y * width;
    bytes.set(plane.subarray(at + from, at + to), this.row);
    const { round, amount, bias, mix } = mixing;
    const whole = mix === 1;
    const blendRow = round
      ? whole
        ? run.blendRoundedRow
        : run.mixRoundedRow
      : whole
        ? run.blendRow
        : run.mixRow;
    const count = to - from;
    blendRow(
      this.row,
      count,
      this.shares,
      amount,
      bias,
      mix,
      ...placeOnRow(this.rasters[c], this.steps!, y, from),
    );
    plane.set(bytes.subarray(this.row, this.row + count), at + from);
  }
}
