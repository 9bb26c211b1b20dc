import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Landmarks } from '../../src/pipeline/faces/face';
import type { MeasuredFace } from '../../src/pipeline/faces/landmarker';
import type { RgbImage } from '../../src/pipeline/image/region';
import { distance, squareAroundLandmarks } from '../../src/pipeline/faces/geometry';
import { eyeOutline, partHoles } from '../../src/pipeline/processors/faceSwapper/maskGrid';
import { createMeshSwapper } from '../../src/pipeline/processors/faceSwapper/meshSwapper';
import { brows, eyes, innerLips } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import type { Look } from '../../src/pipeline/processors/faceSwapper/secondLook';
import { blendShape } from '../../src/pipeline/processors/faceSwapper/shape';
import { closeLids } from '../support/closeLids';
import { faceModels } from '../support/faceModels';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { correlation, deviation, eyeOpening } from '../support/quality';
import { asSource, findPhotoFaces, rgbFrame, rgbImage } from '../support/swapPhotos';

/** The face with eyes and lips opened this many times as far. */
function opened(face: Landmarks, times: number): Landmarks {
  const out = face.slice();
  for (const ring of [eyes.left, eyes.right, innerLips]) {
    for (let i = 1; i < ring.length / 2; i++) {
      const pair = [ring[i], ring[ring.length - i]];
      for (const axis of [0, 1]) {
        const middle = (face[pair[0] * 3 + axis] + face[pair[1] * 3 + axis]) / 2;
        for (const p of pair) out[p * 3 + axis] = middle + times * (face[p * 3 + axis] - middle);
      }
    }
  }
  return out;
}

const faceOf = async (photo: number, face: number) =>
  (await findPhotoFaces(await loadRgb(groupPhoto(photo)))).faces[face];

describe('a blink of the target', () => {
  it('closes the lids that are drawn, however far the source opens its eyes and mouth', async () => {
    const target = opened((await faceOf(3, 0)).landmarks, 0.2);
    const { landmarks } = await faceOf(6, 1);
    for (const times of [0.2, 1, 2]) {
      const drawn = blendShape(opened(landmarks, times), target);
      for (const [upper, lower] of [
        [159, 145],
        [386, 374],
        [13, 14],
      ]) {
        const gap = Math.hypot(
          drawn[upper * 2] - drawn[lower * 2],
          drawn[upper * 2 + 1] - drawn[lower * 2 + 1],
        );
        const off = Math.abs(gap - distance(target, upper, lower)) / distance(target, 33, 133);
        assert.ok(
          off < 0.03,
          `${upper}–${lower} opens by ${(100 * off).toFixed(1)} % of an eye's width more`,
        );
      }
    }
  });

  it("lets the lid that stays the target's end below its brow", async () => {
    const { landmarks } = await faceOf(6, 2);
    const reach = (face: Landmarks) => {
      const points = face.filter((_, i) => i % 3 < 2);
      const lid = Math.min(...eyeOutline(points, eyes.left).map(([, y]) => y));
      const brow = Math.max(...brows[0].map((p) => points[p * 2 + 1]));
      const middle = (points[33 * 2 + 1] + points[133 * 2 + 1]) / 2;
      return (middle - lid) / (middle - brow);
    };
    for (const times of [0.1, 0.5, 1]) {
      const share = reach(opened(landmarks, times));
      assert.ok(share > 0.5 && share < 0.9, `${share.toFixed(2)} of the way to the brow`);
    }
  });

  it("leaves the line between closed lips the target's, whichever way the head is tilted", async () => {
    const { landmarks } = await faceOf(3, 1);
    const closed = opened(landmarks, 0);
    for (const angle of [0, 0.6, 3]) {
      const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
      const points = new Float32Array(468 * 2);
      for (let p = 0; p < 468; p++) {
        const [x, y] = [closed[p * 3], closed[p * 3 + 1]];
        points.set([x * cos - y * sin, x * sin + y * cos], p * 2);
      }
      const still: [number, number] = [0, 0];
      const mouth = partHoles(points, [still, still, still], points)[2];
      const width = Math.hypot(mouth[0][0] - mouth[10][0], mouth[0][1] - mouth[10][1]);
      const height = Math.hypot(mouth[5][0] - mouth[15][0], mouth[5][1] - mouth[15][1]) / width;
      assert.ok(height > 0.03 && height < 0.08, `${height.toFixed(3)} of the mouth's width`);
    }
  });

  it('is deeper in the picture where lids were seen to follow too little, and closes as before', async () => {
    const { landmarker } = await faceModels();
    const photo = await loadRgb(groupPhoto(6));
    const open = (await findPhotoFaces(photo)).faces[1];
    const source = asSource(await findPhotoFaces(await loadRgb(groupPhoto(3))), 1);
    const square = squareAroundLandmarks(open.landmarks, 1.5);
    const views: { image: RgbImage; seen: MeasuredFace }[] = [];
    for (const amount of [0, 0.2, 0.4, 0.6, 0.97]) {
      const image = closeLids(photo, open.landmarks, amount);
      views.push({ image, seen: await landmarker.settle(image, { ...open, square }) });
    }
    const neutral = views[2].seen.landmarks;
    /** Eye openings measured in the result once as many frames have been drawn and looked at as teach it something. */
    const results = async (look: Look) => {
      const swapper = createMeshSwapper([source], { look });
      const found: number[] = [];
      for (let n = 0; n < 25; n++) {
        const { image, seen } = views[n % 5];
        const frame = rgbFrame(image);
        frame.index = 10 * n;
        await swapper.process(frame, [{ ...open, ...seen, neutral }]);
        if (n >= 20) found.push(eyeOpening((await landmarker.settle(rgbImage(frame), seen)).landmarks));
      }
      return found;
    };
    const content = await results((_, face) => Promise.resolve(face.landmarks));
    const missing = await results((_, face) => Promise.resolve(opened(face.landmarks, 0.5)));
    const span = (found: number[]) => found[0] - found[3];
    assert.ok(span(missing) > 1.15 * span(content), `${span(missing)} in place of ${span(content)}`);
    assert.ok(missing[4] < content[4] + 0.02, `a closed eye is open by ${missing[4]}, not ${content[4]}`);
  });

  for (const [photo, face, brightness, from] of [
    [3, 0, 0.45, 1],
    [6, 1, 1, 1],
    [3, 1, 1, 1],
  ] as const) {
    it(`is as deep in the result: face ${face} of photo ${photo}, light ${brightness}`, async () => {
      const { landmarker } = await faceModels();
      const source = asSource(await findPhotoFaces(await loadRgb(groupPhoto(photo === 3 ? 6 : 3))), from);
      const lit = await loadRgb(groupPhoto(photo), (picture) => picture.linear(brightness, 0));
      const open = (await findPhotoFaces(lit)).faces[face];
      const swapper = createMeshSwapper([source]);
      const [was, is]: number[][] = [[], []];
      for (const amount of [0, 0.3, 0.7, 0.97, 0.7]) {
        const image = closeLids(lit, open.landmarks, amount);
        const square = squareAroundLandmarks(open.landmarks, 1.5);
        const before = await landmarker.settle(image, { ...open, square });
        const frame = rgbFrame(image);
        await swapper.process(frame, [{ ...open, ...before }]);
        was.push(eyeOpening(before.landmarks));
        is.push(eyeOpening((await landmarker.settle(rgbImage(frame), before)).landmarks));
      }
      const amplitude = deviation(is) / deviation(was);
      assert.ok(correlation(was, is) > 0.95, `follows by ${correlation(was, is).toFixed(3)}`);
      assert.ok(amplitude > 0.8 && amplitude < 1.2, `amplitude ${amplitude.toFixed(2)}`);
    });
  }
});
