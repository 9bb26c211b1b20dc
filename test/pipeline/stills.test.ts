import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import sharp from 'sharp';
import { takeStill, type PipelineContext } from '../../src/pipeline';
import { FaceSwapError } from '../../src/protocol/errors';
import type { Still } from '../../src/protocol/report';
import { clipFrames, clipWidth, fillWorkspace } from '../support/hostWorkspace';

const ignore = (): void => undefined;
const context: PipelineContext = {
  signal: new AbortController().signal,
  onProgress: ignore,
  onLog: ignore,
  onScratch: ignore,
};

suite('Stills', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'face-swap-stills-'));
    fillWorkspace(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const still = (name: string, seconds = 0, maxWidth = 4000): Promise<Still> =>
    takeStill({ file: path.join(folder, name), seconds, maxWidth, tools: {} }, context);

  /** Mean absolute difference of two stills, 0–255. */
  async function difference(one: Still, other: Still): Promise<number> {
    const [a, b] = await Promise.all(
      [one, other].map(({ jpegBase64 }) => sharp(Buffer.from(jpegBase64, 'base64')).raw().toBuffer()),
    );
    assert.equal(a.length, b.length);
    return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / a.length;
  }

  test('show different moments of a video, and the same moment the same', async () => {
    const [first, again, later] = [
      await still('clip.mp4'),
      await still('clip.mp4'),
      await still('clip.mp4', 1),
    ];
    assert.deepEqual([first.width, first.frameSeconds], [clipWidth, 0.04]);
    assert.ok(Math.abs(first.durationSeconds - clipFrames / 25) < 0.001);
    assert.equal(await difference(first, again), 0);
    assert.ok((await difference(first, later)) > 3);
  });

  test('beyond the end show the last frame', async () => {
    const [last, beyond] = [await still('clip.mp4', (clipFrames - 1) / 25), await still('clip.mp4', 99)];
    assert.equal(await difference(last, beyond), 0);
  });

  test('are shrunk to what is asked for, never enlarged', async () => {
    assert.equal((await still('clip.mp4', 0, 120)).width, 120);
    assert.equal((await still('bea.jpg')).width, 480);
  });

  test('of an image have no duration', async () => {
    const { durationSeconds, width } = await still('ann.jpg');
    assert.deepEqual([durationSeconds, width], [0, 460]);
  });

  test('show a file as it is now, though it was looked at before', async () => {
    const before = await still('clip.mp4');
    copyFileSync(path.join(folder, 'ann.jpg'), path.join(folder, 'changing.jpg'));
    await still('changing.jpg');
    copyFileSync(path.join(folder, 'clip.mp4'), path.join(folder, 'changing.jpg'));
    const now = await still('changing.jpg');
    assert.equal(await difference(before, now), 0);
  });

  test('of what is no picture fail, and fail again', async () => {
    for (let attempt = 0; attempt < 2; attempt++)
      await assert.rejects(
        still('broken.mp4'),
        (error) => error instanceof FaceSwapError && error.code === 'not-media',
      );
  });
});
