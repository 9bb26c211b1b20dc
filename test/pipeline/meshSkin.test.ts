import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Grid } from '../../src/pipeline/image/grid';
import { skinMap } from '../../src/pipeline/processors/faceSwapper/skin';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { findPhotoFaces } from '../support/swapPhotos';

const SIZE = 100;
const grid: Grid = { width: 140, height: 140, step: 1 };
const SKIN = { y: 160, cb: 112, cr: 148 };
/** Landmarks of a real face, 100 cells high. */
let points: Float32Array;

before(async () => {
  const { landmarks } = (await findPhotoFaces(await loadRgb(groupPhoto(6)))).faces[1];
  const at = (p: number, k: number) => landmarks[p * 3 + k];
  const height = Math.hypot(at(10, 0) - at(152, 0), at(10, 1) - at(152, 1));
  points = Float32Array.from({ length: 468 * 2 }, (_, i) => {
    const [p, k] = [i >> 1, i & 1];
    return 70 + ((at(p, k) - at(4, k)) * SIZE) / height;
  });
});

/** How much of the place at a landmark is skin when all is skin but for what is dark up to `reach` cells beside it. */
const skinAt = (landmark: number, reach: number) =>
  skinBetween([landmark, landmark], reach, [-Math.max(8, reach), Math.max(8, reach)]);

/** The same between two landmarks, with what is dark from one row to another, seen from there. */
function skinBetween([p, q]: readonly number[], reach: number, rows: readonly number[]): number {
  const [x, y] = [0, 1].map((k) => Math.floor((points[p * 2 + k] + points[q * 2 + k]) / 2));
  const map = (value: number) => new Float32Array(grid.width * grid.height).fill(value);
  const colours = { y: map(SKIN.y), cb: map(SKIN.cb), cr: map(SKIN.cr) };
  for (let i = 0; i < colours.y.length; i++) {
    const [beside, below] = [(i % grid.width) - x, Math.floor(i / grid.width) - y];
    if (Math.abs(beside) <= reach && below >= rows[0] && below <= rows[1]) colours.y[i] = 40;
  }
  return skinMap(colours, grid, points, SIZE)[y * grid.width + x];
}

describe('where a face shows skin', () => {
  it('are its smile folds and lines beside its brows: left the target, they were black lines and spots', () => {
    for (const line of [212, 432, 216, 436, 124, 353])
      assert.ok(skinAt(line, 1) > 0.95, `${line}: ${skinAt(line, 1).toFixed(2)}`);
  });

  it('is no hand and no hair, in the same places', () => {
    for (const place of [212, 432, 216, 436, 124, 353])
      assert.ok(skinAt(place, 16) < 0.3, `${place}: ${skinAt(place, 16).toFixed(2)}`);
  });

  const browEnds = [
    [70, 53],
    [300, 283],
  ];

  it('is no outer end of a brow that hair hangs across, or skin would be drawn over the hair', () => {
    const shares = browEnds.map((end) => skinBetween(end, 14, [-30, 30]));
    assert.ok(Math.max(...shares) < 0.3, shares.map((share) => share.toFixed(2)).join(' '));
  });

  it("is one where hair ends above it, or the target's brow would be left beside the other one", () => {
    const shares = browEnds.map((end) => skinBetween(end, 14, [-30, -2]));
    assert.ok(Math.min(...shares) > 0.95, shares.map((share) => share.toFixed(2)).join(' '));
  });

  it('is no strand of hair elsewhere', () => {
    for (const place of [50, 280, 67, 297])
      assert.ok(skinAt(place, 1) < 0.3, `${place}: ${skinAt(place, 1).toFixed(2)}`);
  });
});
