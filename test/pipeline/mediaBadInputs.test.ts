import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FaceSwapError, type ErrorCode } from '../../src/protocol/errors';
import { describeError } from '../../src/protocol/errorText';
import { FramePool } from '../../src/pipeline/media/framePool';
import { openFrameReader } from '../../src/pipeline/media/frameReader';
import { probeMedia } from '../../src/pipeline/media/probe';
import { isProtected } from '../../src/pipeline/media/protection';
import { clipTools, makeClip, photo } from '../support/clips';

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];

describe('bad inputs are refused with the right code', () => {
  let folder = '';
  let clip = '';
  const at = (name: string) => path.join(folder, name);
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-bad-'));
    clip = (await makeClip({ extension: '.mp4', video: x264, audio: [['-c', 'aac']] }))!;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function refused(file: string, code: ErrorCode, feature?: string): Promise<void> {
    await assert.rejects(probeMedia(file, await clipTools), (error: unknown) => {
      assert.ok(error instanceof FaceSwapError, String(error));
      assert.equal(error.code, code, JSON.stringify(error.facts));
      if (feature !== undefined) assert.equal(error.facts['feature'], feature);
      return true;
    });
  }

  async function ffmpeg(...args: string[]): Promise<void> {
    const { status, stderr } = spawnSync((await clipTools).ffmpeg.path, ['-v', 'error', '-y', ...args], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  }

  test('missing', () => refused(at('none.mp4'), 'input-missing'));
  test('a folder', () => refused(folder, 'input-is-directory'));
  test('empty', async () => {
    writeFileSync(at('empty.mp4'), '');
    await refused(at('empty.mp4'), 'input-empty');
  });
  test('a dangling link', async () => {
    symlinkSync(at('nowhere.mp4'), at('dangling.mp4'));
    await refused(at('dangling.mp4'), 'input-missing');
  });
  test('not readable', { skip: process.getuid?.() === 0 && 'root reads everything' }, async () => {
    copyFileSync(clip, at('locked.mp4'));
    chmodSync(at('locked.mp4'), 0);
    await refused(at('locked.mp4'), 'input-unreadable');
  });
  test('text called .mp4', async () => {
    writeFileSync(at('text.mp4'), 'This is a shopping list.\n'.repeat(40));
    await refused(at('text.mp4'), 'not-media');
  });
  test('text', async () => {
    writeFileSync(at('list.txt'), 'This is a shopping list.\n'.repeat(40));
    await refused(at('list.txt'), 'not-media');
  });
  test('noise called .mp4', async () => {
    writeFileSync(at('noise.mp4'), readFileSync(photo(1)).subarray(20000, 60000));
    await refused(at('noise.mp4'), 'not-media');
  });
  test('sound only', async () => {
    await ffmpeg('-i', clip, '-vn', '-c', 'copy', at('sound.mp4'));
    await refused(at('sound.mp4'), 'no-video-stream');
  });
  test('sound with a cover picture', async () => {
    await ffmpeg(
      '-i',
      clip,
      '-i',
      photo(1),
      '-map',
      '0:a',
      '-map',
      '1:v',
      '-c:v',
      'mjpeg',
      '-disposition:v',
      'attached_pic',
      at('song.m4a'),
    );
    await refused(at('song.m4a'), 'no-video-stream');
  });
  test('pictures that only ffmpeg knows', async () => {
    for (const name of ['still.ppm', 'still.tga']) {
      await ffmpeg('-i', clip, '-frames:v', '1', at(name));
      await assert.rejects(probeMedia(at(name), await clipTools), (error: unknown) => {
        assert.ok(error instanceof FaceSwapError && error.code === 'media-unsupported', String(error));
        assert.match(describeError(error), /is a (ppm|targa) picture, which cannot be read here/);
        return true;
      });
    }
  });
  test('cut off before the index', async () => {
    copyFileSync(clip, at('cut.mp4'));
    truncateSync(at('cut.mp4'), 20000);
    await refused(at('cut.mp4'), 'media-truncated');
  });
  test('cut off after the index', async () => {
    await ffmpeg('-i', clip, '-c', 'copy', '-movflags', '+faststart', at('front.mp4'));
    truncateSync(at('front.mp4'), Math.floor(readFileSync(at('front.mp4')).length * 0.6));
    await refused(at('front.mp4'), 'media-truncated');
  });
  test('Matroska cut off', async () => {
    await ffmpeg('-i', clip, '-c', 'copy', at('cut.mkv'));
    truncateSync(at('cut.mkv'), Math.floor(readFileSync(at('cut.mkv')).length * 0.6));
    await refused(at('cut.mkv'), 'media-truncated');
  });
  test('Matroska with a hole in it', async () => {
    await ffmpeg('-i', clip, '-c', 'copy', at('hole.mkv'));
    const bytes = readFileSync(at('hole.mkv'));
    const middle = Math.floor(bytes.length * 0.45);
    bytes.fill(0x11, middle, middle + 3000);
    writeFileSync(at('hole.mkv'), bytes);
    await refused(at('hole.mkv'), 'media-truncated');
  });
  test('AVI cut off', async () => {
    await ffmpeg('-i', clip, '-an', '-c:v', 'mpeg4', at('cut.avi'));
    truncateSync(at('cut.avi'), Math.floor(readFileSync(at('cut.avi')).length * 0.6));
    await refused(at('cut.avi'), 'media-truncated');
  });

  test('but not AVI whose writer never came back to tell its size', async () => {
    await ffmpeg('-i', clip, '-an', '-c:v', 'mpeg4', at('whole.avi'));
    const frames = (await probeMedia(at('whole.avi'), await clipTools)).frames;
    for (const size of [0, 0xffffffff]) {
      const bytes = readFileSync(at('whole.avi'));
      bytes.writeUInt32LE(size, 4);
      writeFileSync(at('streamed.avi'), bytes);
      assert.equal((await probeMedia(at('streamed.avi'), await clipTools)).frames, frames);
    }
  });
  test('cut off, with no count of what should be there', async () => {
    await ffmpeg('-i', clip, '-c', 'copy', at('uncounted.mkv'));
    truncateSync(at('uncounted.mkv'), Math.floor(readFileSync(at('uncounted.mkv')).length * 0.6));
    await assert.rejects(probeMedia(at('uncounted.mkv'), await clipTools), (error: unknown) => {
      assert.ok(error instanceof FaceSwapError);
      assert.doesNotMatch(describeError(error), / of 0 frames/);
      return true;
    });
  });
  test('no frames', async () => {
    await ffmpeg(
      '-i',
      clip,
      '-c',
      'copy',
      '-frames:v',
      '0',
      '-an',
      '-movflags',
      '+empty_moov',
      at('hollow.mp4'),
    );
    await refused(at('hollow.mp4'), 'media-truncated');
  });
  test('JPEG cut off', async () => {
    writeFileSync(at('half.jpg'), readFileSync(photo(1)).subarray(0, 300));
    await refused(at('half.jpg'), 'media-truncated');
  });
  test('10 bits', async (t) => {
    const deep = await makeClip({ extension: '.mkv', video: x264, pixelFormat: 'yuv420p10le' });
    if (!deep) {
      t.skip('no encoder');
      return;
    }
    await refused(deep, 'media-unsupported', '10-bit');
  });
  test('HDR', async () => {
    const hdr = await makeClip({
      extension: '.mp4',
      video: [...x264, '-x264-params', 'transfer=smpte2084:colorprim=bt2020:colormatrix=bt2020nc'],
    });
    await refused(hdr!, 'media-unsupported', 'HDR');
  });
  test('transparency', async (t) => {
    const ghost = await makeClip({ extension: '.mov', video: ['-c:v', 'qtrle'], pixelFormat: 'argb' });
    if (!ghost) {
      t.skip('no encoder');
      return;
    }
    await refused(ghost, 'media-unsupported', 'alpha');
  });
  for (const [scheme, track] of [
    ['cenc-aes-ctr', 'v'],
    ['cenc-aes-ctr', 'a'],
  ] as const) {
    test(`a track that is copy-protected (${scheme}, ${track})`, async () => {
      const name = `protected-${track}.mp4`;
      const key = ['-encryption_key', '00112233445566778899aabbccddeeff'];
      const id = ['-encryption_kid', '112233445566778899aabbccddeeff00'];
      await ffmpeg('-i', clip, '-c', 'copy', '-encryption_scheme', scheme, ...key, ...id, at(name));
      if (track === 'a') {
        // With its sound alone encrypted: the picture's entry is called what it was.
        const bytes = readFileSync(at(name));
        bytes.write('avc1', bytes.indexOf('encv'), 'latin1');
        writeFileSync(at(name), bytes);
      }
      await refused(at(name), 'media-protected');
    });
  }
  test('protection is not looked for beyond boxes whose sizes lead nowhere', async () => {
    for (const type of ['moov', 'trak']) {
      for (const size of [0n, 8n, 1n << 62n]) {
        const bytes = Buffer.from(readFileSync(clip));
        const box = bytes.indexOf(type) - 4;
        bytes.writeUInt32BE(1, box);
        bytes.writeBigUInt64BE(size, box + 8);
        writeFileSync(at('odd.mp4'), bytes);
        assert.equal(await isProtected(at('odd.mp4')), false);
      }
    }
  });
  test('transparency beside the picture', async (t) => {
    const ghost = await makeClip({
      extension: '.webm',
      video: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
      pixelFormat: 'yuva420p',
    });
    if (!ghost) {
      t.skip('no encoder');
      return;
    }
    await refused(ghost, 'media-unsupported', 'alpha');
  });
  test('interlaced', async () => {
    const fields = await makeClip({
      extension: '.mp4',
      video: [...x264, '-flags', '+ilme+ildct', '-x264-params', 'tff=1'],
      filters: 'setfield=tff',
    });
    await refused(fields!, 'media-unsupported', 'interlaced');
  });
  test('two video tracks', async () => {
    await ffmpeg('-i', clip, '-i', clip, '-map', '0:v', '-map', '1:v', '-c', 'copy', at('twins.mp4'));
    await refused(at('twins.mp4'), 'media-unsupported', 'several video tracks');
  });

  test('damage in the middle ends with a code or with all frames, never with fewer', async () => {
    copyFileSync(clip, at('hurt.mp4'));
    const bytes = readFileSync(at('hurt.mp4'));
    bytes.fill(0x55, 5000, 12000);
    writeFileSync(at('hurt.mp4'), bytes);
    const tools = await clipTools;
    const info = await probeMedia(at('hurt.mp4'), tools).catch((error: unknown) => error as FaceSwapError);
    if (info instanceof FaceSwapError) {
      assert.ok(['media-truncated', 'not-media'].includes(info.code), info.code);
      return;
    }
    const pool = new FramePool(info.format, 1);
    const reader = openFrameReader(info, tools, { pool });
    let frames = 0;
    try {
      for (let frame = await reader.read(); frame; frame = await reader.read()) {
        frames++;
        pool.give(frame);
      }
      assert.equal(frames, info.frames);
    } catch (error) {
      assert.ok(
        error instanceof FaceSwapError && ['media-truncated', 'tool-failed'].includes(error.code),
        String(error),
      );
    } finally {
      await reader.close();
    }
  });

  for (const name of [
    'it\'s 100% "mine".mp4',
    '-y.mp4',
    'a:b,c;d|e.mp4',
    'line\nbreak.mp4',
    '视频 ünïcødé 🙂.mp4',
    '%03d.mp4',
    'http:x.mp4',
  ]) {
    test(`reads ${JSON.stringify(name)}`, async () => {
      mkdirSync(at('names'), { recursive: true });
      copyFileSync(clip, path.join(folder, 'names', name));
      const info = await probeMedia(path.join(folder, 'names', name), await clipTools);
      assert.equal(info.frames, 20);
    });
  }
});
