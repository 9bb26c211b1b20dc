import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { displace } from '../../src/pipeline/image/displace';
import { cells, type Grid, type PlaneView } from '../../src/pipeline/image/grid';

/** 40 × 40 samples in a larger plane; one cell holds 4 × 4 pixels. */
const grid: Grid = { width: 10, height: 10, step: 4 };
const [stride, offset, side] = [64, 130, 40];

function ramp(): PlaneView {
  const data = new Uint8Array(64 * 64);
  for (let i = 0; i < data.length; i++) data[i] = 2 * (i % 64) + Math.floor(i / 64);
  return { data, offset, stride, width: side, height: side };
}

function field(dx: number, dy: number, within: (column: number, row: number) => boolean) {
  const map = (value: number) =>
    Float32Array.from({ length: cells(grid) }, (_, i) => (within(i % 10, Math.floor(i / 10)) ? value : 0));
  return { x: map(dx), y: map(dy) };
}

const at = ({ data }: PlaneView, x: number, y: number) => data[offset + y * stride + x];

describe('displacing a plane', () => {
  test('brings what lay at p − d to p, by parts of a pixel too', () => {
    const plane = ramp();
    const before = ramp();
    displace(
      plane,
      grid,
      field(3, -2, () => true),
      { x: 1, y: 1 },
    );
    assert.equal(at(plane, 20, 20), at(before, 17, 22));
    const half = ramp();
    displace(
      half,
      grid,
      field(0.5, 0, () => true),
      { x: 1, y: 1 },
    );
    assert.equal(at(half, 20, 20), at(before, 20, 20) - 1);
  });

  test('moves a subsampled plane by its share', () => {
    const plane = ramp();
    const coarse: Grid = { ...grid, step: 8 };
    displace(
      plane,
      coarse,
      field(4, 6, () => true),
      { x: 2, y: 2 },
    );
    assert.equal(at(plane, 20, 20), at(ramp(), 18, 17));
  });

  test('leaves every sample alone that does not move, in and around the view', () => {
    const plane = ramp();
    const before = ramp();
    displace(
      plane,
      grid,
      field(2, 2, (column, row) => column === 5 && row === 5),
      { x: 1, y: 1 },
    );
    const changed: [number, number][] = [];
    plane.data.forEach((value, i) => {
      const [x, y] = [(i - offset) % stride, Math.floor((i - offset) / stride)];
      if (value !== before.data[i]) changed.push([x, y]);
    });
    assert.ok(changed.length > 30);
    assert.ok(changed.every(([x, y]) => x >= 18 && x <= 25 && y >= 18 && y <= 25));
    const still = ramp();
    displace(
      still,
      grid,
      field(0, 0, () => true),
      { x: 1, y: 1 },
    );
    assert.deepEqual(still.data, before.data);
  });
});
