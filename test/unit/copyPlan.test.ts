import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  denseWindow,
  nextStretch,
  sparseStep,
  type CopyState,
  type Stretch,
} from '../../src/pipeline/preview/copyPlan';
import { framesPerPixel, frameAt } from '../../webview/timelineMath';
import { videoInfo } from '../support/videoInfo';

/** Five minutes with a key frame every ten seconds. */
const film = {
  ...videoInfo(),
  frames: 7500,
  keyFrames: Array.from({ length: 30 }, (_, n) => n * 250),
};

/** All stretches in their order, as if each were copied at once. */
function plan(change: Partial<CopyState> = {}): { stretches: Stretch[]; copied: Set<number> } {
  const copied = new Set<number>();
  const stretches: Stretch[] = [];
  const state: CopyState = {
    ...{ info: film, playhead: 3000, room: 1500, step: 10 },
    has: (frame) => copied.has(frame),
    isMade: () => false,
    ...change,
  };
  for (let next = nextStretch(state); next; next = nextStretch(state)) {
    stretches.push(next);
    for (let n = next.first; n < next.end; n += next.step) copied.add(n);
    assert.ok(stretches.length < 1000, 'no end');
  }
  return { stretches, copied };
}

suite('The plan of a copy', () => {
  test('has a frame of every pixel of the timeline, and one close by where a pixel is a few frames', () => {
    for (const width of [173, 700, 741, 1600]) {
      const perPixel = framesPerPixel(film.frames, width);
      const step = sparseStep(film, 2500, perPixel);
      assert.equal(step, Math.max(perPixel, 8));
      const { copied } = plan({ step, room: 2500 });
      for (let x = 0; x < width; x++) {
        const first = frameAt(x / width, film.frames);
        const most = Math.max(0, step - perPixel);
        const near = Array.from({ length: perPixel + most }, (_, n) => first - (most >> 1) + n);
        const isThere = (n: number): boolean => copied.has(n) || n >= film.frames;
        assert.ok(near.some(isThere), `pixel ${x} of ${width}`);
      }
    }
  });

  test('begins with key frames, goes on with frames of the whole film, and ends with all around the playhead', () => {
    const { stretches, copied } = plan();
    const parts = [stretches.slice(0, 30), stretches.slice(30, 60), stretches.slice(60)];
    for (const part of parts)
      assert.deepEqual(
        part.slice(0, 3).map(({ key }) => key),
        [3000, 2750, 3250],
      );
    for (const part of parts.slice(0, 2))
      assert.deepEqual(new Set(part.map(({ key }) => key)), new Set(film.keyFrames));
    assert.ok(parts[0].every(({ key, first, end }) => first === key && end === key + 1));
    assert.ok(parts[1].every(({ step }) => step === 10));
    assert.ok(parts[2].every(({ step }) => step === 1));
    for (let n = 2630; n < 3370; n++) assert.ok(copied.has(n), String(n));
    assert.ok(copied.size <= 1500 + 150, String(copied.size));
  });

  test('begins nothing twice, so that several can be at work', () => {
    const begun = new Set<string>();
    const isMade = ({ key, step }: Pick<Stretch, 'key' | 'step'>): boolean => begun.has(`${key}/${step}`);
    const next = (): Stretch | undefined =>
      nextStretch({ info: film, playhead: 3000, room: 1500, step: 10, has: () => false, isMade });
    for (let stretch = next(); stretch; stretch = next()) {
      assert.ok(!isMade(stretch));
      begun.add(`${stretch.key}/${stretch.step}`);
    }
    assert.ok(begun.size > 60);
  });

  test('has all frames in the end where all have room', () => {
    const { copied } = plan({ room: 7500, step: sparseStep(film, 7500, 1) });
    assert.equal(copied.size, 7500);
  });

  test('takes no more than its share where there is little room, and leaves some around the playhead', () => {
    const step = sparseStep(film, 400, 10);
    assert.ok(step > 10 && film.frames / step <= 300, String(step));
    const { from, end } = denseWindow({
      ...{ info: film, playhead: 7499, room: 400, step },
      has: () => false,
      isMade: () => false,
    });
    assert.ok(end - from >= 100 && end === 7500, `${from} to ${end}`);
  });

  test('is of all frames at once where they are few', () => {
    assert.equal(sparseStep({ ...film, frames: 400 }, 7500, 1), 0);
    assert.equal(sparseStep({ ...film, frames: 401 }, 7500, 1), 8);
    const { stretches } = plan({ info: { ...film, frames: 400, keyFrames: [0, 250] }, step: 0, playhead: 0 });
    assert.deepEqual(
      stretches.map(({ step }) => step),
      [1, 1],
    );
  });

  test('leaves out what is quick without it: short groups, and pixels that reach to the next key frame', () => {
    const keyFrames = Array.from({ length: 200 }, (_, n) => n * 40);
    assert.deepEqual(plan({ info: { ...film, keyFrames } }).stretches, []);
    assert.ok(plan({ step: 243, room: 30 }).stretches.every(({ step }) => step !== 243));
  });

  test('does not decode hours for somebody who looks at the beginning', () => {
    const frames = 180_000;
    const keyFrames = Array.from({ length: 720 }, (_, n) => n * 250);
    const { copied } = plan({ info: { ...film, frames, keyFrames }, playhead: 0, step: 100, room: 0 });
    assert.ok(copied.size > 50 && Math.max(...copied) <= 10_000, String(Math.max(...copied)));
  });
});
