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
  test('has a frame for every pixel of the timeline, or one that is near its key frame', () => {
    for (const width of [173, 700, 741, 1600]) {
      const perPixel = framesPerPixel(film.frames, width);
      const step = sparseStep(film, 2500, perPixel);
      assert.equal(step, perPixel);
      const { copied } = plan({ step, room: 2500 });
      for (let x = 0; x < width; x++) {
        const first = frameAt(x / width, film.frames);
        const pixel = Array.from({ length: perPixel }, (_, n) => first + n);
        const isQuick = (n: number): boolean => copied.has(n) || n % 250 <= 20 || n >= film.frames;
        assert.ok(pixel.some(isQuick), `pixel ${x} of ${width}`);
      }
    }
  });

  test('begins with frames of the whole film, nearest to the playhead first, and ends with all around it', () => {
    const { stretches, copied } = plan();
    const keys = stretches.map(({ key }) => key);
    assert.deepEqual(keys.slice(0, 3), [3000, 2750, 3250]);
    assert.deepEqual(new Set(keys.slice(0, 30)), new Set(film.keyFrames));
    assert.ok(stretches.slice(0, 30).every(({ step }) => step === 10));
    assert.ok(stretches.slice(30).every(({ step }) => step === 1));
    for (let n = 2630; n < 3370; n++) assert.ok(copied.has(n), String(n));
    assert.ok(copied.size <= 1500 + 150, String(copied.size));
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

  test('is of single frames where all have room, or where a pixel stands for one', () => {
    assert.equal(sparseStep(film, 7500, 10), 0);
    assert.equal(sparseStep(film, 400, 1), 0);
  });

  test('leaves out what is quick without it: short groups, and pixels that reach to the next key frame', () => {
    const keyFrames = Array.from({ length: 200 }, (_, n) => n * 40);
    assert.deepEqual(plan({ info: { ...film, keyFrames } }).stretches, []);
    assert.ok(plan({ step: 243, room: 30 }).stretches.every(({ step }) => step === 1));
  });

  test('does not decode hours for somebody who looks at the beginning', () => {
    const frames = 180_000;
    const keyFrames = Array.from({ length: 720 }, (_, n) => n * 250);
    const { copied } = plan({ info: { ...film, frames, keyFrames }, playhead: 0, step: 100, room: 0 });
    assert.ok(copied.size > 50 && Math.max(...copied) <= 10_000, String(Math.max(...copied)));
  });
});
