import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Grid } from '../../src/pipeline/image/grid';
import { broadLight, rimOf } from '../../src/pipeline/processors/faceSwapper/broadLight';

const SIZE = 100;
const grid: Grid = { width: 120, height: 120, step: 1 };
const RADIUS = 45;

/** A map by the distance from the middle of a round face. */
const byDistance = (value: (distance: number) => number) =>
  Float32Array.from({ length: grid.width * grid.height }, (_, i) =>
    value(Math.hypot((i % grid.width) - 60, Math.floor(i / grid.width) - 60)),
  );

it('follows a highlight along the rim of a face, or a dark line would lie between it and what is drawn', () => {
  const face = byDistance((distance) => (distance < RADIUS ? 1 : 0));
  const y = byDistance((distance) => 100 + 60 * Math.exp(-(((distance - RADIUS) / 4) ** 2)));
  const grey = byDistance(() => 128);
  const light = broadLight({ y, cb: grey, cr: grey }, face, rimOf(face, grid, SIZE), grid, SIZE);
  for (let distance = RADIUS - 4; distance < RADIUS; distance++) {
    const cell = 60 * grid.width + 60 + distance;
    const missing = Math.abs(light.y[cell] - y[cell]);
    assert.ok(missing < 16, `${RADIUS - distance} cells inside: ${missing.toFixed(1)}`);
  }
});
