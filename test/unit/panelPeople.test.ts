import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TargetAnalysis } from '../../src/protocol/analysis';
import { sourceChanges } from '../../src/protocol/jobSources';
import { assigned, framesSeen, groupsOf, joined, merged, split, toPeople } from '../../webview/peopleModel';

const track = (id: number, person: number, first: number, last: number, x: number) => ({
  id,
  person,
  span: [first, last] as [number, number],
  place: { frame: first + 2, x, y: 100.4 },
  confidence: 0.9,
});

/** Two people: one on the left in two scenes, one on the right in one. */
const tracks = [track(0, 0, 0, 49, 100), track(1, 1, 10, 59, 400), track(2, 0, 60, 99, 120)];
const analysis: TargetAnalysis = {
  file: '/v/clip.mp4',
  kind: 'video',
  width: 640,
  height: 360,
  frames: 100,
  durationSeconds: 4,
  fps: 25,
  codec: 'h264',
  container: 'mp4',
  audio: ['aac'],
  cuts: [60],
  tracks,
  people: [
    {
      thumbnail: 'AAAA',
      faces: [tracks[0].place, tracks[2].place],
      spans: [
        [0, 49],
        [60, 99],
      ],
    },
    { thumbnail: 'BBBB', faces: [tracks[1].place], spans: [[10, 59]] },
  ],
  withoutFace: [],
};
const selection = { sources: ['ann.jpg'], manyFaces: false, referenceFrame: 20, referencePosition: 0 };

suite('The people of a target', () => {
  test('get what the settings give them while the job names nobody', () => {
    const sourcesOf = (change: object) =>
      groupsOf(analysis, [], { ...selection, ...change }).map(({ sources }) => sources);
    assert.deepEqual(sourcesOf({}), [['ann.jpg'], []]);
    assert.deepEqual(sourcesOf({ referencePosition: 1 }), [[], ['ann.jpg']]);
    assert.deepEqual(sourcesOf({ manyFaces: true }), [['ann.jpg'], ['ann.jpg']]);
  });

  test('are found again by their places when they come from the file', () => {
    const people = toPeople(assigned(groupsOf(analysis, [], selection), 1, ['bea.jpg']));
    assert.deepEqual(people, [
      { faces: [{ frame: 2, x: 100, y: 100 }], sources: ['ann.jpg'] },
      { faces: [{ frame: 12, x: 400, y: 100 }], sources: ['bea.jpg'] },
    ]);
    const groups = groupsOf(analysis, people, selection);
    assert.deepEqual(
      groups.map((group) => group.tracks.map(({ id }) => id)),
      [[0, 2], [1]],
    );
    assert.deepEqual(
      groups.map(({ thumbnails }) => thumbnails),
      [['AAAA'], ['BBBB']],
    );
  });

  test('whom the file does not name are shown and left as they are', () => {
    const [only] = toPeople(groupsOf(analysis, [], selection));
    const groups = groupsOf(analysis, [only], selection);
    assert.equal(groups.length, 2);
    assert.deepEqual(groups[1].sources, []);
  });

  test('are merged and split, and the file tells them apart afterwards', () => {
    const one = merged(groupsOf(analysis, [], selection), 0, 1);
    assert.equal(one.length, 1);
    assert.deepEqual(
      one[0].tracks.map(({ id }) => id),
      [0, 1, 2],
    );
    const again = groupsOf(analysis, toPeople(one), selection);
    assert.equal(again.length, 1);
    assert.deepEqual(again[0].thumbnails, ['AAAA', 'BBBB']);
    const two = split(again, 0, new Set([2]));
    const read = groupsOf(analysis, toPeople(two), selection);
    assert.deepEqual(
      read.map((group) => group.tracks.map(({ id }) => id)),
      [[0, 1], [2]],
    );
    assert.deepEqual(
      read.map(({ sources }) => sources),
      [['ann.jpg'], []],
    );
  });

  test('cannot be split into somebody and nobody', () => {
    const groups = groupsOf(analysis, [], selection);
    assert.deepEqual(split(groups, 0, new Set([0, 2])), groups);
  });

  test('who had the photos for everybody keep having them', () => {
    const people = [
      { faces: [], sources: ['ann.jpg'] },
      { faces: [], sources: [] },
    ];
    assert.deepEqual(sourceChanges(people, ['ann.jpg'], ['ann.jpg', 'ann2.jpg']), [
      { path: ['sources'], value: ['ann.jpg', 'ann2.jpg'] },
      { path: ['people', 0, 'sources'], value: ['ann.jpg', 'ann2.jpg'] },
    ]);
    assert.equal(sourceChanges(people, [], ['ann.jpg']).length, 1);
  });

  test('are seen in frames that count once', () => {
    assert.deepEqual(
      joined([
        [5, 9],
        [0, 4],
        [20, 30],
        [8, 12],
      ]),
      [
        [0, 12],
        [20, 30],
      ],
    );
    assert.equal(framesSeen([track(0, 0, 0, 9, 1), track(1, 0, 5, 14, 1)]), 15);
  });
});
