import type { Border } from './faceCrop';
import type { FrameFormat } from './frame';
import type { PixelMemory } from './kernels/pixelMemory';
import type { NewFace } from './paste';
import { BORDER, fillRaster, takeRaster, type FloatRaster } from './raster';
import { lumaWeights } from './ycc';

/** A face's planes in the memory of kernels. */
export interface FaceRasters {
  rasters: readonly FloatRaster[];
  /** Bytes from one to the next. */
  apart: number;
}

/** Copies a face for kernels, with `border` around it. */
export function takeFace(memory: PixelMemory, { size, data }: NewFace, border: Border): FaceRasters {
  const area = size * size;
  const rasters = [0, 1, 2].map((c) => {
    const raster = takeRaster(memory, size, size);
    const plane = data.subarray(c * area, (c + 1) * area);
    fillRaster(memory, raster, plane, border === 'black' ? 0 : undefined);
    return raster;
  });
  return { rasters, apart: rasters[1].address - rasters[0].address };
}

/** Turns a face's planes into those that a YUV frame stores, not rounded. */
export function toStored(
  memory: PixelMemory,
  { rasters }: FaceRasters,
  { matrix, range }: FrameFormat,
): void {
  const { red, blue } = lumaWeights(matrix);
  const limited = range === 'limited';
  const weights = [red, 1 - red - blue, blue];
  const luma = limited ? 219 / 255 : 1;
  const chroma = limited ? 224 / 255 : 1;
  const [toU, toV] = [chroma / (2 * (1 - blue)), chroma / (2 * (1 - red))];
  const [r, g, b] = rasters;
  memory.run.matrixInPlace(
    ...[r.address, g.address, b.address, (r.width + BORDER) * (r.height + BORDER)],
    ...[...weights.map((weight) => luma * weight), limited ? 16 : 0],
    ...[...weights.map((weight, c) => toU * ((c === 2 ? 1 : 0) - weight)), 128],
    ...[...weights.map((weight, c) => toV * ((c === 0 ? 1 : 0) - weight)), 128],
    0,
  );
}
