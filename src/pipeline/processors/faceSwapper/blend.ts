import type { Affine } from '../../image/affine';
import type { Displacement } from '../../image/displace';
import type { Grid, PlaneView } from '../../image/grid';
import { GridRows } from '../../image/gridRows';
import { SPARE, type PixelMemory } from '../../image/kernels/pixelMemory';
import { newMap } from '../../image/maps';
import { sampleMap, takeMap } from '../../image/raster';
import type { YccView } from '../../image/ycc';
import type { GridColours } from './skin';

/** Everything about one face that is smooth enough to be kept on a small grid. */
export interface Layer {
  grid: Grid;
  /** The target's broad light: luma 0–255 full range, chroma around 128. */
  light: GridColours;
  /** Factor for the source's detail in luma, and for that in Cb and in Cr. */
  gain: Float32Array;
  chromaGain: readonly [Float32Array, Float32Array];
  /** Share of the source, without and with the picture's own edges. */
  mask: Float32Array;
  slope: Float32Array;
  base: Float32Array;
  /** How eyes and inner mouth move with the face's shape. */
  carry: Displacement;
}

/** Marks pixels that no triangle covers, such as the line between closed lips: they stay the target's. */
export const uncovered = 1e6;

/** Below this share nothing would change. */
const leastShare = 0.004;

/** How much of the source the pixels took, as floats in the memory of kernels. */
interface Shares {
  address: number;
  /** Floats from row to row; a row has its last value once more. */
  stride: number;
}

/**
 * Blends the luma plane and returns how much of the source each pixel took. The maps of the grid are interpolated on the way.
 * Cells without a face are skipped.
 * @param detail address of the source's detail, a float for each pixel
 */
export function blendLuma(memory: PixelMemory, view: YccView, layer: Layer, detail: number): Shares {
  const { width, height } = view.luma;
  const { grid, mask, slope, base } = layer;
  const { lumaScale: scale, lumaOffset: offset } = view;
  // As the plane stores its values: share = slope × pixel + base, new pixel = light + gain × detail.
  const rows = new GridRows(
    memory,
    grid,
    [
      { map: mask, factor: 1, plus: 0 },
      { map: slope, factor: 1 / scale, plus: 0 },
      { map: baseFrom(base, slope, scale, offset), factor: 1, plus: 0 },
      { map: layer.light.y, factor: scale, plus: offset },
      { map: layer.gain, factor: scale, plus: 0 },
    ],
    width,
  );
  const line = memory.take(width + SPARE);
  const stride = width + 2 * SPARE;
  const address = memory.take((stride * height + SPARE) * 4);
  memory.floats.fill(0, address / 4, address / 4 + stride * height);
  const spans = spansOf(mask, grid);
  for (let y = 0; y < height; y++) {
    const [upper, lower] = rows.around(y);
    const first = Math.min(spans.first[upper], spans.first[lower]);
    const last = Math.max(spans.last[upper], spans.last[lower]);
    if (first > last) continue;
    rows.expand(y, first - 1, last + 1);
    const half = grid.step >> 1;
    const x = Math.max(0, (first - 1) * grid.step + half);
    const count = Math.min(width, (last + 1) * grid.step + half) - x;
    const { pixels } = rows;
    const [masks, slopes, bases] = [pixels[0] + x * 4, pixels[1] + x * 4, pixels[2] + x * 4];
    const [lights, gains] = [pixels[3] + x * 4, pixels[4] + x * 4];
    const details = detail + (y * width + x) * 4;
    const shares = address + (y * stride + x) * 4;
    copyIn(memory, view.luma, x, y, count, line);
    memory.run.shares(line, count, masks, slopes, bases, details, shares, leastShare, uncovered / 2);
    // What the kernel writes beyond the end is nobody's.
    memory.floats.fill(0, shares / 4 + count, shares / 4 + count + SPARE);
    memory.run.blendDetail(line, count, shares, lights, gains, details);
    copyOut(memory, view.luma, x, y, count, line);
    memory.floats[address / 4 + y * stride + width] = memory.floats[address / 4 + y * stride + width - 1];
  }
  return { address, stride };
}

/** Blends the chroma planes with the shares that luma took. `details` are addresses as for luma, a value for each sample. */
export function blendChroma(
  memory: PixelMemory,
  view: YccView,
  layer: Layer,
  details: readonly number[],
  { address, stride }: Shares,
): void {
  const { width, height } = view.chroma[0];
  const { grid } = layer;
  const { shift, chromaScale } = view;
  const { chromaGain, light } = layer;
  const zero = 128 - 128 * chromaScale;
  // Written out: arrays that `map` makes are of another kind once V8 has compiled who makes them, and all that reads them is compiled anew.
  const gains = [
    takeMap(memory, grid, { map: chromaGain[0], factor: chromaScale, plus: 0 }, width),
    takeMap(memory, grid, { map: chromaGain[1], factor: chromaScale, plus: 0 }, width),
  ];
  const lights = [
    takeMap(memory, grid, { map: light.cb, factor: chromaScale, plus: zero }, width),
    takeMap(memory, grid, { map: light.cr, factor: chromaScale, plus: zero }, width),
  ];
  const line = memory.take(width + SPARE);
  const means = memory.take((width + SPARE) * 4);
  const [perX, perY] = [(1 << shift.x) / grid.step, (1 << shift.y) / grid.step];
  const toGrid: Affine = [perX, 0, perX / 2 - 0.5, 0, perY, perY / 2 - 0.5];
  for (let y = 0; y < height; y++) {
    const upper = address + Math.min(view.luma.height - 1, y << shift.y) * stride * 4;
    const lower = address + Math.min(view.luma.height - 1, ((y + 1) << shift.y) - 1) * stride * 4;
    if (shift.x === 1) memory.run.means(upper, lower, means, width);
    const shares = shift.x === 1 ? means : upper;
    const [from, to] = filled(memory.floats, shares / 4, width);
    if (from === to) continue;
    for (let c = 0; c < 2; c++) {
      sampleMap(memory, gains[c], to - from, toGrid, y, from);
      sampleMap(memory, lights[c], to - from, toGrid, y, from);
      const detail = details[c] + (y * width + from) * 4;
      copyIn(memory, view.chroma[c], from, y, to - from, line);
      memory.run.blendDetail(line, to - from, shares + from * 4, lights[c].row, gains[c].row, detail);
      copyOut(memory, view.chroma[c], from, y, to - from, line);
    }
  }
}

/** The base where pixels begin at `offset` and count by `scale`. */
function baseFrom(base: Float32Array, slope: Float32Array, scale: number, offset: number): Float32Array {
  const out = newMap(base.length);
  const inverse = 1 / scale;
  for (let i = 0; i < out.length; i++)
    out[i] = base[i] - Math.fround(Math.fround(slope[i] * inverse) * offset);
  return out;
}

/** Copies `count` bytes of a plane's row from (x, y) on to the address `line` of the kernels' memory. */
function copyIn(
  { bytes }: PixelMemory,
  { data, offset, stride }: PlaneView,
  x: number,
  y: number,
  count: number,
  line: number,
): void {
  const at = offset + y * stride + x;
  bytes.set(data.subarray(at, at + count), line);
}

function copyOut(
  { bytes }: PixelMemory,
  { data, offset, stride }: PlaneView,
  x: number,
  y: number,
  count: number,
  line: number,
): void {
  data.set(bytes.subarray(line, line + count), offset + y * stride + x);
}

/** First and last cell of every row of the grid with a share; in rows without one the first lies behind the last. */
function spansOf(mask: Float32Array, { width, height }: Grid): { first: Int32Array; last: Int32Array } {
  const first = new Int32Array(height).fill(width);
  const last = new Int32Array(height).fill(-1);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask[i] < leastShare) continue;
      if (last[y] < 0) first[y] = x;
      last[y] = x;
    }
  }
  return { first, last };
}

/** Where `count` values are not 0, from the first to behind the last. */
function filled(floats: Float32Array, at: number, count: number): [number, number] {
  let from = 0;
  let to = count;
  while (from < to && floats[at + from] === 0) from++;
  while (to > from && floats[at + to - 1] === 0) to--;
  return [from, to];
}
