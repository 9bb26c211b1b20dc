import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Grid } from '../../src/pipeline/image/grid';
import { countPatchesAsLight } from '../../src/pipeline/processors/faceSwapper/patches';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { findPhotoFaces } from '../support/swapPhotos';

const SIZE = 100;
const LIGHT = 150;
const grid: Grid = { width: 140, height: 140, step: 1 };
const map = (value: number) => new Float32Array(grid.width * grid.height).fill(value);
/** Landmarks of a real face, 100 cells high. */
let points: Float32Array;

before(async () => {
  const { landmarks } = (await findPhotoFaces(await loadRgb(groupPhoto(3)))).faces[0];
  const height = Math.hypot(
    landmarks[10 * 3] - landmarks[152 * 3],
    landmarks[10 * 3 + 1] - landmarks[152 * 3 + 1],
  );
  points = new Float32Array(468 * 2).map((_, i) => {
    const at = (p: number) => landmarks[p * 3 + (i % 2)];
    return 70 + ((at(i >> 1) - at(4)) * SIZE) / height;
  });
});

/** How dark a spot is drawn, by the light, that is `dark` in the photo and so many cells wide. */
function drawn(point: number, dark: number, width: number, bare = map(1)): number {
  const [x, y] = [Math.floor(points[point * 2]), Math.floor(points[point * 2 + 1])];
  const luma = map(LIGHT).map((value, i) => {
    const distance = Math.hypot((i % grid.width) - x, Math.floor(i / grid.width) - y);
    return distance < width / 2 ? value * (1 - dark) : value;
  });
  const light = map(LIGHT);
  countPatchesAsLight(light, luma, bare, grid, points, SIZE);
  const at = y * grid.width + x;
  return (light[at] - luma[at]) / LIGHT;
}

describe("dark patches of a photo's face", () => {
  it('on cheeks are drawn more faintly: they were stains on skin lit evenly', () => {
    for (const cheek of [123, 352, 50, 280])
      assert.ok(drawn(cheek, 0.12, 12) < 0.1, `${cheek}: ${drawn(cheek, 0.12, 12).toFixed(2)}`);
  });

  it('are drawn as they are where they are faint, broad, or narrow as a mole', () => {
    for (const [dark, width] of [
      [0.03, 12],
      [0.1, 60],
      [0.1, 2],
    ])
      assert.ok(drawn(123, dark, width) > 0.8 * dark, `${width}: ${drawn(123, dark, width).toFixed(3)}`);
  });

  it('are drawn as they are on forehead, brows, nose, lips and chin, and where there is no skin', () => {
    for (const point of [151, 105, 334, 4, 17, 199])
      assert.ok(Math.abs(drawn(point, 0.12, 12) - 0.12) < 0.005, `${point}`);
    assert.ok(Math.abs(drawn(123, 0.12, 12, map(0)) - 0.12) < 0.005);
  });
});
