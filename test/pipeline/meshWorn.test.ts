import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TrackedFace } from '../../src/pipeline/faces/face';
import type { Frame } from '../../src/pipeline/image/frame';
import { createMeshSwapper } from '../../src/pipeline/processors/faceSwapper/meshSwapper';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { asSource, findPhotoFaces, rgbFrame, type PhotoWithFaces } from '../support/swapPhotos';
import { wearing } from '../support/wearing';

/** Where a line of the rims and the moustache lie. */
const PLACES = { glasses: [6], moustache: [164] } as const;
const DARK = 80;

let [bare, other]: PhotoWithFaces[] = [];

before(async () => {
  bare = await findPhotoFaces(await loadRgb(groupPhoto(6)));
  other = await findPhotoFaces(await loadRgb(groupPhoto(3)));
});

/** The darkest value of a small square around each place of the target after the swap. */
async function darkest(target: PhotoWithFaces, source: PhotoWithFaces, places: readonly number[]) {
  const frame = rgbFrame(target.image);
  const [face] = target.faces;
  await createMeshSwapper([asSource(source)]).process(frame, [face]);
  const { width } = frame.format;
  return places.map((p) => {
    const [x, y] = [Math.round(face.landmarks[p * 3]), Math.round(face.landmarks[p * 3 + 1])];
    let value = 255;
    for (let dy = -3; dy <= 3; dy++)
      for (let dx = -3; dx <= 3; dx++) value = Math.min(value, frame.planes[1][(y + dy) * width + x + dx]);
    return value;
  });
}

for (const what of ['glasses', 'moustache'] as const) {
  describe(what, () => {
    it('stay the target’s, whole', async () => {
      const image = await wearing(what, bare.image, bare.faces[0]);
      const values = await darkest({ image, faces: bare.faces }, other, PLACES[what]);
      assert.ok(Math.max(...values) < DARK, values.join(' '));
    });

    it('are not drawn of the source', async () => {
      const image = await wearing(what, other.image, other.faces[0]);
      const [drawn, without] = await Promise.all(
        [image, other.image].map((one) => darkest(bare, { image: one, faces: other.faces }, PLACES[what])),
      );
      drawn.forEach((value, i) => assert.ok(value > 0.65 * without[i], `${value} for ${without[i]}`));
    });
  });
}

describe('wire glasses', () => {
  /** The darkest of the lower rims of a face after the swap. */
  const rims = async (target: PhotoWithFaces, source: PhotoWithFaces) => {
    const frame = rgbFrame(target.image);
    const [face] = target.faces;
    if (source !== target) await createMeshSwapper([asSource(source)]).process(frame, [face]);
    const at = (p: number, k: number) => face.landmarks[p * 3 + k];
    const apart = Math.hypot(at(33, 0) - at(263, 0), at(33, 1) - at(263, 1));
    return [
      [33, 133],
      [362, 263],
    ].map(([a, b]) => {
      const x = Math.round((at(a, 0) + at(b, 0)) / 2);
      const y = Math.round((at(a, 1) + at(b, 1)) / 2 + 0.19 * apart);
      return Math.min(...[-2, -1, 0, 1, 2].map((dy) => frame.planes[1][(y + dy) * frame.format.width + x]));
    });
  };

  it('stay the target’s, down to the rims below the eyes', async () => {
    const image = await wearing('wire', bare.image, bare.faces[0]);
    const target = { image, faces: bare.faces };
    const [before, after] = [await rims(target, target), await rims(target, other)];
    after.forEach((value, i) => assert.ok(value < before[i] + 15, `${value} for ${before[i]}`));
  });

  it('are not drawn of the source', async () => {
    const image = await wearing('wire', other.image, other.faces[0]);
    const [drawn, without] = [await rims(bare, { image, faces: other.faces }), await rims(bare, other)];
    drawn.forEach((value, i) => assert.ok(value > without[i] - 15, `${value} for ${without[i]}`));
  });
});

describe('a grey beard', () => {
  it('stays the target’s, though it has the colour of skin: half of it was smeared', async () => {
    const image = await wearing('beard', bare.image, bare.faces[0]);
    const frame = rgbFrame(image);
    const before = rgbFrame(image);
    await createMeshSwapper([asSource(other)]).process(frame, [bare.faces[0]]);
    const kept = contrast(frame, bare.faces[0]) / contrast(before, bare.faces[0]);
    assert.ok(kept > 0.8, kept.toFixed(2));
  });
});

/** How much the green of a square in the middle of the chin varies. */
function contrast(frame: Frame, { landmarks }: TrackedFace): number {
  const [x, y] = [0, 1].map((k) => Math.round(landmarks[199 * 3 + k]));
  const values: number[] = [];
  for (let dy = -8; dy <= 8; dy++)
    for (let dx = -8; dx <= 8; dx++) values.push(frame.planes[1][(y + dy) * frame.format.width + x + dx]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
