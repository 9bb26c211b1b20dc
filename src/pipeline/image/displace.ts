import { upsampleRow, type Grid, type PlaneView } from './grid';

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
  const before = copyOf(plane, left - reachX, top - reachY, right + reachX, bottom + reachY);
  const dx = new Float32Array(right);
  const dy = new Float32Array(right);
  for (let y = top; y < bottom; y++) {
    // Between eyes and mouth nothing moves.
    const above = Math.max(0, Math.min(grid.height - 1, Math.floor((y + 0.5) / stepY - 0.5)));
    const below = Math.min(grid.height - 1, above + 1);
    const last = Math.max(box.last[above], box.last[below]);
    if (last < 0) continue;
    const from = Math.max(left, Math.floor((Math.min(box.first[above], box.first[below]) - 1) * stepX));
    const to = Math.min(right, Math.ceil((last + 2) * stepX));
    upsampleRow(field.x, grid, stepX, stepY, y, dx, from, to);
    upsampleRow(field.y, grid, stepX, stepY, y, dy, from, to);
    for (let x = from; x < to; x++) {
      if (dx[x] === 0 && dy[x] === 0) continue;
      const u = x - dx[x] / subsampling.x - before.x;
      const v = y - dy[x] / subsampling.y - before.y;
      const iu = Math.min(before.width - 2, u < 0 ? 0 : u | 0);
      const iv = Math.min(before.height - 2, v < 0 ? 0 : v | 0);
      const fu = Math.max(0, Math.min(1, u - iu));
      const fv = Math.max(0, Math.min(1, v - iv));
      const p = iv * before.width + iu;
      const q = p + before.width;
      const upper = before.data[p] + (before.data[p + 1] - before.data[p]) * fu;
      const lower = before.data[q] + (before.data[q + 1] - before.data[q]) * fu;
      data[offset + y * stride + x] = upper + (lower - upper) * fv + 0.5;
    }
  }
}

/** The part of a rectangle that lies in the plane, without gaps between its rows. */
function copyOf(plane: PlaneView, left: number, top: number, right: number, bottom: number) {
  const x = Math.max(0, left);
  const y = Math.max(0, top);
  const width = Math.min(plane.width, right) - x;
  const height = Math.min(plane.height, bottom) - y;
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = plane.offset + (y + row) * plane.stride + x;
    data.set(plane.data.subarray(from, from + width), row * width);
  }
  return { data, x, y, width, height };
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
