import type { Affine } from './affine';
import { cropPlane } from './cropPlane';
import { isYuv, planesOf, yuvFactors } from './faceCrop';
import { pixelMemory, SPARE } from './kernels/pixelMemory';
import type { FrameSource } from './region';

/** A square of the picture: centre and side in pixels, turned clockwise by `angle` radians. */
export interface Square {
  cx: number;
  cy: number;
  size: number;
  angle: number;
  /** Makes it a rectangle that the crop shows squeezed: its height for one of width; 1 when absent. */
  stretch?: number;
}

/** What a model wants to see: `value * mul + add` for values 0–255. */
export interface TensorScale {
  mul: number;
  add: number;
}

/** Width and height of a frame or an image in pixels. */
export function pictureSize(source: FrameSource): { width: number; height: number } {
  return 'format' in source ? source.format : source;
}

/**
 * Cuts a turned square out of a picture and scales it to `side` × `side` RGB for a model (NHWC, interleaved,
 * full-range RGB in the frame's own primaries). Shrinking averages the covered area; beyond the border is black.
 */
export function cropToTensor(
  source: FrameSource,
  square: Square,
  side: number,
  { mul, add }: TensorScale,
  out = new Float32Array(side * side * 3),
): Float32Array {
  const memory = pixelMemory();
  const count = side * side;
  const tensor = memory.take((count + SPARE) * 12);
  const addresses = [0, 1, 2].map(() => memory.take((count + SPARE) * 4));
  const planes = planesOf(source, mapToPicture(square, side), 'black');
  for (let i = 0; i < 3; i++) cropPlane(memory, planes[i].raster, planes[i].map, side, addresses[i]);
  const [a, b, c] = addresses;
  if (isYuv(source)) {
    const { black, luma, rv, gu, gv, bu } = yuvFactors(source.format);
    memory.run.yuvTensor(a, b, c, count, tensor, mul, add, black, luma, rv, gu, gv, bu);
  } else memory.run.rgbTensor(a, b, c, count, tensor, mul, add);
  out.set(memory.floats.subarray(tensor / 4, tensor / 4 + count * 3));
  return out;
}

/** From the pixels of a crop to those of the picture, centres at whole numbers. */
function mapToPicture({ cx, cy, size, angle, stretch = 1 }: Square, side: number): Affine {
  const k = size / side;
  const [cos, sin] = [Math.cos(angle) * k, Math.sin(angle) * k];
  const [a, b, d, e] = [cos, -sin * stretch, sin, cos * stretch];
  const first = (1 - side) / 2;
  return [a, b, cx - 0.5 + (a + b) * first, d, e, cy - 0.5 + (d + e) * first];
}

/** Where a point of the crop (0–`side` on both axes) lies in the picture. */
export function cropToPicture(square: Square, side: number, x: number, y: number): [number, number] {
  const k = square.size / side;
  const cos = Math.cos(square.angle) * k;
  const sin = Math.sin(square.angle) * k;
  const u = x - side / 2;
  const v = y - side / 2;
  return [square.cx + cos * u - sin * v, square.cy + sin * u + cos * v];
}
