import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FaceSwapError } from '../../src/protocol/errors';
import { findMediaTools } from '../../src/pipeline/media/tools';

/** Programs made of shell stand in for the real ones: what counts here is which of them is asked, and how. */
describe('finding ffmpeg', { skip: process.platform === 'win32' && 'made of shell' }, () => {
  let folder = '';
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'face-swap-tools-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function program(place: string, name: string, version: string, mode = 0o755): string {
    const file = path.join(folder, place, name);
    mkdirSync(path.dirname(file), { recursive: true });
    const utilities = version === '4.0' ? '56. 14.100' : '59.  8.100';
    writeFileSync(
      file,
      `#!/bin/sh
case "$*" in
  *-version*) echo "${name} version ${version} Copyright"; echo "libavutil      ${utilities} / ${utilities}";;
  *-encoders*) echo " V..... = Video"; echo " V....D libx264   text"; echo " V....D h264_nvenc   text";;
  *encoder=h264_nvenc*) echo "     p4    15   E..V....... medium";;
esac
`,
    );
    chmodSync(file, mode);
    return file;
  }
  const nothing = () => undefined;
  const missing = (error: unknown) => error instanceof FaceSwapError && error.code === 'tool-missing';

  test('the setting comes first, then the variable, then PATH', async () => {
    const setting = program('setting', 'ffmpeg', '7.1');
    const variable = program('variable', 'ffmpeg', '6.0');
    program('path', 'ffmpeg', '4.0');
    program('path', 'ffprobe', '4.0');
    const env = { PATH: path.join(folder, 'path'), FFMPEG_BIN: variable };
    const first = await findMediaTools({ ffmpeg: setting }, env, nothing);
    assert.deepEqual(
      [first.ffmpeg.path, first.ffmpeg.from, first.ffmpeg.version],
      [setting, 'setting', '7.1'],
    );
    assert.equal(first.ffmpeg.hasFpsMode, true);
    assert.equal(first.ffmpeg.nvencPresets, true);
    assert.deepEqual([...first.ffmpeg.encoders].sort(), ['h264_nvenc', 'libx264']);
    const second = await findMediaTools({}, env, nothing);
    assert.deepEqual([second.ffmpeg.path, second.ffmpeg.from], [variable, 'FFMPEG_BIN']);
    const third = await findMediaTools({}, { PATH: env.PATH }, nothing);
    assert.deepEqual([third.ffmpeg.from, third.ffmpeg.hasFpsMode], ['PATH', false]);
    assert.equal(third.ffprobe.path, path.join(folder, 'path', 'ffprobe'));
  });

  test('an explicit program that does not work is an error', async () => {
    program('path', 'ffmpeg', '4.0');
    program('path', 'ffprobe', '4.0');
    const env = { PATH: path.join(folder, 'path') };
    const broken = path.join(folder, 'broken');
    writeFileSync(broken, '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    for (const ffmpeg of [path.join(folder, 'none'), broken, folder]) {
      await assert.rejects(findMediaTools({ ffmpeg }, env, nothing), missing, ffmpeg);
      await assert.rejects(findMediaTools({}, { ...env, FFMPEG_BIN: ffmpeg }, nothing), missing, ffmpeg);
    }
  });

  test('ffmpeg-static counts only if its file is there, npm binaries are made executable', async () => {
    const shipped = program('npm', 'ffmpeg', '4.1', 0o644);
    const probe = program('npm2', 'ffprobe', '4.1', 0o644);
    const packages: Record<string, unknown> = {
      'ffmpeg-static': path.join(folder, 'not-downloaded'),
      '@ffmpeg-installer/ffmpeg': { path: shipped },
      '@ffprobe-installer/ffprobe': { path: probe },
    };
    const tools = await findMediaTools({}, { PATH: '' }, (name) => packages[name]);
    assert.equal(tools.ffmpeg.path, shipped);
    assert.match(tools.ffmpeg.from, /npm/);
    assert.equal(tools.ffprobe.path, probe);
    assert.ok(statSync(shipped).mode & 0o100);
    packages['ffmpeg-static'] = program('static', 'ffmpeg', '6.1');
    assert.equal(
      (await findMediaTools({}, { PATH: '' }, (name) => packages[name])).ffmpeg.from,
      'ffmpeg-static',
    );
  });

  test('ffprobe beside ffmpeg belongs to it', async () => {
    const ffmpeg = program('pair', 'ffmpeg', '7.0');
    const ffprobe = program('pair', 'ffprobe', '7.0');
    const tools = await findMediaTools({ ffmpeg }, { PATH: '' }, nothing);
    assert.equal(tools.ffprobe.path, ffprobe);
  });

  test('none at all is an error that names the tool', async () => {
    await assert.rejects(findMediaTools({}, { PATH: '' }, nothing), (error: unknown) => {
      assert.ok(missing(error));
      assert.equal((error as FaceSwapError).facts['tool'], 'ffmpeg');
      return true;
    });
  });
});
