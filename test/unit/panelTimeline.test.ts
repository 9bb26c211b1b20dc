import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  frameAfterKey,
  frameAt,
  framesPerPixel,
  gapsBetween,
  positionOf,
  spansOfGlance,
} from '../../webview/timelineMath';

suite('The timeline', () => {
  test('knows the frame under a point and the point of a frame', () => {
    assert.deepEqual(
      [-0.1, 0, 0.499, 0.5, 1, 2].map((at) => frameAt(at, 10)),
      [0, 0, 4, 5, 9, 9],
    );
    for (const frame of [0, 3, 9]) assert.equal(frameAt(positionOf(frame, 10), 10), frame);
    assert.equal(frameAt(0.5, 0), 0);
  });

  test('knows frames that lie in a pixel whatever it is', () => {
    for (const [frames, width] of [
      [7500, 741],
      [750, 700],
      [1500, 700.5],
      [100, 640],
    ]) {
      const count = framesPerPixel(frames, width);
      assert.ok(count >= 1);
      for (let x = 0; x < Math.floor(width); x++) {
        const first = frameAt(x / width, frames);
        const last = first + count - 1;
        // Where the last one begins on the timeline.
        assert.ok((last / frames) * width < x + 1 + 1e-9, `pixel ${x} of ${width}: ${first} to ${last}`);
      }
    }
    assert.equal(framesPerPixel(7500, 741), 10);
    assert.equal(framesPerPixel(7500, 0), 1);
  });

  test('moves by frames, seconds and scenes', () => {
    const clip = { frames: 100, fps: 25, cuts: [30, 60] };
    const after = (key: string, isLarge = false) => frameAfterKey(key, isLarge, 50, clip);
    assert.equal(after('ArrowRight'), 51);
    assert.equal(after('ArrowLeft', true), 25);
    assert.equal(after('PageUp'), 60);
    assert.equal(after('PageDown'), 30);
    assert.equal(after('Home'), 0);
    assert.equal(after('End'), 99);
    assert.equal(after('a'), undefined);
    assert.equal(frameAfterKey('ArrowRight', true, 90, clip), 99);
  });

  test('shows what has been seen so far of a target', () => {
    assert.deepEqual(spansOfGlance([1, 2, 0, 1], 8, 80), [
      [0, 19],
      [30, 39],
    ]);
    assert.deepEqual(spansOfGlance([1], 4, 2), [[0, 0]]);
  });

  test('finds the gaps between stretches', () => {
    assert.deepEqual(
      gapsBetween(
        [
          [0, 9],
          [20, 29],
        ],
        40,
      ),
      [
        [10, 19],
        [30, 39],
      ],
    );
    assert.deepEqual(gapsBetween([], 5), [[0, 4]]);
    assert.deepEqual(gapsBetween([[0, 4]], 5), []);
  });
});
