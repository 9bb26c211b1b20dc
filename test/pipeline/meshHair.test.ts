import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { prepareSource } from '../../src/pipeline/processors/faceSwapper/sourceTexture';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { asSource, findPhotoFaces } from '../support/swapPhotos';

const [outerEnds, middles] = [
  [70, 300],
  [105, 334],
];

/** Outer halves of brows, each point with the one above it on the forehead. */
const overBrows: readonly Place[] = [
  [63, 104],
  [105, 104],
  [334, 333],
  [293, 333],
];

/** A landmark, or three fifths of the way from one to another. */
type Place = number | readonly [number, number];

/** How much of the light the darkest spot at each place takes away, in what is drawn of a face of a group photo. */
async function darkness(photo: number, face: number, places: readonly Place[]): Promise<number[]> {
  const source = asSource(await findPhotoFaces(await loadRgb(groupPhoto(photo))), face);
  const { levels, light, lightPoints } = prepareSource(source, 'bt709');
  const [{ luma, points, height }] = levels;
  const radius = Math.round(0.025 * height);
  return places.map((place) => {
    const [p, q] = typeof place === 'number' ? [place, place] : place;
    const between = (all: Float32Array, k: number) => 0.4 * all[p * 2 + k] + 0.6 * all[q * 2 + k];
    const [x, y] = [Math.round(between(points, 0)), Math.round(between(points, 1))];
    let darkest = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (dx * dx + dy * dy <= radius * radius)
          darkest = Math.max(darkest, -luma.data[(y + dy) * luma.width + x + dx]);
      }
    }
    const [column, row] = [Math.floor(between(lightPoints, 0)), Math.floor(between(lightPoints, 1))];
    return darkest / light.data[(row * light.width + column) * 2];
  });
}

describe('hair that hangs over brows in a photo', () => {
  it('is not drawn: over their outer ends it came out as hooks beside the eyes', async () => {
    for (const [photo, face] of [
      [5, 0],
      [3, 1],
    ]) {
      const ends = await darkness(photo, face, outerEnds);
      assert.ok(Math.max(...ends) < 0.12, `photo ${photo}: ${ends.map((end) => end.toFixed(2)).join(' ')}`);
    }
  });

  it('is drawn faintly above the brows: it was strands that crossed their ends, and blocks on the forehead', async () => {
    for (const face of [0, 2]) {
      const above = await darkness(5, face, overBrows);
      assert.ok(
        Math.max(...above) < 0.5,
        `face ${face}: ${above.map((value) => value.toFixed(2)).join(' ')}`,
      );
    }
  });

  it('is not drawn where a fringe ends on the forehead: its edges were lines from brow to hair', async () => {
    for (const face of [0, 2]) {
      const lines = await darkness(5, face, [104, 333]);
      assert.ok(Math.max(...lines) < 0.1, `face ${face}: ${lines.map((line) => line.toFixed(2)).join(' ')}`);
    }
  });

  it('is not drawn where it ends on the cheeks: the edge of long hair was a line from eye to jaw', async () => {
    for (const face of [0, 1]) {
      const lines = await darkness(6, face, [50, 280, 352]);
      assert.ok(Math.max(...lines) < 0.12, `face ${face}: ${lines.map((line) => line.toFixed(2)).join(' ')}`);
    }
  });

  it('is not drawn where it hides a brow up to its middle: of dark hair it was a block, of fair hair a brow cut short', async () => {
    const places = [63, 105, 293, 334];
    const dark = await darkness(5, 2, places);
    assert.ok(Math.max(...dark) < 0.35, dark.map((value) => value.toFixed(2)).join(' '));
    const [left, , right] = await darkness(3, 2, places);
    assert.ok(Math.min(left, right) > 0.07, `${left.toFixed(2)} ${right.toFixed(2)}`);
  });

  it('leaves bare brows as they are, to their ends, and the rest of brows it covers', async () => {
    const bare = await darkness(6, 1, [...outerEnds, ...middles]);
    assert.ok(Math.min(...bare) > 0.3, bare.map((value) => value.toFixed(2)).join(' '));
    const [left, right] = await darkness(3, 1, middles);
    assert.ok(left > 0.2 && right > 0.2, `${left.toFixed(2)} ${right.toFixed(2)}`);
  });

  it('is drawn as brows of the other side where that is bare', async () => {
    // Blond curls hang over the brow at the right, up to its middle.
    const [bare, covered] = await darkness(3, 2, middles);
    assert.ok(covered > 0.8 * bare, `${covered.toFixed(2)} for ${bare.toFixed(2)}`);
  });
});
