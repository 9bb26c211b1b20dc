import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { FaceLandmarker } from '../../src/pipeline/faces/landmarker';
import type { Landmarks } from '../../src/pipeline/faces/face';
import { findFaces } from '../../src/pipeline/faces/find';
import type { FaceModels } from '../../src/pipeline/faces/models';
import { FaceSelector, findReference, onlyLike, type ReferenceFace } from '../../src/pipeline/faces/select';
import { FaceTracker, type TrackedFrame } from '../../src/pipeline/faces/tracker';
import type { FrameSource, RgbImage } from '../../src/pipeline/image/region';
import { trackerFor } from '../../src/pipeline/trackedFrames';
import { defaultSelection } from '../../src/protocol/job';
import { defaultProcessing } from '../../src/protocol/processing';
import { faceModels } from '../support/faceModels';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { filmPhoto, project, type View } from '../support/movingPhoto';

let models: FaceModels;
let photo: RgbImage;
/** Centres of the photo's faces, from left to right. */
let centres: { x: number; y: number }[];

before(async () => {
  models = await faceModels();
  photo = await loadRgb(groupPhoto(6));
  const found = await findFaces(models, photo, { smallFaces: 'never' });
  centres = found
    .map(({ face: { box } }) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 }))
    .sort((a, b) => a.x - b.x);
});

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

async function* tracked(
  views: readonly View[],
  tracker = new FaceTracker({ models, smallFaces: 'never' }),
): AsyncGenerator<TrackedFrame> {
  for (const [i, view] of views.entries()) {
    await tracker.push(filmPhoto(photo, view, i));
    for (let next = tracker.next(); next; next = tracker.next()) yield next;
  }
  tracker.flush();
  for (let next = tracker.next(); next; next = tracker.next()) yield next;
}

type TrackedJob = Parameters<typeof trackerFor>[0];
const swapping: TrackedJob = { processors: ['face_swapper'], smallFaces: 'never' };

async function referenceIn(picture: FrameSource, position: number): Promise<ReferenceFace> {
  const reference = await findReference(models, picture, position, 'never');
  assert.ok(reference, 'no face');
  return reference;
}

describe('FaceSelector', () => {
  it('swaps one person only, in every frame and again after a cut', async () => {
    const views = range(26).map((i): View =>
      i < 12
        ? { x: 960, y: centres[1].y, zoom: 0.5, dx: 2 * i }
        : { x: (centres[1].x + centres[2].x) / 2, y: centres[1].y, zoom: 0.8, turn: 5, dx: -i },
    );
    const reference = await referenceIn(filmPhoto(photo, views[0], 0), 1);
    const selector = new FaceSelector(
      models.recognizer,
      onlyLike(reference),
      defaultSelection.similarFaceDistance,
      false,
    );
    for await (const frame of tracked(views)) {
      const chosen = await selector.select(frame);
      assert.ok(frame.faces.length >= 2);
      assert.equal(chosen.length, 1, `frame ${frame.frame.index}`);
      const [{ box }] = chosen;
      const [x, y] = project(views[frame.frame.index], centres[1].x, centres[1].y);
      assert.ok(Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) < box.width * 0.3);
    }
  });

  it('has bystanders looked at less often, unless all faces are enhanced, and keeps to the same face', async () => {
    const views = range(30).map((i): View => ({ x: 960, y: centres[1].y, zoom: 0.5, dx: 2 * i }));
    const reference = await referenceIn(filmPhoto(photo, views[0], 0), 1);
    const run = async (job: TrackedJob) => {
      const selector = new FaceSelector(
        models.recognizer,
        onlyLike(reference),
        defaultSelection.similarFaceDistance,
        false,
      );
      const chosen: Landmarks[] = [];
      let stale = 0;
      let before: TrackedFrame | undefined;
      for await (const frame of tracked(views, trackerFor(job, models, selector))) {
        const faces = await selector.select(frame);
        assert.equal(faces.length, 1);
        chosen.push(faces[0].landmarks);
        for (const { trackId } of frame.faces) {
          const [then, now] = [before, frame].map((one) => one?.views(trackId).at(-1));
          const isNew = then && now && then.frame.index < now.frame.index;
          if (isNew && trackId !== faces[0].trackId && then.landmarks === now.landmarks) stale++;
        }
        before = frame;
      }
      return { chosen, stale };
    };
    const all = { ...defaultProcessing, enhancer: { ...defaultProcessing.enhancer, faces: 'all' as const } };
    const every = await run({ ...swapping, processors: ['face_swapper', 'face_enhancer'], processing: all });
    const fewer = await run({ ...swapping, processing: all });
    assert.deepEqual(fewer.chosen, every.chosen);
    assert.equal(every.stale, 0);
    assert.ok(fewer.stale >= 18, `${fewer.stale} looks saved`);
  });

  it('has bystanders looked at more often the faster they move, so that they are where they are said to be', async () => {
    const run = async (dx: number, dy: number) => {
      const views = range(30).map((i): View => ({
        x: 960,
        y: centres[1].y,
        zoom: 0.5,
        dx: dx * i,
        dy: dy * i,
      }));
      const tracker = new FaceTracker({ models, smallFaces: 'never', isBystander: () => true });
      const seen = new Set<Landmarks>();
      let worst = 0;
      for await (const one of tracked(views, tracker)) {
        for (const { trackId, box } of one.faces) {
          for (const view of one.views(trackId)) seen.add(view.landmarks);
          const off = centres.map(({ x, y }) => {
            const [cx, cy] = project(views[one.frame.index], x, y);
            return Math.hypot(box.x + box.width / 2 - cx, box.y + box.height / 2 - cy) / box.width;
          });
          worst = Math.max(worst, Math.min(...off));
        }
      }
      return { looks: seen.size, worst };
    };
    const [still, fast] = [await run(0, 0), await run(5, 1)];
    assert.ok(still.looks < fast.looks, `${still.looks} and ${fast.looks} looks`);
    for (const { worst } of [still, fast]) assert.ok(worst < 0.3, `off by ${worst} of the width`);
  });

  it('has bystanders followed by the plain network alone once they are known', async () => {
    const views = range(20).map((i): View => ({ x: 960, y: centres[1].y, zoom: 0.5, dx: 4 * i }));
    const looks: number[] = [];
    let index = 0;
    const landmarker = Object.assign(Object.create(models.landmarker) as FaceLandmarker, {
      follow(...given: Parameters<FaceLandmarker['follow']>) {
        looks.push(index);
        return models.landmarker.follow(...given);
      },
    });
    const tools = { ...models, landmarker };
    const tracker = new FaceTracker({ models: tools, smallFaces: 'never', isBystander: () => true });
    for await (const { faces, frame } of tracked(views, tracker)) {
      index = frame.index;
      assert.ok(faces.length >= 2, `frame ${index}`);
    }
    assert.ok(looks.length > 0 && looks.every((at) => at === 0), looks.join());
  });

  it('decides the same after an interruption', async () => {
    const views = range(16).map((i): View => ({ x: 960, y: centres[1].y, zoom: 0.5, dx: 2 * i }));
    const reference = await referenceIn(filmPhoto(photo, views[0], 0), 2);
    const first = new FaceSelector(models.recognizer, onlyLike(reference), 0.85, false);
    let second: FaceSelector | undefined;
    for await (const frame of tracked(views)) {
      const chosen = await first.select(frame);
      if (second) assert.deepEqual(await second.select(frame), chosen);
      if (frame.frame.index === 7) {
        second = new FaceSelector(models.recognizer, onlyLike(reference), 0.85, false);
        second.restore(first.snapshot());
      }
    }
  });

  it('takes every face without a reference', async () => {
    const selector = new FaceSelector(models.recognizer, [], 0, true);
    for await (const frame of tracked(range(2).map((): View => ({ x: 960, y: centres[1].y, zoom: 0.5 })))) {
      assert.equal((await selector.select(frame)).length, 4);
    }
  });
});

describe('findReference', () => {
  it('counts from left to right and stays with the last face beyond', async () => {
    const last = await referenceIn(photo, 3);
    assert.deepEqual([last.position, last.faces], [3, 4]);
    assert.deepEqual(await referenceIn(photo, 9), last);
    assert.notDeepEqual(await referenceIn(photo, 0), last);
  });

  it('finds none in a frame without a face', async () => {
    const empty = { width: 320, height: 240, data: new Uint8Array(320 * 240 * 3).fill(90) };
    assert.equal(await findReference(models, empty, 0, 'never'), undefined);
  });
});
