import { takeRows } from './byteRows';
import { pixelMemory, SPARE } from './kernels/pixelMemory';
import { getRows, putRows } from './mapRows';
import { newMap } from './maps';

/** A small map over a region: one value per cell of `step` pixels. Low-frequency work happens on it at a fixed cost. */
export interface Grid {
  width: number;
  height: number;
  /** Pixels per cell. */
  step: number;
}

export const cells = (grid: Grid): number => grid.width * grid.height;

/** A rectangle of an 8-bit plane. */
export interface PlaneView {
  data: Uint8Array | Uint8ClampedArray;
  /** Index of its first sample, and samples from row to row. */
  offset: number;
  stride: number;
  width: number;
  height: number;
}

/** Mean of every cell. `step` may be fractional for subsampled planes; a cell holds at least one sample. */
export function averageDown(plane: PlaneView, grid: Grid, stepX: number, stepY: number): Float32Array {
  const out = newMap(cells(grid));
  const { data, offset, stride, width, height } = plane;
  const memory = pixelMemory();
  const rows = takeRows(memory, data, offset, stride, width, height);
  const sums = memory.take((width + SPARE) * 4);
  const columns = memory.floats.subarray(sums / 4, sums / 4 + width);
  const starts = new Int32Array(grid.width);
  const ends = new Int32Array(grid.width);
  for (let x = 0; x < grid.width; x++) {
    starts[x] = Math.min(width - 1, Math.floor(x * stepX));
    ends[x] = Math.max(starts[x] + 1, Math.min(width, Math.floor((x + 1) * stepX)));
  }
  for (let gy = 0, at = 0; gy < grid.height; gy++) {
    const y0 = Math.min(height - 1, Math.floor(gy * stepY));
    const y1 = Math.max(y0 + 1, Math.min(height, Math.floor((gy + 1) * stepY)));
    columns.fill(0);
    for (let y = y0; y < y1; y++) memory.run.addBytes(rows.address + y * rows.apart, width, sums);
    for (let gx = 0; gx < grid.width; gx++, at++) {
      const [x0, x1] = [starts[gx], ends[gx]];
      let sum = 0;
      for (let x = x0; x < x1; x++) sum += columns[x];
      out[at] = sum / ((x1 - x0) * (y1 - y0));
    }
  }
  return out;
}

/**
 * Box blur of the given radius in cells, repeated; three times come close to a Gaussian of sigma ≈ radius + 0.5. Beyond
 * the edges counts as 0, which is what a normalised (weighted) blur needs. Works in place.
 */
export function boxBlur(map: Float32Array, { width, height }: Grid, radius: number, times = 3): Float32Array {
  const r = Math.round(radius);
  if (r < 1) return map;
  const memory = pixelMemory();
  // Rows of whole fours, and so are columns, because they become rows in between.
  const [across, down] = [width, height].map((length) => (length + SPARE) & ~(SPARE - 1));
  const [rows, columns] = [memory.take(across * down * 4), memory.take(across * down * 4)];
  putRows(memory, map, width, height, rows, across);
  const scale = 1 / (2 * r + 1);
  const { blurColumns } = memory.run;
  for (let n = 0; n < times; n++) {
    blurColumns(rows, columns, width, height, across * 4, down * 4, r, scale);
    blurColumns(columns, rows, height, width, down * 4, across * 4, r, scale);
  }
  getRows(memory, map, width, height, rows, across);
  return map;
}

/** Blur in which every cell counts by its weight; where no weight reaches, `fallback`. */
export function weightedBlur(
  map: Float32Array,
  weight: Float32Array,
  blurredWeight: Float32Array,
  grid: Grid,
  radius: number,
  fallback: number,
): Float32Array {
  const out = newMap(map.length);
  for (let i = 0; i < out.length; i++) out[i] = map[i] * weight[i];
  boxBlur(out, grid, radius);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] + 1e-4 * fallback) / (blurredWeight[i] + 1e-4);
  return out;
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Fills a polygon (x, y pairs in cells, cell centres at .5) with its share of each cell, added up to at most 1. */
export function fillPolygon(
  map: Float32Array,
  grid: Grid,
  points: readonly (readonly [number, number])[],
): void {
  const corners = new Float64Array(2 * points.length);
  let [highest, lowest] = [Infinity, -Infinity];
  for (let i = 0; i < points.length; i++) {
    corners.set(points[i], 2 * i);
    highest = Math.min(highest, corners[2 * i + 1]);
    lowest = Math.max(lowest, corners[2 * i + 1]);
  }
  const top = Math.max(0, Math.floor(sub * highest));
  const bottom = Math.min(grid.height * sub, Math.ceil(sub * lowest));
  const crossings = new Float64Array(points.length);
  for (let line = top; line < bottom; line++) {
    const count = crossLine(corners, (line + 0.5) / sub, crossings);
    const row = Math.floor(line / sub) * grid.width;
    for (let i = 0; i + 1 < count; i += 2) fillSpan(map, row, grid.width, crossings[i], crossings[i + 1]);
  }
}

/** Lines to a cell. */
const sub = 4;

/** Where the edges between corners (x, y pairs) cross the line at `y`, in order from left to right; returns how many do. */
function crossLine(corners: Float64Array, y: number, crossings: Float64Array): number {
  let count = 0;
  let ax = corners[corners.length - 2];
  let ay = corners[corners.length - 1];
  for (let i = 0; i < corners.length; i += 2) {
    const bx = corners[i];
    const by = corners[i + 1];
    if (ay > y !== by > y) {
      const x = ax + ((y - ay) / (by - ay)) * (bx - ax);
      let at = count++;
      for (; at > 0 && crossings[at - 1] > x; at--) crossings[at] = crossings[at - 1];
      crossings[at] = x;
    }
    ax = bx;
    ay = by;
  }
  return count;
}

/** Adds a line's share from `from` to `to` to the cells of a row. */
function fillSpan(map: Float32Array, row: number, width: number, from: number, to: number): void {
  const x0 = Math.max(0, from);
  const x1 = Math.min(width, to);
  for (let x = Math.floor(x0); x < x1; x++) {
    const share = (x + 1 < x1 ? x + 1 : x1) - (x > x0 ? x : x0);
    const sum = map[row + x] + share / sub;
    map[row + x] = sum < 1 ? sum : 1;
  }
}

/** A part of a grid, cell (0, 0) of which is cell (x, y) of the grid. */
export interface Patch extends Grid {
  map: Float32Array;
  x: number;
  y: number;
}

/** A polygon with its edge blurred `times` over, on no more of the grid than it covers. */
export function softPolygon(
  grid: Grid,
  points: readonly (readonly [number, number])[],
  radius: number,
  times: number,
): Patch {
  const margin = times * Math.round(radius) + 1;
  const [xs, ys] = [points.map(([px]) => px), points.map(([, py]) => py)];
  const left = Math.max(0, Math.floor(Math.min(...xs) - margin));
  const top = Math.max(0, Math.floor(Math.min(...ys) - margin));
  const patch = {
    x: left,
    y: top,
    width: Math.max(0, Math.min(grid.width, Math.ceil(Math.max(...xs) + margin)) - left),
    height: Math.max(0, Math.min(grid.height, Math.ceil(Math.max(...ys) + margin)) - top),
    step: grid.step,
  };
  const map = newMap(cells(patch));
  fillPolygon(
    map,
    patch,
    points.map(([px, py]): [number, number] => [px - left, py - top]),
  );
  boxBlur(map, patch, radius, times);
  return { ...patch, map };
}

/**
 * Pixels `from` to `to` of one row, read from a grid map by bilinear interpolation; `stepX`, `stepY` are plane samples
 * per cell.
 */
export function upsampleRow(
  map: Float32Array,
  grid: Grid,
  stepX: number,
  stepY: number,
  y: number,
  out: Float32Array,
  from: number,
  to: number,
): void {
  const gy = Math.max(0, Math.min(grid.height - 1, (y + 0.5) / stepY - 0.5));
  const y0 = Math.min(grid.height - 1, Math.floor(gy));
  const y1 = Math.min(grid.height - 1, y0 + 1);
  const fy = gy - y0;
  const top = y0 * grid.width;
  const bottom = y1 * grid.width;
  const last = grid.width - 1;
  const inverse = 1 / stepX;
  let left = map[top] + (map[bottom] - map[top]) * fy;
  let right = left;
  let at = -1;
  for (let x = from; x < to; x++) {
    const gx = (x + 0.5) * inverse - 0.5;
    const x0 = Math.floor(gx);
    if (x0 !== at) {
      at = x0;
      const a = x0 < 0 ? 0 : x0 > last ? last : x0;
      const b = x0 + 1 > last ? last : x0 + 1;
      left = map[top + a] + (map[bottom + a] - map[top + a]) * fy;
      right = map[top + b] + (map[bottom + b] - map[top + b]) * fy;
    }
    out[x] = left + (right - left) * (gx - x0);
  }
}
