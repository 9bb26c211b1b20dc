import assert from 'node:assert/strict';
import childProcess, { type ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { after, before, beforeEach, describe, mock, test, type Mock } from 'node:test';
import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { probeMedia } from '../../src/pipeline/media/probe';
import type { MediaTools } from '../../src/pipeline/media/tools';
import { FrameCursor } from '../../src/pipeline/preview/frameCursor';
import { Reading } from '../../src/pipeline/preview/reading';
import { WorkingCopy } from '../../src/pipeline/preview/workingCopy';
import { clipTools, makeClip } from '../support/clips';

describe('somebody who points at a long film', () => {
  let tools: MediaTools;
  let info: MediaInfo;
  let started: Mock<typeof childProcess.spawn>;
  before(async () => {
    tools = await clipTools;
    const keys = ['-g', '150', '-sc_threshold', '0'];
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', ...keys];
    info = await probeMedia((await makeClip({ extension: '.mp4', video, frames: 450 }))!, tools);
    assert.deepEqual(info.keyFrames, [0, 150, 300]);
    started = mock.method(childProcess, 'spawn');
  });
  beforeEach(() => started.mock.resetCalls());
  after(() => started.mock.restore());

  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await setTimeout(5);
  };
  /** Decoders of the file itself. */
  const decoders = (): ChildProcess[] =>
    started.mock.calls
      .filter(({ arguments: [, args] }) => args.includes('rawvideo') && !args.includes('pipe:0'))
      .map(({ result }) => result!);
  const isOver = ({ exitCode, signalCode }: ChildProcess): boolean =>
    exitCode !== null || signalCode !== null;
  const held = (copy: WorkingCopy): number[] =>
    Array.from({ length: 450 }, (_, n) => n).filter((n) => copy.has(n));
  const made = (copy: WorkingCopy, playhead: number, perPixel: number): Promise<void> =>
    new Promise((resolve) => copy.makeAround(playhead, perPixel, resolve));

  /** Room for a third of the frames. */
  async function someRoom(): Promise<number> {
    const all = new WorkingCopy(info, tools);
    await made(all, 0, 1);
    const bytes = all.from(0, 449).reduce((sum, { length }) => sum + length, 0);
    await all.close();
    return Math.round(bytes / 3);
  }

  test('has a frame near each pixel copied, and those around the playhead, within the room', async () => {
    const room = await someRoom();
    const copy = new WorkingCopy(info, tools, room);
    for (const playhead of [225, 20]) {
      await made(copy, playhead, 6);
      const frames = held(copy);
      for (let n = 0; n < 450; n += 8) assert.ok(frames.includes(n), `${n} of ${String(frames)}`);
      for (let n = playhead - 12; n < playhead + 12; n++) assert.ok(copy.has(n), `${n} around ${playhead}`);
      const bytes = frames.reduce((sum, n) => sum + copy.from(n, n)[0].length, 0);
      assert.ok(bytes <= room, `${bytes} of ${room}`);
    }
    // Each is the frame that it says it is.
    for (const n of [24, 144, 272, 440]) {
      const [copied, real] = [copy.from(n, n), []].map((jpegs) => new Reading(info, tools, n, jpegs));
      const [a, b] = [
        await copied.readUntil(n, 0, () => undefined),
        await real.readUntil(n, 0, () => undefined),
      ];
      const [x, y] = [a.data, b.data];
      const off = x.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / x.length;
      assert.ok(off < 2, `frame ${n} is off by ${off}`);
      await Promise.all([copied.close(), real.close()]);
    }
    await copy.close();
  });

  test('makes nothing of the whole film anew when the playhead moves', async () => {
    const copy = new WorkingCopy(info, tools, await someRoom());
    await made(copy, 0, 6);
    started.mock.resetCalls();
    await made(copy, 440, 6);
    const filters = started.mock.calls.map(({ arguments: [, args] }) => args[args.indexOf('-vf') + 1]);
    assert.ok(filters.length > 0 && filters.every((one) => !one.includes('mod(n')), String(filters));
    await copy.close();
  });

  test('sees a frame of the pixel that is there already, and the very frame when it was no pointer', async () => {
    const cursor = new FrameCursor(info, tools);
    await cursor.frameAt(103);
    const before = decoders().length;
    assert.equal((await cursor.frameAt(100, 6)).index, 100, 'read on the way to it');
    assert.equal((await cursor.frameAt(90, 6)).index, 95);
    assert.equal(decoders().length, before);
    assert.equal((await cursor.frameAt(90)).index, 90);
    assert.equal((await cursor.frameAt(296, 6)).index, 300, 'a key frame');
    assert.equal((await cursor.frameAt(448, 6)).index, 448);
    assert.equal((await cursor.frameAt(600, 6)).index, 449);
    await cursor.close();
  });

  test('sees the nearest frame that comes at once where those of the pixel take long', async () => {
    const cursor = new FrameCursor(info, tools);
    await cursor.frameAt(103);
    const before = decoders().length;
    assert.equal((await cursor.frameAt(136, 6)).index, 150, 'a key frame');
    assert.equal((await cursor.frameAt(120, 6)).index, 103, 'one that has been seen');
    assert.equal(decoders().length, before + 1);
    assert.equal((await cursor.frameAt(120)).index, 120, 'and the very one when it was no pointer');
    assert.equal((await cursor.frameAt(240, 1)).index, 240, 'and when none is near');
    await cursor.close();
  });

  test('finds the frame decoded that the pointer rested on', async () => {
    const cursor = new FrameCursor(info, tools);
    await cursor.frameAt(0);
    cursor.expect(280);
    await until(() => decoders().length === 2);
    const [, expected] = decoders();
    assert.equal((await cursor.frameAt(280)).index, 280);
    assert.equal((await cursor.frameAt(281)).index, 281);
    assert.equal(decoders().length, 2, 'and the decoder goes on from there');
    assert.ok(!isOver(expected));
    await cursor.close();
  });

  test('waits for nothing that others have pointed at', async () => {
    const cursor = new FrameCursor(info, tools);
    await cursor.frameAt(0);
    cursor.expect(440);
    cursor.expect(280);
    cursor.expect(290);
    await until(() => decoders().length === 3);
    const [, far, near] = decoders();
    await until(() => isOver(far));
    assert.equal((await cursor.frameAt(4)).index, 4);
    await until(() => isOver(near));
    cursor.expect(4);
    cursor.expect(12);
    cursor.expect(200);
    await until(() => decoders().length > 3);
    await cursor.rest();
    assert.equal(
      decoders().length,
      4,
      'none for what is there, or a few frames on, and for what lies a little behind',
    );
    await cursor.close();
    assert.ok(decoders().every(isOver));
  });
});
