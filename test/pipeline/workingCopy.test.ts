import assert from 'node:assert/strict';
import childProcess, { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, mock, test, type Mock } from 'node:test';
import type { Frame } from '../../src/pipeline/image/frame';
import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { probeMedia } from '../../src/pipeline/media/probe';
import type { MediaTools } from '../../src/pipeline/media/tools';
import { FrameCursor } from '../../src/pipeline/preview/frameCursor';
import { Reading } from '../../src/pipeline/preview/reading';
import { WorkingCopy } from '../../src/pipeline/preview/workingCopy';
import { clipTools, makeClip, photo, type ClipRecipe } from '../support/clips';

const sparse = ['-c:v', 'libx264', '-preset', 'fast', '-g', '250', '-sc_threshold', '0'];
const frames = 70;

const recipes: Record<string, Partial<ClipRecipe>> = {
  'B frames': { video: [...sparse, '-bf', '3'] },
  'a start that is not zero': { extension: '.mkv', output: ['-output_ts_offset', '7.3'] },
  'a variable frame rate': {
    extension: '.mkv',
    variable: true,
    filters: 'setpts=(N+0.98*mod(N\\,2)+3*floor(N/9))/25/TB',
  },
  'a turned picture': { turn: 90 },
  'an odd size': { width: 321, height: 241, video: ['-c:v', 'libvpx-vp9', '-cpu-used', '8', '-g', '250'] },
  'full range': { pixelFormat: 'yuvj420p' },
  'an odd size in 4:2:2': {
    extension: '.mkv',
    width: 321,
    height: 241,
    pixelFormat: 'yuv422p',
    video: ['-c:v', 'mpeg2video', '-g', '250', '-q:v', '2'],
  },
  '4:4:4': { pixelFormat: 'yuv444p', video: [...sparse, '-profile:v', 'high444'] },
};

describe('a working copy', () => {
  let tools: MediaTools;
  let started: Mock<typeof childProcess.spawn>;
  before(async () => {
    tools = await clipTools;
  });
  const clip = async (change: Partial<ClipRecipe> = {}): Promise<MediaInfo> =>
    probeMedia((await makeClip({ extension: '.mp4', video: sparse, frames, ...change }))!, tools);

  before(() => {
    started = mock.method(childProcess, 'spawn');
  });
  after(() => started.mock.restore());

  /** Programs that make copies, in the order of their start. */
  const copiers = (): ChildProcess[] =>
    started.mock.calls
      .filter(({ arguments: [, args] }) => args.includes('mjpeg') && args.includes('-frames:v'))
      .map(({ result }) => result!);
  /** Decoders of the file itself. */
  const decoders = (): number =>
    started.mock.calls.filter(
      ({ arguments: [, args] }) => args.includes('rawvideo') && !args.includes('pipe:0'),
    ).length;
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await setTimeout(5);
  };
  /** With all that it has written read. */
  const isOver = ({ exitCode, signalCode, stdout }: ChildProcess): boolean =>
    (exitCode !== null || signalCode !== null) && (stdout?.closed ?? true);

  async function copyOf(info: MediaInfo, playhead = 0): Promise<WorkingCopy> {
    const copy = new WorkingCopy(info, tools);
    copy.makeAround(playhead);
    await until(() => copy.has(info.frames - 1));
    return copy;
  }

  for (const [name, change] of Object.entries(recipes))
    test(`holds the very frames of a clip with ${name}`, async () => {
      const info = await clip(change);
      assert.deepEqual([info.frames, info.keyFrames], [frames, [0]]);
      assert.equal(info.variableFrameRate, name.includes('variable'));
      const whole = new Reading(info, tools, 0);
      const real: Frame[] = [];
      await whole.readUntil(frames - 1, frames, (frame) => real.push(frame));
      await whole.close();
      const copy = await copyOf(info);
      for (const wanted of [0, 1, 33, 34, frames - 2, frames - 1]) {
        const reading = new Reading(info, tools, wanted, copy.from(wanted, wanted));
        const frame = await reading.readUntil(wanted, 0, () => undefined);
        await reading.close();
        assert.equal(frame.index, wanted);
        const likeness = real.map((other) => psnr(frame.data, other.data));
        assert.equal(likeness.indexOf(Math.max(...likeness)), wanted);
        assert.ok(likeness[wanted] >= 48, `frame ${wanted}: ${likeness[wanted]} dB`);
      }
      await copy.close();
    });

  test('gives nothing where a frame on the way is not there', async () => {
    const copy = await copyOf(await clip());
    assert.equal(copy.from(60, 69).length, 10);
    assert.equal(copy.from(60, 70).length, 0);
    assert.equal(copy.from(70, 70).length, 0);
    await copy.close();
    assert.equal(copy.from(60, 69).length, 0);
  });

  test('is made of long stretches alone, first of the one around the playhead', async () => {
    const keys = '0,1.2,3.6,6,8.4';
    const info = await clip({ frames: 230, video: [...sparse, '-force_key_frames', keys] });
    assert.deepEqual(info.keyFrames, [0, 30, 90, 150, 210]);
    const copy = new WorkingCopy(info, tools);
    started.mock.resetCalls();
    copy.makeAround(160);
    await until(() => copy.has(89));
    const begun = started.mock.calls.map(({ arguments: [, args] }) =>
      Math.ceil(25 * (Number(args[args.indexOf('-ss') + 1]) - (args.includes('-noaccurate_seek') ? 0.2 : 0))),
    );
    assert.deepEqual(begun, [150, 90, 30]);
    assert.deepEqual(
      [29, 30, 209, 210].map((frame) => copy.has(frame)),
      [false, true, true, false],
    );
    await copy.close();
  });

  test('rests while somebody asks, goes on after that, and leaves no program behind', async () => {
    const info = await clip({ frames: 240, width: 640, height: 480 });
    const copy = new WorkingCopy(info, tools);
    started.mock.resetCalls();
    copy.makeAround(0);
    await until(() => copy.has(0));
    copy.rest();
    const [copier] = copiers();
    assert.ok(!isOver(copier));
    const isStopped = (): boolean => / T /.test(readFileSync(`/proc/${copier.pid}/stat`, 'utf8'));
    if (process.platform === 'linux') await until(isStopped);
    copy.makeAround(1);
    await until(() => copy.has(239));
    assert.equal(copiers().length, 1, 'it went on');
    if (!isOver(copier)) await once(copier, 'exit');

    const other = new WorkingCopy(info, tools);
    other.makeAround(0);
    await until(() => other.has(0));
    await other.close();
    assert.ok(isOver(copiers()[1]));
    assert.equal(copiers().length, 2);
    assert.ok(!other.has(0));
    await copy.close();
  });

  test('goes on for somebody who waits for a frame that it comes to sooner than a decoder would', async () => {
    const info = await clip({ frames: 240, width: 640, height: 480 });
    const copy = new WorkingCopy(info, tools);
    copy.makeAround(0);
    await until(() => copy.has(60));
    copy.rest();
    let next = 60;
    while (copy.has(next)) next++;
    assert.ok(next < 200, String(next));
    const isComing = (frame: number): boolean => copy.isComing(frame);
    const far = Math.ceil(next * 1.7);
    assert.deepEqual([next - 1, next, next + 20, far].map(isComing), [false, true, true, false]);
    await copy.until(next + 20);
    assert.ok(copy.has(next + 20));
    const over = copy.until(239);
    await copy.close();
    await over;
    assert.ok(!isComing(next + 21), 'nothing comes any more');
  });

  test('ends the stretch that it is at before it begins where somebody has gone to', async () => {
    const video = [...sparse, '-force_key_frames', '0,4.8'];
    const info = await clip({ frames: 240, width: 640, height: 480, video });
    assert.deepEqual(info.keyFrames, [0, 120]);
    const copy = new WorkingCopy(info, tools);
    started.mock.resetCalls();
    copy.makeAround(0);
    await until(() => copy.has(0));
    copy.rest();
    assert.ok(!isOver(copiers()[0]));
    await new Promise<void>((made) => copy.makeAround(200, 1, made));
    assert.ok([...Array(240).keys()].every((frame) => copy.has(frame)));
    assert.equal(copiers().length, 2, 'nothing was begun twice');
    await copy.close();
  });

  test('makes jumps short: nobody decodes the way from the key frame any more', async () => {
    const info = await clip({ frames: 240 });
    const cursor = new FrameCursor(info, tools);
    started.mock.resetCalls();
    await cursor.frameAt(3);
    cursor.stockCopy(3);
    await until(() => copiers().length > 0 && isOver(copiers()[0]));
    const before = decoders();
    for (const wanted of [200, 120, 121, 60, 239, 61, 2])
      assert.equal((await cursor.frameAt(wanted)).index, wanted);
    cursor.stockBefore(120);
    assert.equal((await cursor.frameAt(100)).index, 100);
    assert.equal(decoders(), before);
    await cursor.close();
    for (const { result } of started.mock.calls) await until(() => isOver(result!));
  });

  test('keeps within its room what is nearest to the playhead', async () => {
    const info = await clip({ frames: 240 });
    const all = await copyOf(info);
    const sizes = all.from(0, 239).map(({ length }) => length);
    await all.close();
    const room = sizes.slice(100, 150).reduce((sum, size) => sum + size);
    const copy = new WorkingCopy(info, tools, room);
    started.mock.resetCalls();
    const held = (): number[] => sizes.flatMap((_, n) => (copy.has(n) ? [n] : []));
    for (const playhead of [0, 60, 120]) {
      copy.makeAround(playhead);
      await until(() => copiers().length > 0 && copiers().every(isOver) && copy.has(playhead + 15));
      const bytes = held().reduce((sum, n) => sum + sizes[n], 0);
      assert.ok(bytes <= room && bytes > 0.8 * room, `${bytes} of ${room}`);
      assert.ok(
        held().every((n) => Math.abs(n - playhead) <= 60),
        String(held()),
      );
      const start = Math.max(0, playhead - 15);
      assert.ok(copy.from(start, playhead + 15).length > playhead + 15 - start);
      started.mock.resetCalls();
    }
    await copy.close();
  });

  test('is made of videos with long stretches alone', async () => {
    const picture = await probeMedia(photo(1), tools);
    const dense = await clip({ frames: 60, video: [...sparse, '-g', '30'] });
    started.mock.resetCalls();
    mock.timers.enable({ apis: ['setTimeout'] });
    const copies = [picture, dense, await clip()].map((info) => new WorkingCopy(info, tools));
    const begun: number[] = [];
    for (const copy of copies) {
      copy.makeAround(0);
      mock.timers.tick(1000);
      await new Promise(setImmediate);
      begun.push(copiers().length);
    }
    mock.timers.reset();
    assert.deepEqual(begun, [0, 0, 1]);
    await Promise.all(copies.map((copy) => copy.close()));
  });
});

/** In dB, of all samples. */
function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / a.length));
}
