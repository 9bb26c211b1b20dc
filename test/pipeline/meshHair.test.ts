import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { prepareSource } from '../../src/pipeline/processors/faceSwapper/sourceTexture';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { asSource, findPhotoFaces } from '../support/swapPhotos';

const [outerEnds, middles] = [
  [70, 300],
  [105, 334],
];

/** How much of the light the darkest spot at each landmark takes away, in what is drawn of a face of a group photo. */
async function darkness(photo: number, face: number, landmarks: readonly number[]): Promise<number[]> {
  const source = asSource(await findPhotoFaces(await loadRgb(groupPhoto(photo))), face);
  const { levels, light, lightPoints } = prepareSource(source, 'bt709');
  const [{ luma, points, height }] = levels;
  const radius = Math.round(0.025 * height);
  return landmarks.map((p) => {
    const [x, y] = [Math.round(points[p * 2]), Math.round(points[p * 2 + 1])];
    let darkest = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (dx * dx + dy * dy <= radius * radius)
          darkest = Math.max(darkest, -luma.data[(y + dy) * luma.width + x + dx]);
      }
    }
    const [column, row] = [Math.floor(lightPoints[p * 2]), Math.floor(lightPoints[p * 2 + 1])];
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
