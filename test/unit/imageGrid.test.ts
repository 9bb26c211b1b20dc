import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { boxBlur, cells, fillPolygon, softPolygon, type Grid } from '../../src/pipeline/image/grid';

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
