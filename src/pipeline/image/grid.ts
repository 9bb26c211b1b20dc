import { takeRows } from './byteRows';
import { pixelMemory, SPARE, type PixelMemory } from './kernels/pixelMemory';
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
  const { data, offset, stride, width, height } = plane;
  const memory = pixelMemory();
  const rows = takeRows(memory, data, offset, stride, width, height);
  const [sums, means] = [memory.take((width + SPARE) * 4), memory.take(cells(grid) * 4)];
  const runs = memory.take(grid.width * 8);
  const end = runs + grid.width * 8;
  putRuns(memory.integers, runs / 4, grid.width, stepX, width);
  for (let gy = 0; gy < grid.height; gy++) {
    const y0 = Math.min(height - 1, Math.floor(gy * stepY));
    const y1 = Math.max(y0 + 1, Math.min(height, Math.floor((gy + 1) * stepY)));
    memory.floats.fill(0, sums / 4, sums / 4 + width);
    for (let y = y0; y < y1; y++) memory.run.addBytes(rows.address + y * rows.apart, width, sums);
    memory.run.runMeans(sums, runs, end, means + gy * grid.width * 4, y1 - y0);
  }
  return mapAt(memory, means, cells(grid));
}

/** Where each of `count` cells begins and ends in a row of `width` floats, in bytes. */
function putRuns(integers: Int32Array, at: number, count: number, step: number, width: number): void {
  for (let x = 0; x < count; x++) {
    const start = Math.min(width - 1, Math.floor(x * step));
    integers[at + 2 * x] = 4 * start;
    integers[at + 2 * x + 1] = 4 * Math.max(start + 1, Math.min(width, Math.floor((x + 1) * step)));
  }
}

/** Copies values out of the memory of kernels. */
function mapAt({ floats }: PixelMemory, address: number, length: number): Float32Array {
  const map = newMap(length);
  map.set(floats.subarray(address / 4, address / 4 + length));
  return map;
}

/**
 * Box blur of the given radius in cells, repeated; three times come close to a Gaussian of sigma ≈ radius + 0.5. Beyond
 * the edges counts as 0, which is what a normalised (weighted) blur needs. Works in place.
 */
export function boxBlur(map: Float32Array, grid: Grid, radius: number, times = 3): Float32Array {
  const r = Math.round(radius);
  if (r < 1) return map;
  const memory = pixelMemory();
  const address = takeValues(memory, map);
  blurAt(memory, address, grid, r, times);
  map.set(memory.floats.subarray(address / 4, address / 4 + map.length));
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
  const memory = pixelMemory();
  const [values, weights] = [takeValues(memory, map), takeValues(memory, weight)];
  memory.run.product(values, weights, map.length, values);
  blurAt(memory, values, grid, Math.round(radius), 3);
  memory.floats.set(blurredWeight, weights / 4);
  memory.run.quotient(values, weights, map.length, 1e-4 * fallback, 1e-4);
  return mapAt(memory, values, map.length);
}

/** Mean of the cells of the grid around every cell. `counts` is what the blur makes of ones, less beside the edges. */
export function boxMeans(map: Float32Array, counts: Float32Array, grid: Grid, radius: number): Float32Array {
  const memory = pixelMemory();
  const [values, divisors] = [takeValues(memory, map), takeValues(memory, counts)];
  blurAt(memory, values, grid, Math.round(radius), 1);
  memory.run.quotient(values, divisors, map.length, 0, 0);
  return mapAt(memory, values, map.length);
}

function takeValues(memory: PixelMemory, map: Float32Array): number {
  const address = memory.take((map.length + SPARE) * 4);
  memory.floats.set(map, address / 4);
  return address;
}

/** Box blur of the map at an address in the memory of kernels. */
function blurAt(memory: PixelMemory, map: number, { width, height }: Grid, r: number, times: number): void {
  if (r < 1) return;
  // Rows of whole fours, and so are columns, because they become rows in between.
  const [across, down] = [width, height].map((length) => ((length + SPARE) & ~(SPARE - 1)) * 4);
  const [rows, columns] = [memory.take((across * down) / 4), memory.take((across * down) / 4)];
  const scale = 1 / (2 * r + 1);
  const { blurColumns, copyRows } = memory.run;
  copyRows(map, map + width * height * 4, width * 4, rows, across, width * 4);
  for (let n = 0; n < times; n++) {
    blurColumns(rows, columns, width, height, across, down, r, scale);
    blurColumns(columns, rows, height, width, down, across, r, scale);
  }
  copyRows(rows, rows + height * across, across, map, width * 4, width * 4);
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
