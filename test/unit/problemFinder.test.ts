import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { landmarkCount, type TrackedFace } from '../../src/pipeline/faces/face';
import type { TrackedFrame } from '../../src/pipeline/faces/tracker';
import { createFrame } from '../../src/pipeline/image/frame';
import { ProblemFinder } from '../../src/pipeline/problemFinder';
import type { JobProblem } from '../../src/protocol/problems';
import { videoInfo } from '../support/videoInfo';

const info = videoInfo({ frames: 200 });
const pixels = createFrame({ ...info.format, width: 640, height: 480 });

const face = (change: Partial<TrackedFace> & { yaw?: number; x?: number } = {}): TrackedFace => ({
  trackId: 1,
  box: { x: change.x ?? 250, y: 180, width: 100, height: 120 },
  landmarks: new Float32Array(landmarkCount * 3),
  score: 0.999,
  pose: { yaw: change.yaw ?? 0, pitch: 0, roll: 0 },
  strength: 1,
  ...change,
});

/** Lets frames go by; all faces of each are chosen. */
function watch(frames: readonly TrackedFace[][], cuts: readonly number[] = [0], finder?: ProblemFinder) {
  const told: JobProblem[] = [];
  const used = finder ?? new ProblemFinder(info, (problem) => told.push(problem));
  frames.forEach((faces, index) => {
    const tracked: TrackedFrame = {
      frame: { ...pixels, index },
      faces,
      startsScene: cuts.includes(index),
      views: () => [],
    };
    used.add(tracked, faces);
  });
  return { found: used.finish(), told };
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe('problems of a job', () => {
  test('are none where a face is seen well all the time', () => {
    assert.deepEqual(watch(times(100, () => [face()])), { found: [], told: [] });
  });

  test('tell of a stretch without a face while it grows, under one beginning', () => {
    const { found, told } = watch([
      ...times(20, () => [face({ x: 5 })]),
      ...times(80, () => []),
      ...times(20, () => [face()]),
    ]);
    assert.deepEqual(found, [{ kind: 'no-face', first: 20, last: 99, fromSeconds: 0.8, toSeconds: 4 }]);
    assert.ok(told.length >= 3);
    assert.deepEqual(told.at(-1), found[0]);
    assert.deepEqual([...new Set(told.map(({ first }) => first))], [20]);
    assert.ok(told.every(({ last }, i) => i === 0 || last > told[i - 1].last));
  });

  test('leave a glance away out', () => {
    const away = [
      ...times(20, () => [face({ x: 5 })]),
      ...times(20, () => []),
      ...times(20, () => [face({ x: 5 })]),
    ];
    assert.deepEqual(watch(away).found, []);
  });

  test('tell of faces turned away and of doubtful ones, each for its person', () => {
    const frames = times(60, (i) => [
      face({ trackId: 1, person: 0, yaw: i >= 10 && i < 30 ? 64 : 0 }),
      face({ trackId: 2, person: 1, x: 450, score: i >= 20 && i < 40 ? 0.7 : 0.99 }),
    ]);
    assert.deepEqual(
      watch(frames).found.map(({ kind, person, first, last }) => [kind, person, first, last]),
      [
        ['turned-away', 0, 10, 29],
        ['low-confidence', 1, 20, 39],
      ],
    );
  });

  test('tell of a face lost in mid-scene until it is back, and of one that vanishes', () => {
    const back = [
      ...times(30, () => [face()]),
      ...times(8, () => []),
      ...times(30, () => [face({ trackId: 2, x: 270 })]),
    ];
    assert.deepEqual(
      watch(back).found.map(({ kind, first, last }) => [kind, first, last]),
      [['track-lost', 30, 37]],
    );
    const gone = [
      ...times(30, () => [face(), face({ trackId: 9, x: 30 })]),
      ...times(100, () => [face({ trackId: 9, x: 30 })]),
    ];
    assert.deepEqual(
      watch(gone).found.map(({ kind, first, last }) => [kind, first, last]),
      [['track-lost', 30, 79]],
    );
  });

  test('are none when a face leaves the picture, or a scene ends', () => {
    const leaving = [...times(30, (i) => [face({ x: 250 + 10 * i })]), ...times(20, () => [])];
    assert.deepEqual(watch(leaving).found, []);
    const cut = [...times(30, () => [face()]), ...times(20, () => [])];
    assert.deepEqual(watch(cut, [0, 30]).found, []);
  });

  test('go on from a snapshot as if there had been no interruption', () => {
    const frames = [
      ...times(20, () => [face()]),
      ...times(60, () => []),
      ...times(40, () => [face({ yaw: 60 })]),
    ];
    const whole = watch(frames).found;
    const first = new ProblemFinder(info);
    const second = new ProblemFinder(info);
    frames.forEach((faces, index) => {
      const tracked = { frame: { ...pixels, index }, faces, startsScene: index === 0, views: () => [] };
      (index < 50 ? first : second).add(tracked, faces);
      if (index === 49) second.restore(first.snapshot());
    });
    assert.deepEqual(second.finish(), whole);
    assert.equal(whole.length, 3);
  });
});
