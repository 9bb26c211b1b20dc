import { chromaShift, chromaSize, type Frame, type FrameFormat } from './frame';
import type { FrameSource } from './region';

/** A square of the picture: centre and side in pixels, turned clockwise by `angle` radians. */
export interface Square {
  cx: number;
  cy: number;
  size: number;
  angle: number;
}

/** What a model wants to see: `value * mul + add` for values 0–255. */
export interface TensorScale {
  mul: number;
  add: number;
}

/** One plane (or one channel of an interleaved picture) as the sampler reads it. */
interface Plane {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  /** Distance of neighbouring pixels in `data`, and where the first one lies. */
  pixelStride: number;
  offset: number;
  /** How much smaller than the picture the plane is. */
  scaleX: number;
  scaleY: number;
  /** Value of pixels beyond the border. */
  outside: number;
}

/** Affine map from output pixels to plane pixels: x' = x0 + xx·x + xy·y, y' = y0 + yx·x + yy·y. */
interface PlaneMap {
  x0: number;
  y0: number;
  xx: number;
  xy: number;
  yx: number;
  yy: number;
}

const FIXED = 65536;
/** Samples per axis that still pay: beyond this the samples of one output pixel no longer touch. */
const MAX_SAMPLES = 6;

function isFrame(source: FrameSource): source is Frame {
  return 'format' in source;
}

/** Width and height of a frame or an image in pixels. */
export function pictureSize(source: FrameSource): { width: number; height: number } {
  return isFrame(source) ? source.format : source;
}

function planesOf(source: FrameSource): Plane[] {
  if (!isFrame(source)) {
    const { width, height, data } = source;
    return [0, 1, 2].map((offset) => {
      return { data, width, height, pixelStride: 3, offset, scaleX: 1, scaleY: 1, outside: 0 };
    });
  }
  const { format, planes } = source;
  const shift = chromaShift(format.sampling);
  const chroma = chromaSize(format);
  return planes.map((data, i) => {
    const small = i > 0 && format.sampling !== 'rgb';
    return {
      data,
      width: small ? chroma.width : format.width,
      height: small ? chroma.height : format.height,
      pixelStride: 1,
      offset: 0,
      scaleX: small ? 1 / (1 << shift.x) : 1,
      scaleY: small ? 1 / (1 << shift.y) : 1,
      outside: format.sampling === 'rgb' ? 0 : i > 0 ? 128 : format.range === 'limited' ? 16 : 0,
    };
  });
}

/**
 * Area average by counting whole pixels: `n` × `n` nearest samples per output pixel, at most a pixel apart for
 * shrink factors up to `MAX_SAMPLES`. Fixed point, because float-to-int conversions would dominate.
 */
function sampleArea(
  plane: Plane,
  map: PlaneMap,
  side: number,
  n: number,
  out: Float32Array,
  at: number,
): void {
  const { data, width, height, pixelStride, offset, outside } = plane;
  const count = n * n;
  const stepX = new Int32Array(count);
  const stepY = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const u = ((i % n) + 0.5) / n;
    const v = (Math.floor(i / n) + 0.5) / n;
    stepX[i] = Math.round((map.xx * u + map.xy * v) * FIXED);
    stepY[i] = Math.round((map.yx * u + map.yy * v) * FIXED);
  }
  const inside = mapStaysInside(plane, map, side);
  const xx = Math.round(map.xx * FIXED);
  const yx = Math.round(map.yx * FIXED);
  const rowStride = width * pixelStride;
  const weight = 1 / count;
  let q = at;
  for (let y = 0; y < side; y++) {
    let px = Math.round((map.x0 + map.xy * y) * FIXED);
    let py = Math.round((map.y0 + map.yy * y) * FIXED);
    for (let x = 0; x < side; x++) {
      let sum = 0;
      if (inside) {
        for (let i = 0; i < count; i++) {
          sum += data[((py + stepY[i]) >> 16) * rowStride + ((px + stepX[i]) >> 16) * pixelStride + offset];
        }
      } else {
        for (let i = 0; i < count; i++) {
          const ix = (px + stepX[i]) >> 16;
          const iy = (py + stepY[i]) >> 16;
          if (ix >= 0 && iy >= 0 && ix < width && iy < height) {
            sum += data[iy * rowStride + ix * pixelStride + offset];
          } else {
            sum += outside;
          }
        }
      }
      out[q] = sum * weight;
      q += 3;
      px += xx;
      py += yx;
    }
  }
}

function sampleBilinear(plane: Plane, map: PlaneMap, side: number, out: Float32Array, at: number): void {
  const { data, width, height, pixelStride, offset, outside } = plane;
  const rowStride = width * pixelStride;
  const pixel = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height ? data[y * rowStride + x * pixelStride + offset] : outside;
  let q = at;
  for (let y = 0; y < side; y++) {
    let px = map.x0 + map.xy * (y + 0.5) + map.xx * 0.5 - 0.5;
    let py = map.y0 + map.yy * (y + 0.5) + map.yx * 0.5 - 0.5;
    for (let x = 0; x < side; x++) {
      const ix = Math.floor(px);
      const iy = Math.floor(py);
      const fx = px - ix;
      const fy = py - iy;
      let a: number, b: number, c: number, d: number;
      if (ix >= 0 && iy >= 0 && ix < width - 1 && iy < height - 1) {
        const p = iy * rowStride + ix * pixelStride + offset;
        a = data[p];
        b = data[p + pixelStride];
        c = data[p + rowStride];
        d = data[p + rowStride + pixelStride];
      } else {
        a = pixel(ix, iy);
        b = pixel(ix + 1, iy);
        c = pixel(ix, iy + 1);
        d = pixel(ix + 1, iy + 1);
      }
      const top = a + (b - a) * fx;
      out[q] = top + (c + (d - c) * fx - top) * fy;
      q += 3;
      px += map.xx;
      py += map.yx;
    }
  }
}

function mapStaysInside(plane: Plane, map: PlaneMap, side: number): boolean {
  // A hair's breadth of margin covers the rounding of the fixed-point steps.
  const margin = 0.1;
  for (const [u, v] of [
    [0, 0],
    [side, 0],
    [0, side],
    [side, side],
  ]) {
    const x = map.x0 + map.xx * u + map.xy * v;
    const y = map.y0 + map.yx * u + map.yy * v;
    if (x < margin || y < margin || x > plane.width - margin || y > plane.height - margin) return false;
  }
  return true;
}

/** ITU-R BT.601, BT.709 and BT.2020 (non-constant luminance): the weights of red and blue in luma. */
const lumaWeights = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;

/** Interleaved Y, U, V samples to R, G, B (0–255, clipped) times `mul` plus `add`, in place. */
function yuvToTensor(values: Float32Array, format: FrameFormat, { mul, add }: TensorScale): void {
  const [kr, kb] = lumaWeights[format.matrix === 'rgb' ? 'bt709' : format.matrix];
  const limited = format.range === 'limited';
  const luma = limited ? 255 / 219 : 1;
  const black = limited ? 16 : 0;
  const chroma = limited ? 255 / 224 : 1;
  const rv = 2 * (1 - kr) * chroma;
  const bu = 2 * (1 - kb) * chroma;
  const gv = (-rv * kr) / (1 - kr - kb);
  const gu = (-bu * kb) / (1 - kr - kb);
  for (let q = 0; q < values.length; q += 3) {
    const y = (values[q] - black) * luma;
    const u = values[q + 1] - 128;
    const v = values[q + 2] - 128;
    const r = y + rv * v;
    const g = y + gu * u + gv * v;
    const b = y + bu * u;
    values[q] = (r < 0 ? 0 : r > 255 ? 255 : r) * mul + add;
    values[q + 1] = (g < 0 ? 0 : g > 255 ? 255 : g) * mul + add;
    values[q + 2] = (b < 0 ? 0 : b > 255 ? 255 : b) * mul + add;
  }
}

/**
 * Cuts a turned square out of a picture and scales it to `side` × `side` RGB for a model (NHWC, interleaved,
 * full-range RGB in the frame's own primaries). Shrinking averages the covered area; beyond the border is black.
 */
export function cropToTensor(
  source: FrameSource,
  square: Square,
  side: number,
  scale: TensorScale,
  out = new Float32Array(side * side * 3),
): Float32Array {
  const k = square.size / side;
  const cos = Math.cos(square.angle) * k;
  const sin = Math.sin(square.angle) * k;
  const half = side / 2;
  planesOf(source).forEach((plane, channel) => {
    const map: PlaneMap = {
      x0: (square.cx - cos * half + sin * half) * plane.scaleX,
      y0: (square.cy - sin * half - cos * half) * plane.scaleY,
      xx: cos * plane.scaleX,
      xy: -sin * plane.scaleX,
      yx: sin * plane.scaleY,
      yy: cos * plane.scaleY,
    };
    const shrink = Math.max(Math.hypot(map.xx, map.yx), Math.hypot(map.xy, map.yy));
    if (shrink < 1.4) sampleBilinear(plane, map, side, out, channel);
    else sampleArea(plane, map, side, Math.min(MAX_SAMPLES, Math.ceil(shrink)), out, channel);
  });
  if (isFrame(source) && source.format.sampling !== 'rgb') yuvToTensor(out, source.format, scale);
  else if (scale.mul !== 1 || scale.add !== 0) {
    for (let i = 0; i < out.length; i++) out[i] = out[i] * scale.mul + scale.add;
  }
  return out;
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
