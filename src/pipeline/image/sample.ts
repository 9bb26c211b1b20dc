import { spanWithin, type Affine } from './affine';
import { warpPlace } from './warpSteps';

/**
 * A rectangle of bytes as the sampler reads it. `outside` is the value beyond the border; without it the border
 * pixels are repeated.
 */
export interface Raster {
  data: Uint8Array;
  width: number;
  height: number;
  /** Distance of neighbours in a row (3 in interleaved RGB), and where the first one lies. */
  step: number;
  offset: number;
  outside?: number;
}

/**
 * Bilinear samples of `raster` for the output pixels (x, y), x in [from, to): `map` carries output pixels to raster
 * pixels, both with centres at whole numbers; places are rounded as OpenCV does. Writes `to - from` values to `out` from `at` on.
 */
export function sampleBytes(
  raster: Raster,
  map: Affine,
  y: number,
  from: number,
  to: number,
  out: Float32Array,
  at: number,
): void {
  const { data, width, step, offset } = raster;
  const [dx, , , dy] = map;
  const x0 = map[1] * y + map[2];
  const y0 = map[4] * y + map[5];
  const stride = width * step;
  const [first, end] = innerSpan(raster, dx, x0, dy, y0, from, to);
  const base = at - from;
  const edge = (x: number) => sampleEdge(raster, warpPlace(x0, dx * x), warpPlace(y0, dy * x));
  for (let x = from; x < first; x++) out[at + x - from] = edge(x);
  for (let x = first; x < end; x++) {
    const px = warpPlace(x0, dx * x);
    const py = warpPlace(y0, dy * x);
    const ix = px | 0;
    const iy = py | 0;
    const fx = px - ix;
    const p = (iy * stride + ix * step + offset) | 0;
    const q = (p + stride) | 0;
    const a = data[p];
    const b = data[q];
    const top = a + (data[p + step] - a) * fx;
    const low = b + (data[q + step] - b) * fx;
    out[base + x] = top + (low - top) * (py - iy);
  }
  for (let x = end; x < to; x++) out[at + x - from] = edge(x);
}

/** Where all four neighbours of the samples lie inside the raster, as [first, end); with room for rounding. */
function innerSpan(
  { width, height }: Raster,
  dx: number,
  x0: number,
  dy: number,
  y0: number,
  from: number,
  to: number,
): [number, number] {
  const slack = 1 / 16;
  const [a, b] = spanWithin(x0, dx, slack, width - 1 - slack, from, to);
  const [c, d] = spanWithin(y0, dy, slack, height - 1 - slack, from, to);
  const first = Math.min(to, Math.max(a, c));
  return [first, Math.max(first, Math.min(b, d))];
}

/** The sample at a place that may lie at or beyond the border. */
function sampleEdge(raster: Raster, px: number, py: number): number {
  const ix = Math.floor(px);
  const iy = Math.floor(py);
  const [fx, fy] = [px - ix, py - iy];
  const top = valueAt(raster, ix, iy) * (1 - fx) + valueAt(raster, ix + 1, iy) * fx;
  const low = valueAt(raster, ix, iy + 1) * (1 - fx) + valueAt(raster, ix + 1, iy + 1) * fx;
  return top + (low - top) * fy;
}

function valueAt({ data, width, height, step, offset, outside }: Raster, x: number, y: number): number {
  const cx = Math.max(0, Math.min(width - 1, x));
  const cy = Math.max(0, Math.min(height - 1, y));
  if (outside !== undefined && (cx !== x || cy !== y)) return outside;
  return data[(cy * width + cx) * step + offset];
}
