import assert from 'node:assert/strict';
import { after, before, describe, mock, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { checkedFrames } from '../../src/pipeline/checkedFrames';
import { BuiltInClassifier } from '../../src/pipeline/content/classifier';
import type { ContentClasses } from '../../src/pipeline/content/decision';
import { ContentCheck, type ContentEyes } from '../../src/pipeline/content/contentCheck';
import type { TrackedFrame } from '../../src/pipeline/faces/tracker';
import { frameAt } from '../../src/pipeline/frameAt';
import { createFrame, type Frame } from '../../src/pipeline/image/frame';
import { pictureSize } from '../../src/pipeline/image/crop';
import { keyFrameNear } from '../../src/pipeline/media/keyFrame';
import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { probeMedia } from '../../src/pipeline/media/probe';
import { glanceAhead, openContentCheck, type OpenContentCheck } from '../../src/pipeline/openContentCheck';
import { Stopwatch } from '../../src/pipeline/progress';
import type { ContentSensitivity } from '../../src/protocol/content';
import { describeError } from '../../src/protocol/errorText';
import { FaceSwapError } from '../../src/protocol/errors';
import { clipTools, makeClip, photo } from '../support/clips';

const plain: ContentClasses = { drawing: 0, hentai: 0, neutral: 1, porn: 0, sexy: 0 };
const format = { width: 96, height: 96, sampling: '420', matrix: 'bt709', range: 'limited' } as const;

/** A frame of one brightness, to which a stand-in classifier gives a score of its own. */
function greyFrame(index: number, grey: number): Frame {
  const frame = createFrame(format);
  frame.index = index;
  frame.planes[0].fill(grey);
  return frame;
}

/** Says of a picture what a list says of its brightness, and counts how often it is asked. */
function standIn(porn: (grey: number) => number, ages: number[] = [], sourceAges: number[] = []) {
  const seen: number[] = [];
  const eyes: ContentEyes = {
    classifier: {
      classify(picture) {
        assert.ok('planes' in picture && pictureSize(picture).width === 96);
        const grey = picture.planes[0][0];
        seen.push(picture.index);
        const explicit = porn(grey);
        return Promise.resolve({ ...plain, porn: explicit, neutral: 1 - explicit });
      },
    },
    agesIn: () => Promise.resolve(ages),
    sourceAges: () => Promise.resolve(sourceAges),
  };
  return { eyes, seen };
}

const target = { file: '/videos/target.mp4', rotation: 0 };
const newCheck = (eyes: ContentEyes, sensitivity: ContentSensitivity = 'standard') =>
  new ContentCheck(sensitivity, target, eyes);

/** Sends frames of these brightnesses past the check, `rate` a second; resolves to how many came through. */
async function pass(
  check: ContentCheck,
  greys: readonly number[],
  rate = 10,
  faces: TrackedFrame['faces'] = [],
): Promise<number> {
  const info = {
    frames: greys.length,
    timestamps: Float64Array.from(greys, (_, n) => 1000 + n),
    timeBase: { num: 1, den: rate },
    startSeconds: 1000 / rate,
  } as MediaInfo;
  async function* frames(): AsyncGenerator<TrackedFrame> {
    for (const [n, grey] of greys.entries())
      yield await Promise.resolve({
        frame: greyFrame(n, grey),
        faces,
        views: () => [],
        startsScene: greys[n] !== greys[n - 1],
      });
  }
  let passed = 0;
  for await (const { frame } of checkedFrames(frames(), check, info, new Stopwatch()))
    assert.equal(frame.index, passed++);
  return passed;
}

async function refusalOf(work: Promise<unknown>): Promise<FaceSwapError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof FaceSwapError && error.code === 'content-refused', String(error));
    return error;
  }
  throw new Error('not refused');
}

describe('the content check', () => {
  test('looks at the first frame, at every cut, and no later than a second after the last look', async () => {
    const { eyes, seen } = standIn(() => 0);
    const greys = [...Array<number>(25).fill(100), ...Array<number>(15).fill(220)];
    assert.equal(await pass(newCheck(eyes), greys), 40);
    assert.deepEqual(seen, [0, 10, 20, 25, 35]);
    // Slower than a frame a second: every one of them.
    const slow = standIn(() => 0);
    await pass(newCheck(slow.eyes), [100, 100, 100, 100], 0.5);
    assert.deepEqual(slow.seen, [0, 1, 2, 3]);
  });

  test('lets nothing pass from a frame on that is clearly intimate, and says when and how much', async () => {
    const { eyes } = standIn((grey) => (grey === 220 ? 0.95 : 0.01));
    const greys = [...Array<number>(12).fill(100), ...Array<number>(10).fill(220)];
    const { facts } = await refusalOf(pass(newCheck(eyes), greys));
    assert.deepEqual(facts, {
      file: target.file,
      why: 'explicit',
      score: 0.95,
      limit: 0.92,
      times: '0:01.2',
    });
    const text = describeError(new FaceSwapError('content-refused', facts));
    assert.match(text, /target\.mp4.*0:01\.2.*score of 0\.95.*limit 0\.92.*nothing was written.*mistake/);
  });

  test('takes several looks where one is not clear, and does not count a moment twice', async () => {
    const { eyes } = standIn((grey) => (grey === 220 ? 0.87 : 0.01));
    const once = [
      ...Array<number>(12).fill(100),
      ...Array<number>(5).fill(220),
      ...Array<number>(9).fill(100),
    ];
    const check = newCheck(eyes);
    await check.glance(greyFrame(0, 220), 1.2);
    assert.equal(await pass(check, once), 26);
    const { facts } = await refusalOf(pass(newCheck(eyes), [...once, ...Array<number>(5).fill(220)]));
    assert.deepEqual([facts['times'], facts['limit']], ['0:01.2, 0:02.6', 0.85]);
  });

  test('looks at people in turns while nothing is doubtful, and at all of them when a scene starts or was doubtful', async () => {
    const faceAt = (x: number) => ({ box: { x, y: 20, width: 8, height: 8 }, pose: { roll: 0 } });
    const faces = [faceAt(10), faceAt(78)] as unknown as TrackedFrame['faces'];
    const places: Record<number, number[]> = {};
    const { eyes } = standIn(() => 0);
    const classify: ContentEyes['classifier']['classify'] = (picture, { cx }, why) => {
      const { index, planes } = picture as Frame;
      if (why === 'first') (places[index] ??= []).push(cx);
      const porn = planes[0][0] === 220 && cx > 60 ? 0.3 : 0.1;
      return Promise.resolve({ ...plain, porn, neutral: 1 - porn });
    };
    const greys = [...Array<number>(31).fill(100), ...Array<number>(22).fill(220)];
    await pass(newCheck({ ...eyes, classifier: { classify } }), greys, 10, faces);
    const [left, right] = [20, 76];
    const all = [48, left, right];
    assert.deepEqual(places, {
      0: all,
      10: [48, left],
      20: [48, right],
      30: [48, left],
      31: all,
      41: all,
      51: all,
    });
  });

  test('refuses earlier when it is told to be strict, and is never told to be lax', async () => {
    const { eyes } = standIn(() => 0.9);
    assert.equal(await pass(newCheck(eyes), [100]), 1);
    await refusalOf(pass(newCheck(eyes, 'strict'), [100]));
  });

  test('refuses for good when somebody in the target or a source may be a minor', async () => {
    for (const [inTarget, inSource] of [
      [[40, 14], []],
      [[40], [14]],
    ]) {
      const { eyes } = standIn(() => 0.8, inTarget, inSource);
      const error = await refusalOf(pass(newCheck(eyes), [100]));
      assert.equal(error.facts['why'], 'minor');
      const text = describeError(error);
      assert.match(text, /may be a minor.*0\.8.*this is final/);
      assert.doesNotMatch(text, /mistake/);
    }
    const grown = standIn(() => 0.8, [40], [50]);
    assert.equal(await pass(newCheck(grown.eyes), [100]), 1);
  });

  test('looks at pictures as at frames', async () => {
    const { eyes } = standIn(() => 0.95);
    const { facts } = await refusalOf(newCheck(eyes).still(greyFrame(0, 100), []));
    assert.deepEqual([facts.file, facts['times']], [target.file, undefined]);
    const source = await refusalOf(newCheck(eyes).photo('/photos/source.jpg', greyFrame(0, 100)));
    assert.equal(source.facts.file, '/photos/source.jpg');
  });
});

describe('the content check on ordinary photos and clips of one', () => {
  let open: OpenContentCheck;
  let info: MediaInfo;
  const { signal } = new AbortController();
  before(async () => {
    info = await clipOf(1280, 720, '1');
    const sources = ([1, 2, 3, 4, 5, 6] as const).map(photo);
    open = await openContentCheck({ sources, target: info.file }, info, { signal });
  });
  async function clipOf(width: number, height: number, rate: string): Promise<MediaInfo> {
    const size = { width, height, frames: 20, rate };
    const clip = await makeClip({ extension: '.mp4', video: ['-c:v', 'libx264'], ...size });
    return probeMedia(clip!, await clipTools);
  }
  after(() => open.close());

  test('they pass, each of them looked at', async () => {
    await glanceAhead(open.check, info, await clipTools, signal);
    assert.match(open.check.summary, /^Content check: 8 looks, highest score 0\.\d\d, limit 0\.85$/);
  });

  for (const [extension, open] of [
    ['.mp4', '0'],
    ['.mkv', '1'],
    ['.ts', '0'],
  ] as const) {
    test(`a glance finds a key frame in ${extension}, the one before the time asked for where that can be jumped to`, async () => {
      const gops = `keyint=8:min-keyint=8:scenecut=0:open-gop=${open}`;
      const file = await makeClip({ extension, video: ['-c:v', 'libx264', '-x264-params', gops] });
      const tools = await clipTools;
      const clip = await probeMedia(file!, tools);
      const found = await keyFrameNear(clip, 0.5, tools, signal);
      const wanted = clip.seekable ? [8] : [0, 8, 16];
      const frames = await Promise.all(wanted.map((index) => frameAt(clip, index, tools, signal)));
      assert.ok(found && frames.some(({ planes }) => isDeepStrictEqual(planes, found.planes)));
    });
  }

  // Fingers at lips, from so near that nothing else is seen: the classifier is sure, and wrong.
  test('one that is taken for something else is refused before anything is done, with an exact time', async () => {
    const close = await clipOf(320, 240, '2');
    const other = await openContentCheck({ sources: [photo(1)], target: close.file }, close, { signal });
    try {
      const { facts } = await refusalOf(glanceAhead(other.check, close, await clipTools, signal));
      assert.deepEqual([facts['why'], facts['times']], ['explicit', '0:05.0']);
      assert.ok(Number(facts['score']) >= 0.92);
    } finally {
      await other.close();
    }
  });

  test('who cancels is not kept waiting', async () => {
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(openContentCheck({ sources: [photo(1)], target: info.file }, info, abort), {
      code: 'cancelled',
    });
  });
});

/** The youngest of photo 6 is taken for 21, the youngest of photo 1 for 31; all of them are grown up. */
describe('the ages of the people shown, when a score is raised', () => {
  const { signal } = new AbortController();
  const clip = makeClip({ extension: '.mp4', video: ['-c:v', 'libx264'], frames: 20 });
  let score = 0;
  before(() =>
    mock.method(BuiltInClassifier.prototype, 'classify', () =>
      Promise.resolve({ ...plain, porn: score, neutral: 1 - score }),
    ),
  );
  after(() => mock.restoreAll());

  async function judge(source: 1 | 6, target: 1 | 6): Promise<unknown> {
    const file = photo(target);
    const info = await probeMedia(file, await clipTools);
    score = 0;
    const open = await openContentCheck({ sources: [photo(source)], target: file }, info, { signal });
    score = 0.8;
    try {
      await glanceAhead(open.check, info, await clipTools, signal);
    } finally {
      await open.close();
    }
    return open.check.summary;
  }

  test('decide, in the target and in the sources', async () => {
    for (const [source, target] of [
      [1, 6],
      [6, 1],
    ] as const) {
      const { facts } = await refusalOf(judge(source, target));
      assert.deepEqual([facts.file, facts['why'], facts['limit']], [photo(target), 'minor', 0.75]);
    }
    assert.match(String(await judge(1, 1)), /highest score 0\.80/);
  });

  test('decide in a source that has a raised score itself', async () => {
    const file = (await clip)!;
    const info = await probeMedia(file, await clipTools);
    score = 0.8;
    const open = (source: 1 | 6) =>
      openContentCheck({ sources: [photo(source)], target: file }, info, { signal });
    const { facts } = await refusalOf(open(6));
    assert.deepEqual([facts.file, facts['why']], [photo(6), 'minor']);
    await (await open(1)).close();
  });
});
