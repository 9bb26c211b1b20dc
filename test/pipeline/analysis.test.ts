import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { analyseTarget, type PipelineContext } from '../../src/pipeline';
import { PauseGate } from '../../src/pipeline/pauseGate';
import type { FrameSpan, TargetAnalysis } from '../../src/protocol/analysis';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultExecution } from '../../src/protocol/job';
import type { Progress } from '../../src/protocol/report';
import { makeClip } from '../support/clips';
import { facesInGroupPhotos, groupPhoto } from '../support/facePhotos';
import { quietContext } from '../support/meshJob';
import { filmPeople, twoPeople } from '../support/peopleClips';

const execution = { ...defaultExecution, providers: ['cpu' as const] };

const analyse = (file: string, changed: Partial<PipelineContext> = {}) =>
  analyseTarget({ file, tools: {}, execution, smallFaces: 'never' }, { ...quietContext, ...changed });

/** Frames by which two spans differ at most at either end: a search for faces may come some frames late. */
const misfit = (a: FrameSpan, b: FrameSpan) => Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]));

describe('the analysis of a clip with two people in three scenes', () => {
  let file: string;
  let found: TargetAnalysis;
  const told: Progress[] = [];
  before(async () => {
    file = await filmPeople(twoPeople);
    found = await analyse(file, { onProgress: (progress) => told.push(structuredClone(progress)) });
  });

  test('knows the film, its cuts, and where nobody is seen', () => {
    assert.deepEqual(
      [found.kind, found.frames, found.fps, found.width, found.height],
      ['video', 44, 25, 960, 540],
    );
    assert.deepEqual(found.cuts, [12, 24, 32]);
    assert.equal(found.withoutFace.length, 1);
    assert.ok(misfit(found.withoutFace[0], [24, 31]) === 0);
  });

  test('has one person for each, whatever scenes they are seen in', () => {
    assert.equal(found.people.length, 2);
    const [right, left] = found.people;
    assert.deepEqual(right.spans, [
      [0, 23],
      [32, 43],
    ]);
    assert.deepEqual(left.spans, [
      [0, 11],
      [32, 43],
    ]);
    assert.equal(right.faces.length, 3);
    assert.equal(left.faces.length, 2);
    for (const { x, frame } of left.faces) {
      const other = found.tracks.find(
        ({ person, span }) => person === 0 && span[0] <= frame && frame <= span[1],
      );
      assert.ok(other && x < other.place.x);
    }
  });

  test('has a picture of each', async () => {
    for (const { thumbnail } of found.people) {
      const { format, width, height } = await sharp(Buffer.from(thumbnail, 'base64')).metadata();
      assert.deepEqual([format, width, height], ['jpeg', 96, 96]);
    }
    assert.notEqual(found.people[0].thumbnail, found.people[1].thumbnail);
  });

  test('follows every face without a break, and is sure of it', () => {
    assert.equal(found.tracks.length, 5);
    for (const { span, place, confidence } of found.tracks) {
      assert.ok(span[0] <= place.frame && place.frame <= span[1]);
      assert.ok(confidence > 0.9 && confidence <= 1);
    }
  });

  test('tells how far it is and what it has seen', () => {
    assert.ok(told.every(({ stage, total }) => stage === 'analyse' && total === 44));
    assert.deepEqual(
      told.map(({ frame }) => frame),
      Array.from({ length: 44 }, (_, n) => n + 1),
    );
    const seen = told.at(-1)!.faces!;
    assert.equal(seen.length, 256);
    assert.equal(Math.max(...seen), 2);
    assert.equal(seen[Math.floor((28 * 256) / 44)], 0);
  });

  test('ends when it is cancelled, and stands still when it is paused', async () => {
    const abort = new AbortController();
    const stood: boolean[] = [];
    const gate = new PauseGate((standing) => {
      stood.push(standing);
      if (standing) setImmediate(() => gate.set(false));
    });
    const onProgress = ({ frame }: Progress) => {
      if (frame === 3) gate.set(true);
      if (frame === 5) abort.abort();
    };
    await assert.rejects(
      analyse(file, { signal: abort.signal, gate, onProgress }),
      (error) => error instanceof FaceSwapError && error.code === 'cancelled',
    );
    assert.deepEqual(stood, [true, false]);
  });

  test('opens no networks while it is to stand still from the start', async () => {
    const said: string[] = [];
    let stands = (): void => undefined;
    const standing = new Promise<void>((resolve) => (stands = resolve));
    const gate = new PauseGate(() => stands());
    gate.set(true);
    const end = analyse(file, { gate, onLog: (_level, message) => said.push(message) });
    await Promise.race([standing, end]);
    assert.deepEqual(said, []);
    gate.set(false);
    assert.equal((await end).people.length, 2);
    assert.notDeepEqual(said, []);
  });
});

describe('the analysis', () => {
  test('of a picture has everybody in it once', async () => {
    for (const number of [2, 6]) {
      const found = await analyse(groupPhoto(number));
      assert.deepEqual([found.kind, found.frames, found.cuts, found.withoutFace], ['image', 1, [], []]);
      assert.equal(found.people.length, facesInGroupPhotos[number - 1]);
      assert.ok(found.tracks.every(({ span }) => misfit(span, [0, 0]) === 0));
    }
  });

  test('gives places in the upright picture', async () => {
    const recipe = { extension: '.mp4', video: ['-c:v', 'libx264'], width: 1280, height: 720, frames: 4 };
    const [plain, turned] = [
      await makeClip(recipe),
      await makeClip({ ...recipe, turn: 90 as const, filters: 'transpose=2' }),
    ];
    const [upright, rotated] = [await analyse(plain!), await analyse(turned!)];
    assert.ok(upright.people.length > 0);
    for (const { place } of upright.tracks) {
      const near = rotated.tracks.some(({ place: { x, y } }) => Math.hypot(place.x - x, place.y - y) < 8);
      assert.ok(near, `nobody at ${place.x}, ${place.y}`);
    }
  });
});
