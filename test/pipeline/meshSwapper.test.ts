import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TrackedFace } from '../../src/pipeline/faces/face';
import type { Frame } from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';
import { createMeshSwapper } from '../../src/pipeline/processors/faceSwapper/meshSwapper';
import { brows, eyes, faceOval, innerLips } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import { faceModels } from '../support/faceModels';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { clipFormat, filmPhoto, project, type View } from '../support/movingPhoto';
import {
  asSource,
  copyFrame,
  difference,
  findPhotoFaces,
  pixelsInside,
  rgbFrame,
  rgbImage,
  type PhotoWithFaces,
} from '../support/swapPhotos';

let source: PhotoWithFaces;
let target: PhotoWithFaces;
before(async () => {
  source = await findPhotoFaces(await loadRgb(groupPhoto(5)));
  target = await findPhotoFaces(await loadRgb(groupPhoto(3)));
});

async function swap(frame: Frame, faces: readonly TrackedFace[], from = asSource(source)): Promise<Frame> {
  const out = copyFrame(frame);
  const swapper = createMeshSwapper([from]);
  await swapper.process(out, faces);
  await swapper.close();
  return out;
}

/** A face of the photo seen by a camera. */
function filmed(face: TrackedFace, view: View): TrackedFace {
  const landmarks = face.landmarks.slice();
  for (let i = 0; i < landmarks.length; i += 3) {
    [landmarks[i], landmarks[i + 1]] = project(view, face.landmarks[i], face.landmarks[i + 1]);
    landmarks[i + 2] *= view.zoom ?? 1;
  }
  return { ...face, landmarks };
}

/** The part of a photo, and its faces, moved along. */
function cut({ image, faces }: PhotoWithFaces, x: number, y: number, width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  const moved = faces.map((face) => {
    const landmarks = face.landmarks.map((value, i) =>
      i % 3 === 0 ? value - x : i % 3 === 1 ? value - y : value,
    );
    return { ...face, landmarks };
  });
  return { image: { width, height, data } satisfies RgbImage, faces: moved };
}

/** Of the pixels where they were and up to some pixels away, wherever they are found again best, to a quarter of a pixel. */
function leastDifference(frame: Frame, result: Frame, pixels: readonly number[]): number {
  const { width } = frame.format;
  const [was, is] = [frame.planes[0], result.planes[0]];
  const difference = ([dx, dy, partX, partY]: readonly number[]) => {
    let sum = 0;
    for (const at of pixels) {
      const row = (from: number) => was[from] + partX * (was[from + 1] - was[from]);
      const seen = row(at) + partY * (row(at + width) - row(at));
      sum += Math.abs(is[at + dy * width + dx] - seen);
    }
    return sum / pixels.length;
  };
  const best = (moves: readonly number[][]) => {
    const found = moves.map(difference);
    return { move: moves[found.indexOf(Math.min(...found))], least: Math.min(...found) };
  };
  const steps = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
  const quarters = [0, 0.25, 0.5, 0.75];
  const [x, y] = best(steps.flatMap((dx) => steps.map((dy) => [dx, dy, 0, 0]))).move;
  const near = (whole: number) => [0, 1].flatMap((more) => quarters.map((part) => [whole + more, part]));
  return best(near(x).flatMap(([dx, px]) => near(y).map(([dy, py]) => [dx, dy, px, py]))).least;
}

const changed = (a: Uint8Array, b: Uint8Array) => a.reduce((n, value, i) => n + (value === b[i] ? 0 : 1), 0);

describe('the mesh face_swapper', () => {
  it('makes every face of a group photo more like the source', async () => {
    const { recognizer } = await faceModels();
    const wanted = await recognizer.identify(source.image, source.faces[0]);
    const frame = rgbFrame(target.image);
    const result = rgbImage(await swap(frame, target.faces));
    for (const face of target.faces) {
      const similarity = async (image: RgbImage) => {
        const { embedding } = await recognizer.identify(image, face);
        return embedding.reduce((sum, value, i) => sum + value * wanted.embedding[i], 0);
      };
      const [was, is] = [await similarity(target.image), await similarity(result)];
      assert.ok(is > was + 0.08, `similarity to the source ${was.toFixed(3)} → ${is.toFixed(3)}`);
    }
  });

  it('keeps gaze and teeth of the target, which move with the shape of the face', async () => {
    const frame = rgbFrame(target.image);
    // One over whose brows no hair hangs, because little of the face is drawn where the photo shows hair.
    const result = await swap(frame, target.faces, asSource(source, 1));
    for (const face of target.faces) {
      const all = leastDifference(frame, result, pixelsInside(face, faceOval, frame));
      for (const hole of [eyes.left, eyes.right]) {
        const eye = leastDifference(frame, result, pixelsInside(face, hole, frame));
        assert.ok(eye < 3 && eye < all / 4, `eye changes by ${eye.toFixed(2)}, face by ${all.toFixed(2)}`);
      }
    }
    const [laughing] = target.faces.filter(
      ({ landmarks: p }) => Math.hypot(p[13 * 3] - p[14 * 3], p[13 * 3 + 1] - p[14 * 3 + 1]) > 8,
    );
    const teeth = leastDifference(frame, result, pixelsInside(laughing, innerLips, frame));
    assert.ok(teeth < 5, `teeth change by ${teeth.toFixed(2)}`);
  });

  it('touches nothing outside the face, in RGB and in 4:2:0', async () => {
    const view = { x: target.faces[0].box.x + 110, y: target.faces[0].box.y + 130, zoom: 1.3 };
    const film = filmPhoto(target.image, view, 0, clipFormat);
    const cases: [Frame, TrackedFace][] = [
      [rgbFrame(target.image), target.faces[0]],
      [film, filmed(target.faces[0], view)],
    ];
    for (const [frame, face] of cases) {
      const result = await swap(frame, [face]);
      const { width } = frame.format;
      const inside = new Set(pixelsInside(face, faceOval, frame));
      const outside = result.planes[0].filter((value, i) => !inside.has(i) && value !== frame.planes[0][i]);
      assert.equal(outside.length, 0);
      assert.ok(changed(frame.planes[0], result.planes[0]) > inside.size / 2);
      if (frame.format.sampling === 'rgb') continue;
      // A chroma sample may change only where one of the four pixels it colours lies inside the face.
      result.planes[1].forEach((value, i) => {
        const x = 2 * (i % (width / 2));
        const y = 2 * Math.floor(i / (width / 2));
        if (value === frame.planes[1][i]) return;
        const corners = [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1];
        assert.ok(
          corners.some((p) => inside.has(p)),
          `chroma at ${x}, ${y} changed`,
        );
      });
    }
  });

  it('changes nothing at strength 0 and little at a low one', async () => {
    const frame = rgbFrame(target.image);
    const [face] = target.faces;
    const none = await swap(frame, [{ ...face, strength: 0 }]);
    assert.deepEqual(none.data, frame.data);
    const pixels = pixelsInside(face, faceOval, frame);
    const little = difference(frame, await swap(frame, [{ ...face, strength: 0.1 }]), pixels);
    const full = difference(frame, await swap(frame, [face]), pixels);
    assert.ok(little > 0 && little < 0.2 * full, `${little.toFixed(2)} of ${full.toFixed(2)}`);
  });

  it('gives the same pixels again, whatever it swapped before', async () => {
    const frame = rgbFrame(target.image);
    const [first, second] = target.faces;
    const swapper = createMeshSwapper([asSource(source)]);
    await swapper.process(copyFrame(frame), [second]);
    const used = copyFrame(frame);
    await swapper.process(used, [first]);
    assert.deepEqual(used.data, (await swap(frame, [first])).data);
  });

  it('hardly changes a face swapped with itself', async () => {
    const frame = rgbFrame(source.image);
    const result = await swap(frame, [source.faces[0]]);
    const pixels = pixelsInside(source.faces[0], faceOval, frame);
    const squares = pixels.reduce((sum, p) => sum + (frame.planes[1][p] - result.planes[1][p]) ** 2, 0);
    const psnr = 10 * Math.log10((255 * 255 * pixels.length) / squares);
    assert.ok(psnr > 28, `${psnr.toFixed(1)} dB`);
  });

  it("takes on the target's light", async () => {
    const dim = { ...target.image, data: target.image.data.map((value) => 0.4 * value) };
    const frame = rgbFrame(dim);
    const [face] = target.faces;
    const pixels = pixelsInside(face, faceOval, frame);
    const mean = ({ planes }: Frame, c: number) =>
      pixels.reduce((s, p) => s + planes[c][p], 0) / pixels.length;
    const result = await swap(frame, [face]);
    for (const c of [0, 1, 2]) {
      const [was, is] = [mean(frame, c), mean(result, c)];
      assert.ok(Math.abs(is - was) < 6, `plane ${c}: ${was.toFixed(1)} → ${is.toFixed(1)}`);
    }
  });

  it('draws brows in dim light no stronger than the light is, or they would be hard and black', async () => {
    const [face] = target.faces;
    const browsIn = async (brightness: number) => {
      const data = target.image.data.map((value) => brightness * value);
      const result = await swap(rgbFrame({ ...target.image, data }), [face], asSource(target, 1));
      const pixels = brows.flatMap((brow) => pixelsInside(face, brow, result));
      return pixels.reduce((sum, p) => sum + result.planes[1][p], 0) / pixels.length;
    };
    const share = (await browsIn(0.5)) / (await browsIn(1));
    assert.ok(share > 0.487, `${share.toFixed(3)} as bright for 0.5`);
  });

  it('swaps faces cut by every edge of the frame', async () => {
    const { x, y, width, height } = target.faces[0].box;
    const [cx, cy, w, h] = [x + width / 2, y + height / 2, width & ~1, height & ~1].map(Math.round);
    const windows = [
      [cx, cy - h, w, 2 * h],
      [cx - w, cy - h, w, 2 * h],
      [cx - w, cy, 2 * w, h],
      [cx - w, cy - h, 2 * w, h],
    ];
    for (const [left, top, across, down] of windows) {
      const part = cut(target, left, Math.max(0, top), across, down);
      const frame = rgbFrame(part.image);
      // One whose cheeks and forehead are bare, so that all of the face is drawn.
      const result = await swap(frame, [part.faces[0]], asSource(target, 2));
      assert.ok(changed(frame.data, result.data) > 0.15 * frame.data.length);
    }
  });

  it('leaves faces beside the frame alone', async () => {
    const part = cut(target, 0, 0, 64, 64);
    const frame = rgbFrame(part.image);
    assert.deepEqual((await swap(frame, part.faces)).data, frame.data);
  });
});
