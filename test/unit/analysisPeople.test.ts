import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cluster } from '../../src/pipeline/analysis/cluster';
import { Glance } from '../../src/pipeline/analysis/glance';
import { cutThumbnail } from '../../src/pipeline/analysis/thumbnail';
import { gapsBetween, joinSpans } from '../../src/pipeline/analysis/spans';
import { fromUpright, toUpright } from '../../src/pipeline/image/upright';
import { spansOfGlance } from '../../webview/timelineMath';

describe('groups of things that are near each other', () => {
  const places = [0, 10, 1, 11, 30];
  const far = (a: number, b: number) => Math.abs(places[a] - places[b]);
  const sorted = (groups: number[][]) => groups.map((group) => [...group].sort()).sort((a, b) => a[0] - b[0]);

  test('join the nearest first, up to the limit', () => {
    assert.deepEqual(sorted(cluster(5, far, 5)), [[0, 2], [1, 3], [4]]);
    assert.deepEqual(sorted(cluster(5, far, 0.5)), [[0], [1], [2], [3], [4]]);
    assert.deepEqual(sorted(cluster(5, far, 12)), [[0, 1, 2, 3], [4]]);
    assert.deepEqual(cluster(0, far, 5), []);
  });

  test('never join two that are kept apart, nor their groups', () => {
    const apart = (a: number, b: number) => (a + b === 2 && a !== b ? Infinity : far(a, b));
    assert.deepEqual(
      sorted(cluster(5, apart, 100)).filter((group) => group.includes(0) && group.includes(2)),
      [],
    );
    assert.deepEqual(
      sorted(cluster(4, apart, 100))
        .map((group) => group.length)
        .sort(),
      [1, 3],
    );
  });
});

describe('stretches of frames', () => {
  test('that touch are one, and what is between them is the rest', () => {
    const spans: [number, number][] = [
      [5, 7],
      [0, 1],
      [8, 9],
      [6, 6],
    ];
    assert.deepEqual(joinSpans(spans), [
      [0, 1],
      [5, 9],
    ]);
    assert.deepEqual(gapsBetween(spans, 12), [
      [2, 4],
      [10, 11],
    ]);
    assert.deepEqual(gapsBetween([], 3), [[0, 2]]);
    assert.deepEqual(gapsBetween([[0, 2]], 3), []);
  });

  test('are shown by a look in progress as the panel reads them', () => {
    for (const frames of [50, 256, 999]) {
      const glance = new Glance(frames);
      for (let frame = 0; frame < frames; frame++) glance.add(frame, frame >= 10 && frame < 20 ? 2 : 0);
      assert.equal(glance.parts.length, 256);
      const [[first, last], ...others] = spansOfGlance(glance.parts, 256, frames);
      assert.deepEqual(others, []);
      assert.ok(Math.abs(first - 10) <= 4 && Math.abs(last - 19) <= 4, `${first}–${last} of ${frames}`);
    }
  });
});

test('points are found again after a picture has been turned upright', () => {
  const size = { width: 640, height: 480 };
  assert.deepEqual(toUpright(10, 20, size, 90), [460, 10]);
  for (const rotation of [0, 90, 180, 270] as const) {
    const [x, y] = toUpright(10, 20, size, rotation);
    assert.deepEqual(fromUpright(x, y, size, rotation), [10, 20]);
  }
});

describe('the picture of a face', () => {
  const white = { width: 200, height: 100, data: new Uint8Array(200 * 100 * 3).fill(255) };

  test('shows nothing beyond the border, wherever the face is', () => {
    for (const x of [-20, 0, 70, 150, 190])
      for (const size of [20, 60, 100])
        for (const rotation of [0, 90]) {
          const pixels = cutThumbnail(white, { x, y: 40, width: size, height: size }, rotation);
          assert.ok(
            pixels.every((value) => value > 250),
            `${x} ${size} ${rotation}`,
          );
        }
  });
});
