import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { photo } from '../support/clips';
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap } from '../support/commandLine';
import { packagedTool } from '../support/hostWorkspace';

/**
 * The real classifier at the real door. What it refuses here is harmless: fingers at lips, from so near that nothing else is to be
 * seen, which it mistakes for something else.
 */
describe('what the content check refuses on the command line', () => {
  let folder = '';
  let media = '';
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-content-'));
    media = mediaFolder(folder);
    const close = path.join(media, 'close.png');
    await sharp(photo(2)).extract({ left: 240, top: 240, width: 320, height: 240 }).png().toFile(close);
    // Ordinary for a second, then the picture above, between two key frames.
    const filter =
      '[0:v]trim=0:1,setpts=PTS-STARTPTS,crop=480:360,setsar=1[a];[1:v]scale=480:360,setsar=1,fps=25[b];[a][b]concat';
    const second = ['-loop', '1', '-framerate', '25', '-t', '1', '-i', close];
    const encode = ['-c:v', 'libx264', '-x264-params', 'keyint=250:scenecut=0', '-pix_fmt', 'yuv420p'];
    const both = ['-i', path.join(media, 'clip.mp4'), ...second, '-filter_complex', filter, ...encode];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', ...both, path.join(media, 'late.mp4')]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const job = { face: 'bea.jpg', target: 'clip.mp4' };
  const refused: [what: string, job: { face: string; target: string }, args: string[], says: RegExp][] = [
    ['a source', { ...job, face: 'close.png' }, [], /“.*close\.png” was refused: /],
    ['a picture', { ...job, target: 'close.png' }, ['-o', 'result.png'], /“.*close\.png” was refused: /],
    [
      'a video half-way',
      { ...job, target: 'late.mp4' },
      [],
      /late\.mp4” was refused for what it shows at 0:01\.0: /,
    ],
    [
      'a video before any processor works',
      { ...job, target: 'late.mp4' },
      ['--memory-strategy', 'sequential'],
      /late\.mp4” was refused for what it shows at 0:01\.0: /,
    ],
  ];
  for (const [what, { face, target }, args, says] of refused) {
    test(`${what}, and nothing is left of it`, async () => {
      const before = everythingIn(media);
      const all = ['-s', face, '-t', target, '-o', 'result.mp4', '--many-faces', ...args];
      const { code, stdout, stderr } = await faceSwap(all, { cwd: media });
      assert.equal(code, 7, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.match(
        stderr,
        /score of (0\.\d+|1) \(limit 0\.\d+\); nothing was written\. If that is a mistake,/,
      );
      assert.deepEqual(everythingIn(media), before);
    });
  }

  test('no setting and no job file turns it off', async () => {
    const args = ['-s', 'bea.jpg', '-t', 'close.png', '-o', 'result.png'];
    const off = await faceSwap([...args, '--content-check-sensitivity', 'off'], { cwd: media });
    assert.equal(off.code, 2);
    assert.match(off.stderr, /--content-check-sensitivity.*standard.*strict/);
    const file = path.join(media, 'off.faceswap.json');
    const content = { version: 1, target: 'close.png', sources: ['bea.jpg'], output: 'result.png' };
    writeFileSync(file, JSON.stringify({ ...content, contentCheck: false }));
    assert.equal((await faceSwap([file], { cwd: media })).code, 3);
    writeFileSync(file, JSON.stringify(content));
    const { code, stdout } = await faceSwap([file, '--json'], { cwd: media });
    assert.equal(code, 7);
    const last = eventsOf({ code, stdout, stderr: '', signal: null }).at(-1)!;
    assert.deepEqual([last.type, last['code']], ['error', 'content-refused']);
  });
});
