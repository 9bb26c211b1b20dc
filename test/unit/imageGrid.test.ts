import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  averageDown,
  boxBlur,
  cells,
  fillPolygon,
  softPolygon,
  type Grid,
} from '../../src/pipeline/image/grid';

const grid: Grid = { width: 31, height: 23, step: 1 };

/** Mean of the square around a cell; beyond the edges counts as 0. */
function plainBlur(map: Float32Array, { width, height }: Grid, r: number): Float32Array {
  return map.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let sum = 0;
    for (let v = Math.max(0, y - r); v <= Math.min(height - 1, y + r); v++)
      for (let u = Math.max(0, x - r); u <= Math.min(width - 1, x + r); u++) sum += map[v * width + u];
    return sum / (2 * r + 1) ** 2;
  });
}

describe('maps on a grid', () => {
  test('are blurred by the mean around each cell, narrow grids and wide radii included', () => {
    for (const [width, height, radius] of [
      [31, 23, 3],
      [5, 23, 7],
      [31, 2, 4],
    ]) {
      const small = { width, height, step: 1 };
      const map = Float32Array.from({ length: cells(small) }, (_, i) => (i * 37) % 101);
      const wanted = plainBlur(map, small, radius);
      boxBlur(map, small, radius, 1);
      map.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-3, `cell ${i}`));
    }
  });

  test('hold the mean of the samples under every cell, at least one, whatever the step', () => {
    const data = Uint8Array.from({ length: 90 * 60 }, (_, i) => (i * 89) % 256);
    for (const [step, width, height] of [
      [4, 50, 31],
      [2.5, 33, 40],
      [0.5, 20, 9],
    ]) {
      const plane = { data, offset: 95, stride: 90, width, height };
      const small = { width: Math.ceil(width / step), height: Math.ceil(height / step), step: 1 };
      const means = averageDown(plane, small, step, step);
      means.forEach((value, i) => {
        const first = (cell: number, size: number) => Math.min(size - 1, Math.floor(cell * step));
        const [x0, y0] = [first(i % small.width, width), first(Math.floor(i / small.width), height)];
        const end = (cell: number, from: number, size: number) =>
          Math.max(from + 1, Math.min(size, Math.floor((cell + 1) * step)));
        const [x1, y1] = [end(i % small.width, x0, width), end(Math.floor(i / small.width), y0, height)];
        let [sum, count] = [0, 0];
        for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++, count++) sum += data[95 + y * 90 + x];
        assert.ok(Math.abs(value - sum / count) < 1e-4, `step ${step}, cell ${i}`);
      });
    }
  });

  test('a soft polygon is the same on its part of the grid as on all of it, cut by edges too', () => {
    for (const [x, y] of [
      [15, 11],
      [1, 1],
      [30, 22],
      [-20, 5],
    ]) {
      const polygon: [number, number][] = [
        [x - 3.3, y - 2.1],
        [x + 4.2, y - 1],
        [x + 1, y + 3.7],
      ];
      const whole = new Float32Array(cells(grid));
      fillPolygon(whole, grid, polygon);
      boxBlur(whole, grid, 2, 2);
      const patch = softPolygon(grid, polygon, 2, 2);
      const spread = new Float32Array(cells(grid));
      patch.map.forEach((value, i) => {
        const row = patch.y + Math.floor(i / patch.width);
        spread[row * grid.width + patch.x + (i % patch.width)] = value;
      });
      spread.forEach((value, i) => assert.ok(Math.abs(value - whole[i]) < 1e-6, `cell ${i}`));
    }
  });
});
