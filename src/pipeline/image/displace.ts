import type { Affine } from './affine';
import { takeRows } from './byteRows';
import type { Grid, PlaneView } from './grid';
import { pixelMemory, SPARE, type PixelMemory } from './kernels/pixelMemory';
import { BORDER, fillBorder, sampleMap, takeMap, takeRaster, widenInto, type FloatRaster } from './raster';

/** How far pixels move, in pixels of the full picture per cell of a grid. */
export interface Displacement {
  x: Float32Array;
  y: Float32Array;
}

/**
 * Moves the pixels of a plane in place, bilinear: what lay at p − d(p) comes to lie at p. Pixels whose displacement is
 * zero keep their value exactly.
 * @param subsampling plane samples per pixel of the full picture are 1/`x`, 1/`y`
 */
export function displace(
  plane: PlaneView,
  grid: Grid,
  field: Displacement,
  subsampling: { x: number; y: number },
): void {
  const box = movingBox(grid, field);
  if (!box) return;
  const { data, offset, stride, width, height } = plane;
  const stepX = grid.step / subsampling.x;
  const stepY = grid.step / subsampling.y;
  const left = Math.max(0, Math.floor((box.left - 1) * stepX));
  const right = Math.min(width, Math.ceil((box.right + 2) * stepX));
  const top = Math.max(0, Math.floor((box.top - 1) * stepY));
  const bottom = Math.min(height, Math.ceil((box.bottom + 2) * stepY));
  const reachX = Math.ceil(box.reach / subsampling.x) + 1;
  const reachY = Math.ceil(box.reach / subsampling.y) + 1;
  const memory = pixelMemory();
  const before = copyOf(memory, plane, left - reachX, top - reachY, right + reachX, bottom + reachY);
  const dx = takeMap(memory, grid, { map: field.x, factor: 1, plus: 0 }, right - left);
  const dy = takeMap(memory, grid, { map: field.y, factor: 1, plus: 0 }, right - left);
  const line = memory.take(right - left + SPARE);
  const toGrid: Affine = [1 / stepX, 0, 0.5 / stepX - 0.5, 0, 1 / stepY, 0.5 / stepY - 0.5];
  const { raster, x: beforeX, y: beforeY } = before;
  for (let y = top; y < bottom; y++) {
    // Between eyes and mouth nothing moves.
    const above = Math.max(0, Math.min(grid.height - 1, Math.floor((y + 0.5) / stepY - 0.5)));
    const below = Math.min(grid.height - 1, above + 1);
    const last = Math.max(box.last[above], box.last[below]);
    if (last < 0) continue;
    const from = Math.max(left, Math.floor((Math.min(box.first[above], box.first[below]) - 1) * stepX));
    const count = Math.min(right, Math.ceil((last + 2) * stepX)) - from;
    sampleMap(memory, dx, count, toGrid, y, from);
    sampleMap(memory, dy, count, toGrid, y, from);
    memory.run.displaceRow(
      line,
      count,
      dx.row,
      dy.row,
      raster.address,
      raster.width + BORDER,
      from - beforeX + 1,
      y - beforeY + 1,
      1 / subsampling.x,
      1 / subsampling.y,
      raster.width + 1,
      raster.height + 1,
    );
    data.set(memory.bytes.subarray(line, line + count), offset + y * stride + from);
  }
}

/** The part of a rectangle that lies in the plane, with its border. */
function copyOf(
  memory: PixelMemory,
  plane: PlaneView,
  left: number,
  top: number,
  right: number,
  bottom: number,
): { raster: FloatRaster; x: number; y: number } {
  const x = Math.max(0, left);
  const y = Math.max(0, top);
  const width = Math.min(plane.width, right) - x;
  const height = Math.min(plane.height, bottom) - y;
  const raster = takeRaster(memory, width, height);
  const from = plane.offset + y * plane.stride + x;
  widenInto(memory, raster, takeRows(memory, plane.data, from, plane.stride, width, height));
  fillBorder(memory, raster);
  return { raster, x, y };
}

/** Cells that move, in all and in every row, and the longest way along an axis; undefined when nothing moves. */
function movingBox({ width, height }: Grid, { x, y }: Displacement) {
  const box = { left: width, right: -1, top: height, bottom: -1, reach: 0 };
  const first = new Int32Array(height).fill(width);
  const last = new Int32Array(height).fill(-1);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      if (x[i] === 0 && y[i] === 0) continue;
      box.left = Math.min(box.left, column);
      box.right = Math.max(box.right, column);
      first[row] = Math.min(first[row], column);
      last[row] = column;
      box.top = Math.min(box.top, row);
      box.bottom = row;
      box.reach = Math.max(box.reach, Math.abs(x[i]), Math.abs(y[i]));
    }
  }
  return box.right < 0 ? undefined : { ...box, first, last };
}
