import { spanWithin, type Affine } from './affine';
import { rowStart } from './warpSteps';

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
 * Bilinear samples of `raster` for the first `out.length` pixels of output row `y`: `map` carries output pixels to raster pixels, both
 * with centres at whole numbers; places are rounded as OpenCV does, with the steps along the row from `stepsAlong`.
 */
export function sampleBytes(
  raster: Raster,
  map: Affine,
  across: Int32Array,
  down: Int32Array,
  y: number,
  out: Float32Array,
): void {
  const { data, width, step, offset } = raster;
  const [dx, , , dy] = map;
  const x0 = map[1] * y + map[2];
  const y0 = map[4] * y + map[5];
  const u = rowStart(x0);
  const v = rowStart(y0);
  const stride = width * step;
  const count = out.length;
  const [first, end] = innerSpan(raster, dx, x0, dy, y0, 0, count);
  const edge = (x: number) => sampleEdge(raster, ((u + across[x]) >> 5) / 32, ((v + down[x]) >> 5) / 32);
  for (let x = 0; x < first; x++) out[x] = edge(x);
  for (let x = first; x < end; x++) {
    const px = (u + across[x]) >> 5;
    const py = (v + down[x]) >> 5;
    const fx = (px & 31) * (1 / 32);
    const p = ((py >> 5) * stride + (px >> 5) * step + offset) | 0;
    const q = (p + stride) | 0;
    const a = data[p];
    const b = data[q];
    const top = a + (data[p + step] - a) * fx;
    const low = b + (data[q + step] - b) * fx;
    out[x] = top + (low - top) * ((py & 31) * (1 / 32));
  }
  for (let x = end; x < count; x++) out[x] = edge(x);
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
