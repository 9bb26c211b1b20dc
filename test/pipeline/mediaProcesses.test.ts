import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, mock, test } from 'node:test';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultEncoding, type VideoEncoder } from '../../src/protocol/job';
import { createFrame } from '../../src/pipeline/image/frame';
import { FramePool } from '../../src/pipeline/media/framePool';
import { openFrameReader } from '../../src/pipeline/media/frameReader';
import { openFrameWriter } from '../../src/pipeline/media/frameWriter';
import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { probeMedia } from '../../src/pipeline/media/probe';
import { clipTools, makeClip } from '../support/clips';
import { ffmpegGenerations, passThrough, removeFolderOf } from '../support/mediaRoad';

const isCode = (code: string) => (error: unknown) => error instanceof FaceSwapError && error.code === code;

describe('child processes', () => {
  let folder = '';
  let info: MediaInfo;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-children-'));
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '5', '-bf', '2'];
    info = await probeMedia((await makeClip({ extension: '.mp4', video, frames: 60 }))!, await clipTools);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function hashesFrom(startFrame: number): Promise<string[]> {
    const pool = new FramePool(info.format, 2);
    const reader = openFrameReader(info, await clipTools, { pool, startFrame });
    const hashes: string[] = [];
    for (let frame = await reader.read(); frame; frame = await reader.read()) {
      assert.equal(frame.index, startFrame + hashes.length);
      hashes.push(createHash('md5').update(frame.data).digest('hex'));
      pool.give(frame);
    }
    await reader.close();
    return hashes;
  }

  test('a reader starts at exactly the frame that is asked for', async () => {
    const all = await hashesFrom(0);
    assert.equal(all.length, info.frames);
    for (const start of [1, 7, 30, 59])
      assert.deepEqual(await hashesFrom(start), all.slice(start), `from ${start}`);
  });

  test('frames are the same through a pipe, where there is no folder for a socket, and no socket stays behind', async () => {
    const before = process.env['TMPDIR'];
    const sockets = path.join(folder, 'sockets');
    mkdirSync(sockets);
    try {
      process.env['TMPDIR'] = sockets;
      const throughSocket = await hashesFrom(0);
      assert.deepEqual(readdirSync(sockets), []);
      process.env['TMPDIR'] = path.join(folder, 'missing');
      assert.deepEqual(await hashesFrom(0), throughSocket);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  test('frames are the same through a pipe, where a socket cannot be reached', async () => {
    const throughSocket = await hashesFrom(0);
    const connect = mock.method(Socket.prototype, 'connect', function (this: Socket) {
      return this.destroy(new Error('too many open files'));
    });
    try {
      assert.deepEqual(await hashesFrom(0), throughSocket);
      assert.equal(connect.mock.callCount(), 1);
    } finally {
      connect.mock.restore();
    }
  });

  test('a reader without a free frame waits, and cancelling ends the wait and the decoder', async () => {
    const pool = new FramePool(info.format, 1);
    const controller = new AbortController();
    const reader = openFrameReader(info, await clipTools, { pool, signal: controller.signal });
    assert.ok(await reader.read());
    const waiting = reader.read();
    controller.abort();
    await assert.rejects(waiting, isCode('cancelled'));
    await assert.rejects(reader.read(), isCode('cancelled'));
    await reader.close();
  });

  test('a reader can be closed in the middle', async () => {
    const reader = openFrameReader(info, await clipTools, { pool: new FramePool(info.format, 1) });
    assert.ok(await reader.read());
    await reader.close();
    assert.equal(await reader.read(), undefined);
  });

  test('an encoder that dies says why', async () => {
    const encoding = { ...defaultEncoding, preset: 'nonsense' as 'medium' };
    const writer = openFrameWriter(path.join(folder, 'dead.mp4'), info, encoding, await clipTools);
    const frame = createFrame(info.format);
    await assert.rejects(
      async () => {
        for (let n = 0; n < 100; n++) await writer.write(frame);
        await writer.finish();
      },
      (error: unknown) => {
        assert.ok(isCode('tool-failed')(error));
        assert.match((error as FaceSwapError).facts.stderr ?? '', /preset/);
        return true;
      },
    );
    await writer.abort();
  });

  test('an encoder that is not there is named', async () => {
    const tools = await clipTools;
    const without = { ...tools, ffmpeg: { ...tools.ffmpeg, encoders: new Set(['libx264']) } };
    assert.throws(
      () =>
        openFrameWriter(
          path.join(folder, 'x.mp4'),
          info,
          { ...defaultEncoding, encoder: 'hevc_nvenc' },
          without,
        ),
      isCode('encoder-unavailable'),
    );
  });

  test('a full disk is told apart', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
    const tools = await clipTools;
    const writer = openFrameWriter('/dev/full', info, { ...defaultEncoding, quality: 100 }, tools);
    const frame = createFrame(info.format);
    await assert.rejects(async () => {
      for (let n = 0; n < 200; n++) {
        frame.data.forEach((_, i) => (frame.data[i] = (i * 7919 + n * 31) & 255));
        await writer.write(frame);
      }
      await writer.finish();
    }, isCode('disk-full'));
  });

  test('the same frames give the same bytes', async () => {
    const digests = [];
    for (let n = 0; n < 2; n++) {
      const { output } = await passThrough(info.file, '.mp4', defaultEncoding, await clipTools);
      digests.push(createHash('sha256').update(readFileSync(output)).digest('hex'));
      removeFolderOf(output);
    }
    assert.equal(digests[0], digests[1]);
  });

  for (const encoder of ['libx264', 'libx265', 'libvpx-vp9'] as VideoEncoder[]) {
    test(`${encoder} at both ends of the quality scale`, async (t) => {
      for (const tools of await ffmpegGenerations()) {
        if (!tools.ffmpeg.encoders.has(encoder)) {
          t.skip(`${tools.ffmpeg.path} has no ${encoder}`);
          return;
        }
        const sizes = [];
        for (const quality of [20, 90]) {
          const encoding = { ...defaultEncoding, encoder, quality, preset: 'ultrafast' as const };
          const { result, output } = await passThrough(info.file, '.mp4', encoding, tools, 30);
          assert.equal(
            result.codec,
            { libx264: 'h264', libx265: 'hevc', 'libvpx-vp9': 'vp9' }[encoder as 'libx264'],
          );
          sizes.push(result.bytes);
          removeFolderOf(output);
        }
        assert.ok(sizes[1] > 2 * sizes[0], String(sizes));
      }
    });
  }

  test('no ffmpeg outlives its parent', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
    const script = path.join(folder, 'parent.ts');
    const media = path.resolve(__dirname, '../../src/pipeline/media');
    writeFileSync(script, orphanScript(media, info.file, path.join(folder, 'orphan.mp4')));
    const parent = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    assert.equal(
      ffmpegsNaming(folder).length + ffmpegsNaming(info.file).length >= 2,
      true,
      'both were running',
    );
    const gone = new Promise((resolve) => parent.once('exit', resolve));
    parent.kill('SIGKILL');
    await gone;
    const deadline = Date.now() + 10000;
    while (ffmpegsNaming(folder).length > 0 && Date.now() < deadline)
      await new Promise((next) => setImmediate(next));
    assert.deepEqual(ffmpegsNaming(folder), []);
  });
});

/** Reads and writes a few frames, says so, and then waits for ever. */
function orphanScript(media: string, clip: string, output: string): string {
  return `
    import { findMediaTools } from ${JSON.stringify(path.join(media, 'tools'))};
    import { probeMedia } from ${JSON.stringify(path.join(media, 'probe'))};
    import { FramePool } from ${JSON.stringify(path.join(media, 'framePool'))};
    import { openFrameReader } from ${JSON.stringify(path.join(media, 'frameReader'))};
    import { openFrameWriter } from ${JSON.stringify(path.join(media, 'frameWriter'))};
    import { defaultEncoding } from ${JSON.stringify(path.join(media, '../../protocol/job'))};
    void (async () => {
      const tools = await findMediaTools({});
      const info = await probeMedia(${JSON.stringify(clip)}, tools);
      const reader = openFrameReader(info, tools, { pool: new FramePool(info.format, 3) });
      const writer = openFrameWriter(${JSON.stringify(output)}, info, defaultEncoding, tools);
      for (let n = 0; n < 3; n++) await writer.write((await reader.read())!);
      console.log('running');
      setInterval(() => undefined, 1000);
    })();`;
}

/** Running programs whose command line names a path. */
function ffmpegsNaming(file: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes(file) && /ffmpeg/.test(readlinkSync(`/proc/${pid}/exe`));
    } catch {
      return false;
    }
  });
}
