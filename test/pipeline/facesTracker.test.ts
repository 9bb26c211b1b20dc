import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Landmarks, TrackedFace } from '../../src/pipeline/faces/face';
import { applyAffine, fitAffine } from '../../src/pipeline/faces/affine';
import { overlap } from '../../src/pipeline/faces/boxes';
import { findFaces } from '../../src/pipeline/faces/find';
import type { MeasuredFace } from '../../src/pipeline/faces/landmarker';
import type { FaceModels } from '../../src/pipeline/faces/models';
import { FaceTracker, type TrackedFrame } from '../../src/pipeline/faces/tracker';
import type { Frame } from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';
import { faceModels } from '../support/faceModels';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { filmPhoto, clipFormat, project, type View } from '../support/movingPhoto';

let models: FaceModels;
let photo: RgbImage;
/** A face that fills about a quarter of the height, and where it lies in the photo. */
let face: MeasuredFace;
let at: { x: number; y: number };
/** A place of the photo without a face near it. */
const empty = { x: 960, y: -2000 };

before(async () => {
  models = await faceModels();
  photo = await loadRgb(groupPhoto(6));
  const found = await findFaces(models, photo, { smallFaces: 'never' });
  found.sort((a, b) => a.box.x - b.box.x);
  face = found[1].face;
  at = { x: face.box.x + face.box.width / 2, y: face.box.y + face.box.height / 2 };
});

function film(views: readonly View[], first = 0): Frame[] {
  return views.map((view, i) => filmPhoto(photo, view, first + i));
}

async function track(frames: readonly Frame[], tracker = newTracker()): Promise<TrackedFrame[]> {
  const out: TrackedFrame[] = [];
  const drain = () => {
    for (let next = tracker.next(); next; next = tracker.next()) out.push(next);
  };
  for (const frame of frames) {
    await tracker.push(frame);
    drain();
  }
  tracker.flush();
  drain();
  return out;
}

function newTracker(): FaceTracker {
  return new FaceTracker({ models, smallFaces: 'never' });
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const close = { zoom: 0.9 };

/** The tracked face nearest to where the view puts the photo's face. */
function mainFace(tracked: TrackedFrame, view: View): TrackedFace | undefined {
  const [x, y] = project(view, at.x, at.y);
  const distance = ({ box }: TrackedFace) =>
    Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
  return tracked.faces
    .filter((one) => distance(one) < one.box.width * 0.3)
    .sort((a, b) => distance(a) - distance(b))[0];
}

/** Root mean square distance between landmarks and the photo's own ones seen through the view, in face widths. */
function misplacement(landmarks: Landmarks, view: View, reference = face.landmarks): number {
  let squares = 0;
  for (let i = 0; i < landmarks.length; i += 3) {
    const [x, y] = project(view, reference[i], reference[i + 1]);
    squares += (landmarks[i] - x) ** 2 + (landmarks[i + 1] - y) ** 2;
  }
  return Math.sqrt((squares * 3) / landmarks.length) / (face.box.width * (view.zoom ?? 1));
}

describe('FaceTracker', () => {
  it('hands out every frame once, in order, eight frames late', async () => {
    const frames = film(range(12).map(() => ({ ...at, ...close })));
    const tracker = newTracker();
    const order: number[] = [];
    for (const frame of frames) {
      await tracker.push(frame);
      for (let next = tracker.next(); next; next = tracker.next()) {
        assert.equal(next.frame, frames[next.frame.index]);
        order.push(next.frame.index);
      }
      assert.equal(order.length, Math.max(0, frame.index + 1 - FaceTracker.lookAhead));
    }
    tracker.flush();
    for (let next = tracker.next(); next; next = tracker.next()) order.push(next.frame.index);
    assert.deepEqual(order, range(12));
  });

  it('keeps one id and full strength on a face that pans, zooms and turns, and does not lag', async () => {
    const views = range(30).map((i) => ({
      ...at,
      zoom: 1 + 0.012 * i,
      turn: 12 * Math.sin(i / 5),
      dx: -180 + 12 * i,
      dy: 20 * Math.sin(i / 4),
      noise: 2,
    }));
    const out = await track(film(views));
    const faces = out.map((tracked, i) => mainFace(tracked, views[i]));
    assert.equal(new Set(faces.map((one) => one?.trackId)).size, 1);
    for (const [i, one] of faces.entries()) {
      assert.equal(one?.strength, 1, `frame ${i}`);
      assert.ok(
        misplacement(one.landmarks, views[i]) < 0.02,
        `frame ${i}: ${misplacement(one.landmarks, views[i])}`,
      );
      const neutral = applyAffine(fitAffine(one.neutral!, one.landmarks), one.neutral!);
      assert.ok(
        misplacement(neutral, views[i]) < 0.02,
        `frame ${i}: neutral by ${misplacement(neutral, views[i])}`,
      );
    }
  });

  it('holds landmarks still on a still face in noise', async () => {
    const view = { ...at, ...close, noise: 5 };
    const frames = film(range(30).map(() => view));
    const out = await track(frames);
    const smooth = out.map((tracked) => mainFace(tracked, view)!.landmarks);
    let raw = { ...face, square: { ...face.square, cx: 480, cy: 270, size: face.square.size * close.zoom } };
    raw = await models.landmarker.inSquare(frames[0], raw.square);
    const rough: Landmarks[] = [];
    for (const frame of frames) {
      raw = await models.landmarker.follow(frame, raw);
      rough.push(raw.landmarks);
    }
    assert.ok(jitter(smooth) < 0.4 * jitter(rough), `${jitter(smooth)} against ${jitter(rough)}`);
    assert.ok(jitter(smooth) < 0.002 * face.box.width * close.zoom, `${jitter(smooth)} px`);
  });

  it('gives the same result for the same frames', async () => {
    const frames = film(range(14).map((i) => ({ ...at, dx: 6 * i, noise: 3 })));
    assert.deepEqual((await track(frames)).map(facts), (await track(frames)).map(facts));
  });

  it('starts anew at a scene cut: no landmarks from the scene before, no fade', async () => {
    const here: View = { ...at, ...close };
    const there: View = { x: at.x + 500, y: at.y - 60, zoom: 1.6, turn: -8 };
    const out = await track(film(range(24).map((i) => (i < 11 ? here : there))));
    const before = new Set(out.slice(0, 11).flatMap(({ faces }) => faces.map((one) => one.trackId)));
    const after = out.slice(11).flatMap(({ faces }) => faces);
    assert.ok(after.length >= 13);
    for (const one of after) {
      assert.ok(!before.has(one.trackId));
      assert.equal(one.strength, 1);
    }
    assert.ok(misplacement(mainFace(out[10], here)!.landmarks, here) < 0.02);
    const expected = await findFaces(models, out[11].frame, { smallFaces: 'never' });
    // A face cut by the frame's edge scores low and may or may not be followed.
    const sure = expected.filter(({ face }) => face.score > 0.9);
    assert.ok(sure.length > 0);
    for (const { box } of sure) assert.ok(out[11].faces.some((one) => overlap(one.box, box) > 0.5));
  });

  it('finds a face that appears between two searches in its first frame, and fades it in and out', async () => {
    const gone: View = { ...at, ...close, cover: { x: 360, y: 130, width: 240, height: 280 } };
    const shown: View = { ...at, ...close };
    const appears = 8;
    const leaves = 21;
    const views = range(32).map((i) => (i >= appears && i < leaves ? shown : gone));
    const out = await track(film(views));
    const strengths = out.map((tracked) => mainFace(tracked, shown)?.strength);
    for (const [i, strength] of strengths.entries()) {
      if (i < appears || i >= leaves) assert.equal(strength, undefined, `frame ${i}`);
      else assert.ok(strength! > 0, `frame ${i}`);
    }
    const visible = strengths.slice(appears, leaves) as number[];
    assert.ok(visible[0] < 0.3 && visible.at(-1)! < 0.3);
    assert.equal(visible[6], 1);
    for (const [i, strength] of visible.entries()) {
      if (i > 0) assert.ok(Math.abs(strength - visible[i - 1]) < 0.3, 'no jump');
    }
  });

  it('bridges a face that is hidden for three frames, in place and with one id', async () => {
    const views = range(24).map((i): View => {
      const view = { ...at, ...close, dx: 5 * i };
      const hidden = i >= 10 && i < 13;
      return hidden ? { ...view, cover: { x: 410, y: 130, width: 260, height: 280 } } : view;
    });
    const out = await track(film(views));
    const faces = out.map((tracked, i) => mainFace(tracked, views[i]));
    assert.equal(new Set(faces.map((one) => one?.trackId)).size, 1);
    for (const [i, one] of faces.entries()) {
      assert.equal(one?.strength, 1);
      assert.ok(misplacement(one.landmarks, views[i]) < 0.03, `frame ${i}`);
    }
  });

  it('follows faces upside down', async () => {
    const views = range(12).map((i) => ({ ...at, ...close, turn: 180 + 2 * i }));
    const out = await track(film(views));
    for (const [i, tracked] of out.entries()) {
      assert.ok(misplacement(mainFace(tracked, views[i])!.landmarks, views[i]) < 0.03, `frame ${i}`);
    }
  });

  it('has nothing to say about a clip without faces', async () => {
    const out = await track(film(range(14).map((i) => ({ ...empty, dx: i }))));
    assert.equal(out.length, 14);
    assert.deepEqual(
      out.flatMap(({ faces }) => faces),
      [],
    );
  });

  it('goes on from a snapshot exactly as without the interruption', async () => {
    const views = range(40).map((i): View => {
      const view: View = { ...at, zoom: 1.2, dx: 7 * i - 140, noise: 3 };
      if (i >= 14 && i < 17)
        return { ...view, cover: { x: 0, y: 0, width: clipFormat.width, height: clipFormat.height - 150 } };
      return i >= 27 ? { ...view, x: at.x - 350, zoom: 1.5 } : view;
    });
    const frames = film(views);
    const whole = (await track(frames)).map(facts);
    for (const start of [5, 13, 16, 25, 29]) {
      const first = newTracker();
      for (const frame of frames.slice(0, start + FaceTracker.lookAhead)) {
        await first.push(frame);
        while (first.next());
      }
      const snapshot = first.snapshot();
      assert.ok(snapshot.length < 400_000, `${snapshot.length} characters`);
      const second = newTracker();
      second.restore(snapshot);
      const rest = await track(frames.slice(start), second);
      assert.deepEqual(rest.map(facts), whole.slice(start), `resumed at frame ${start}`);
    }
  });
});

function facts({ frame, faces }: TrackedFrame) {
  const plain = (one: TrackedFace) => ({ ...one, landmarks: [...one.landmarks], neutral: [...one.neutral!] });
  return { index: frame.index, faces: faces.map(plain) };
}

/** Root mean square change of the landmarks from frame to frame, in pixels. */
function jitter(series: readonly Landmarks[]): number {
  let squares = 0;
  let count = 0;
  for (let i = 1; i < series.length; i++) {
    for (let k = 0; k < series[i].length; k += 3) {
      squares += (series[i][k] - series[i - 1][k]) ** 2 + (series[i][k + 1] - series[i - 1][k + 1]) ** 2;
      count++;
    }
  }
  return Math.sqrt(squares / count);
}
