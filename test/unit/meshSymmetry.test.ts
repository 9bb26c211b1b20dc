import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Grid } from '../../src/pipeline/image/grid';
import type { Texture } from '../../src/pipeline/image/warpMesh';
import { opposite, triangles } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import {
  distrustDarkSide,
  evenOut,
  fuseSides,
  mirrored,
  ownShare,
} from '../../src/pipeline/processors/faceSwapper/symmetry';

const grid: Grid = { width: 40, height: 10, step: 2 };
const isLeft = (i: number, width: number) => i % width < width / 2;
const map = (value: (i: number) => number) => Float32Array.from({ length: 400 }, (_, i) => value(i));
const texture = (value: (i: number) => number): Texture => ({
  data: Float32Array.from({ length: 80 * 20 }, (_, i) => value(i)),
  width: 80,
  height: 20,
  channels: 1,
});
const none = map(() => 0);

describe('the two sides of a face', () => {
  test('mirror each other point by point and nearly all triangles', () => {
    assert.equal(opposite.length, 468);
    for (const [p, other] of opposite.entries()) assert.equal(opposite[other], p);
    for (const [left, right] of [
      [33, 263],
      [159, 386],
      [61, 291],
      [234, 454],
      [1, 1],
    ])
      assert.equal(opposite[left], right);
    const name = (corners: number[]) => corners.sort((a, b) => a - b).join();
    const corners = Array.from({ length: 852 }, (_, t) => [...triangles.subarray(t * 3, t * 3 + 3)]);
    const known = new Set(corners.map(name));
    const alone = corners.filter((t) => !known.has(name(t.map((p) => opposite[p]))));
    assert.ok(alone.length < 20, `${alone.length} triangles have no other side`);
  });

  test('a side that is hidden is taken from the other, one that is seen is its own', () => {
    const left = ownShare(
      map((i) => (isLeft(i, 40) ? 0 : 1)),
      grid,
      40,
    );
    const both = ownShare(
      map(() => 1),
      grid,
      40,
    );
    const middle = 5 * 40;
    assert.ok(left[middle + 5] < 0.05 && left[middle + 34] > 0.95, `${left[middle + 5]}`);
    assert.ok(both[middle + 5] > 0.95);
    const face = texture((i) => (isLeft(i, 80) ? 10 : 20));
    fuseSides(face, left, grid);
    assert.ok(Math.abs(face.data[10 * 80 + 8] - 20) < 0.5);
    assert.ok(Math.abs(face.data[10 * 80 + 71] - 20) < 0.5);
  });

  test('what is much darker than the other side is not trusted, features and both dark sides are', () => {
    const light = map(() => 100);
    const luma = map((i) => (isLeft(i, 40) ? -30 : 0));
    const trust = (features: Float32Array, detail = luma, eyeLine = 10) => {
      const shown = map(() => 1);
      distrustDarkSide(shown, detail, light, features, 40, eyeLine);
      return shown[5 * 40 + 5];
    };
    assert.equal(trust(none), 0);
    assert.equal(trust(map(() => 1)), 1);
    assert.equal(
      trust(
        none,
        map(() => -30),
      ),
      1,
    );
    // Below the eyes as much is a face's own shape; hair is darker yet.
    assert.ok(trust(none, luma, 0) > 0.8);
    assert.equal(
      trust(
        none,
        map((i) => (isLeft(i, 40) ? -60 : 0)),
        0,
      ),
      0,
    );
  });

  test('light from one side is evened out but for features, and what is alike stays', () => {
    const face = texture((i) => (isLeft(i, 80) ? 10 : -10));
    evenOut(face, 0, none, grid, 1);
    const at = 10 * 80 + 8;
    assert.ok(Math.abs(face.data[at]) < 3 && face.data[at] > 0, `${face.data[at]}`);
    assert.ok(Math.abs(face.data[at] + face.data[mirrored(at, 80)]) < 0.01);
    const alike = texture(() => 7);
    evenOut(alike, 0, none, grid, 1);
    assert.ok(Math.abs(alike.data[at] - 7) < 1e-4);
    const features = texture((i) => (isLeft(i, 80) ? 10 : -10));
    evenOut(
      features,
      0,
      map(() => 1),
      grid,
      1,
    );
    assert.equal(features.data[at], 10);
  });
});
