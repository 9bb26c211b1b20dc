import { chromaShift, chromaSize, type Frame, type FrameFormat } from './frame';
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

/** One plane (or one channel of an interleaved picture) as the sampler reads it. */
interface Plane {
  data: Uint8Array;
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
/** Up to this shrink factor bilinear interpolation alone does not alias visibly. */
const BILINEAR_LIMIT = 1.7;
/** Up to this factor a plane halved by 2 × 2 means is interpolated; beyond it whole pixels are averaged. */
const HALVED_LIMIT = 2 * BILINEAR_LIMIT;
/** Samples per axis and output pixel that still pay. */
const MAX_SAMPLES = 4;

function isFrame(source: FrameSource): source is Frame {
  return 'format' in source;
}

/** Width and height of a frame or an image in pixels. */
export function pictureSize(source: FrameSource): { width: number; height: number } {
  return isFrame(source) ? source.format : source;
}

function planesOf(source: FrameSource): Plane[] {
  if (!isFrame(source)) {
    const { width, height } = source;
    // One array type only: mixed ones would make the compiled kernels several times slower.
    const data = asBytes(source.data);
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
      data: asBytes(data),
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

/** The same memory as a plain Uint8Array, also for a Buffer or a clamped array. */
function asBytes(data: Uint8Array | Uint8ClampedArray): Uint8Array {
  return data.constructor === Uint8Array
    ? data
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The whole x in [0, side) for which lo ≤ p + d·x ≤ hi, as [from, to). */
function spanWithin(p: number, d: number, lo: number, hi: number, side: number): [number, number] {
  if (Math.abs(d) < 1e-9) return p >= lo && p <= hi ? [0, side] : [0, 0];
  const a = (lo - p) / d;
  const b = (hi - p) / d;
  return [Math.max(0, Math.ceil(Math.min(a, b))), Math.min(side, Math.floor(Math.max(a, b)) + 1)];
}

/** As `spanWithin` on both axes: where the samples of a row need no look at the borders. */
function safeSpan(
  px: number,
  dx: number,
  py: number,
  dy: number,
  box: Borders,
  side: number,
): [number, number] {
  const [a, b] = spanWithin(px, dx, box.x0, box.x1, side);
  const [c, d] = spanWithin(py, dy, box.y0, box.y1, side);
  const from = Math.max(a, c);
  return [from, Math.max(from, Math.min(b, d))];
}

interface Borders {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/**
 * Area average by a fixed pattern of `n` × `n` whole pixels around each sample point. Fixed point, because
 * float-to-int conversions would dominate.
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
  const tapX = new Int32Array(count);
  const tapY = new Int32Array(count);
  const taps = new Int32Array(count);
  const rowStride = width * pixelStride;
  for (let i = 0; i < count; i++) {
    const u = ((i % n) + 0.5) / n - 0.5;
    const v = (Math.floor(i / n) + 0.5) / n - 0.5;
    tapX[i] = Math.round(map.xx * u + map.xy * v);
    tapY[i] = Math.round(map.yx * u + map.yy * v);
    taps[i] = tapY[i] * rowStride + tapX[i] * pixelStride + offset;
  }
  const reachX = Math.max(...tapX.map(Math.abs));
  const reachY = Math.max(...tapY.map(Math.abs));
  const safe = {
    x0: reachX + 0.01,
    y0: reachY + 0.01,
    x1: width - reachX - 0.01,
    y1: height - reachY - 0.01,
  };
  const touched = { x0: -reachX - 1, y0: -reachY - 1, x1: width + reachX + 1, y1: height + reachY + 1 };
  const xx = Math.round(map.xx * FIXED);
  const yx = Math.round(map.yx * FIXED);
  const weight = 1 / count;
  for (let y = 0; y < side; y++) {
    const x0 = map.x0 + map.xx * 0.5 + map.xy * (y + 0.5);
    const y0 = map.y0 + map.yx * 0.5 + map.yy * (y + 0.5);
    const [from, to] = safeSpan(x0, map.xx, y0, map.yx, safe, side);
    const [begin, end] = safeSpan(x0, map.xx, y0, map.yx, touched, side);
    const fixedX = Math.round(x0 * FIXED);
    const fixedY = Math.round(y0 * FIXED);
    let q = at + y * side * 3;
    for (let x = 0; x < side; x++, q += 3) {
      if (x >= from && x < to) {
        const p = ((fixedY + yx * x) >> 16) * rowStride + ((fixedX + xx * x) >> 16) * pixelStride;
        let sum = 0;
        for (let i = 0; i < count; i++) sum += data[p + taps[i]];
        out[q] = sum * weight;
      } else if (x >= begin && x < end) {
        const cx = (fixedX + xx * x) >> 16;
        const cy = (fixedY + yx * x) >> 16;
        let sum = 0;
        for (let i = 0; i < count; i++) {
          const ix = cx + tapX[i];
          const iy = cy + tapY[i];
          const inside = ix >= 0 && iy >= 0 && ix < width && iy < height;
          sum += inside ? data[iy * rowStride + ix * pixelStride + offset] : outside;
        }
        out[q] = sum * weight;
      } else {
        out[q] = outside;
      }
    }
  }
}

function pixel({ data, width, height, pixelStride, offset, outside }: Plane, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= width || y >= height) return outside;
  return data[(y * width + x) * pixelStride + offset];
}

function sampleBilinear(plane: Plane, map: PlaneMap, side: number, out: Float32Array, at: number): void {
  const { data, width, height, pixelStride, offset } = plane;
  const rowStride = width * pixelStride;
  const safe = { x0: 0.01, y0: 0.01, x1: width - 1.01, y1: height - 1.01 };
  const xx = Math.round(map.xx * FIXED);
  const yx = Math.round(map.yx * FIXED);
  for (let y = 0; y < side; y++) {
    const x0 = map.x0 + map.xx * 0.5 + map.xy * (y + 0.5) - 0.5;
    const y0 = map.y0 + map.yx * 0.5 + map.yy * (y + 0.5) - 0.5;
    const [from, to] = safeSpan(x0, map.xx, y0, map.yx, safe, side);
    let q = at + y * side * 3;
    for (let x = 0; x < side; x++, q += 3) {
      if (x === from && to > from) {
        let px = Math.round((x0 + map.xx * from) * FIXED);
        let py = Math.round((y0 + map.yx * from) * FIXED);
        for (; x < to; x++, q += 3) {
          const p = (py >> 16) * rowStride + (px >> 16) * pixelStride + offset;
          const fx = (px >> 8) & 255;
          const a = data[p];
          const c = data[p + rowStride];
          const top = (a << 8) + (data[p + pixelStride] - a) * fx;
          const bottom = (c << 8) + (data[p + rowStride + pixelStride] - c) * fx;
          out[q] = ((top << 8) + (bottom - top) * ((py >> 8) & 255)) * (1 / 65536);
          px += xx;
          py += yx;
        }
        if (x >= side) break;
      }
      const px = x0 + map.xx * x;
      const py = y0 + map.yx * x;
      const ix = Math.floor(px);
      const iy = Math.floor(py);
      const a = pixel(plane, ix, iy);
      const c = pixel(plane, ix, iy + 1);
      const top = a + (pixel(plane, ix + 1, iy) - a) * (px - ix);
      const bottom = c + (pixel(plane, ix + 1, iy + 1) - c) * (px - ix);
      out[q] = top + (bottom - top) * (py - iy);
    }
  }
}

/** Memory of the halved planes, kept from call to call. */
let halfMemory = new Uint8Array(0);

/** Halves the part of a plane that a crop touches by 2 × 2 means; returns it with the map into it. */
function halve(plane: Plane, map: PlaneMap, side: number): { plane: Plane; map: PlaneMap } {
  const { data, pixelStride, offset } = plane;
  const xs = [0, map.xx, map.xy, map.xx + map.xy].map((d) => map.x0 + d * side);
  const ys = [0, map.yx, map.yy, map.yx + map.yy].map((d) => map.y0 + d * side);
  const clampEven = (value: number, limit: number) =>
    Math.max(0, Math.min(limit & ~1, Math.floor(value / 2) * 2));
  const left = clampEven(Math.min(...xs) - 4, plane.width);
  const top = clampEven(Math.min(...ys) - 4, plane.height);
  const width = (clampEven(Math.max(...xs) + 6, plane.width) - left) >> 1;
  const height = (clampEven(Math.max(...ys) + 6, plane.height) - top) >> 1;
  if (halfMemory.length < width * height) halfMemory = new Uint8Array(width * height);
  const half = halfMemory;
  const rowStride = plane.width * pixelStride;
  let q = 0;
  for (let y = 0; y < height; y++) {
    let p = (top + 2 * y) * rowStride + left * pixelStride + offset;
    for (let x = 0; x < width; x++) {
      const r = p + rowStride;
      half[q++] = (data[p] + data[p + pixelStride] + data[r] + data[r + pixelStride] + 2) >> 2;
      p += 2 * pixelStride;
    }
  }
  return {
    plane: { ...plane, data: half, width, height, pixelStride: 1, offset: 0 },
    map: {
      x0: (map.x0 - left) / 2,
      y0: (map.y0 - top) / 2,
      xx: map.xx / 2,
      xy: map.xy / 2,
      yx: map.yx / 2,
      yy: map.yy / 2,
    },
  };
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
  const tall = k * (square.stretch ?? 1);
  const cos = Math.cos(square.angle);
  const sin = Math.sin(square.angle);
  const half = side / 2;
  planesOf(source).forEach((plane, channel) => {
    const map: PlaneMap = {
      x0: (square.cx - cos * k * half + sin * tall * half) * plane.scaleX,
      y0: (square.cy - sin * k * half - cos * tall * half) * plane.scaleY,
      xx: cos * k * plane.scaleX,
      xy: -sin * tall * plane.scaleX,
      yx: sin * k * plane.scaleY,
      yy: cos * tall * plane.scaleY,
    };
    const shrink = Math.max(Math.hypot(map.xx, map.yx), Math.hypot(map.xy, map.yy));
    if (shrink < BILINEAR_LIMIT) sampleBilinear(plane, map, side, out, channel);
    else if (shrink < HALVED_LIMIT) {
      const half = halve(plane, map, side);
      sampleBilinear(half.plane, half.map, side, out, channel);
    } else sampleArea(plane, map, side, Math.min(MAX_SAMPLES, Math.round(shrink)), out, channel);
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
