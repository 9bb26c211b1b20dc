import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { swapVideo } from '../../src/pipeline';
import { createFrame } from '../../src/pipeline/image/frame';
import { LivePictures } from '../../src/pipeline/livePictures';
import { PauseGate } from '../../src/pipeline/pauseGate';
import {
  defaultEncoding,
  defaultExecution,
  defaultSelection,
  type MemoryStrategy,
  type SwapJob,
} from '../../src/protocol/job';
import type { JobProblem } from '../../src/protocol/problems';
import type { LivePicture } from '../../src/protocol/report';
import { frameHashes } from '../support/frameHashes';
import { groupPhoto } from '../support/facePhotos';
import { meshJob, quietContext } from '../support/meshJob';
import { filmPeople, twoPeople } from '../support/peopleClips';
import { temporaryFolder } from '../support/temporaryFolder';
import { videoInfo } from '../support/videoInfo';

describe('a job that runs', () => {
  const folder = temporaryFolder('steering');
  let target = '';
  before(async () => {
    // Somebody, and then nobody for more than a second.
    target = await filmPeople([twoPeople[1], { ...twoPeople[2], frames: 30 }]);
  });
  const jobOf = (name: string, memoryStrategy: MemoryStrategy): SwapJob =>
    meshJob({
      sources: [groupPhoto(5)],
      target,
      output: folder.path(name),
      selection: { ...defaultSelection, manyFaces: true },
      encoding: { ...defaultEncoding, preset: 'ultrafast' },
      execution: { ...defaultExecution, providers: ['cpu'], memoryStrategy },
    });

  for (const strategy of ['together', 'sequential'] as const) {
    test(`${strategy} stands still when it is paused, goes on to the same result, shows frames and tells problems`, async () => {
      const plain = jobOf(`${strategy}.mkv`, strategy);
      await swapVideo(plain, quietContext);
      const stood: boolean[] = [];
      const gate = new PauseGate((standing) => {
        stood.push(standing);
        if (standing) setImmediate(() => gate.set(false));
      });
      let pauses = 0;
      const pictures: LivePicture[] = [];
      const problems: JobProblem[] = [];
      const paused = { ...plain, output: folder.path(`${strategy} paused.mkv`) };
      const report = await swapVideo(paused, {
        ...quietContext,
        gate,
        onProgress: ({ stage }) => {
          if (stage === 'swap' && pauses++ % 20 === 0) gate.set(true);
        },
        pictures: () => (picture) => pictures.push(picture),
        onProblem: (problem) => problems.push(problem),
      });
      // One processor after the other goes through the film twice.
      assert.equal(stood.length, 2 * Math.ceil(pauses / 20));
      assert.ok(pauses >= (strategy === 'together' ? 42 : 84));
      assert.deepEqual(frameHashes(paused.output), frameHashes(plain.output));
      assert.ok(pictures.length >= 1);
      const { format, width } = await sharp(Buffer.from(pictures[0].jpegBase64, 'base64')).metadata();
      assert.deepEqual([format, width, pictures[0].height], ['jpeg', 480, 270]);
      assert.deepEqual(
        report.problems?.map(({ kind, first, last }) => [kind, first, last]),
        [['no-face', 12, 41]],
      );
      assert.deepEqual(problems.at(-1), report.problems[0]);
    });
  }
});

describe('live pictures', () => {
  const info = videoInfo({ rotation: 90, displayWidth: 480, displayHeight: 640 });
  const frame = createFrame(info.format, undefined, 3);

  test('come at most once a second, upright and small, and only while they are wanted', async () => {
    let [now, wanted] = [0, true];
    const told: LivePicture[] = [];
    const live = new LivePictures(
      info,
      () => (wanted ? (picture) => told.push(picture) : undefined),
      () => now,
    );
    for (now of [0, 400, 999, 1000, 1999]) await live.offer(frame);
    wanted = false;
    now = 9000;
    await live.offer(frame);
    assert.deepEqual(
      told.map(({ frame: number, seconds, width, height }) => [number, seconds, width, height]),
      [
        [3, 0.12, 480, 640],
        [3, 0.12, 480, 640],
      ],
    );
  });
});
