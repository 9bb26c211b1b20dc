import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
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
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { builtCli, eventsOf, faceSwap, type Ended } from '../support/commandLine';
import { packagedTool } from '../support/hostWorkspace';

/** Arguments besides the usual ones, which they replace; the exit code; what the sentence must name. */
type Case = [what: string, args: string[], code: number, names: RegExp];

const cases: Case[] = [
  ['a target that is missing', ['-t', 'none.mp4'], 3, /none\.mp4” does not exist/],
  ['a target in a folder that is missing', ['-t', 'no/where/none.mp4'], 3, /none\.mp4” does not exist/],
  ['a target in a file', ['-t', 'notes.txt/v.mp4'], 3, /v\.mp4” does not exist/],
  ['a name longer than names can be', ['-t', `${'x'.repeat(300)}.mp4`], 3, /x\.mp4” does not exist/],
  ['an odd name that is missing', ['-t', 'it\'s "ünï\n🙂".mp4'], 3, /it's "ünï.🙂"\.mp4” does not exist/],
  ['a link to nowhere', ['-t', 'dangling.mp4'], 3, /dangling\.mp4” does not exist/],
  ['an empty file', ['-t', 'empty.mp4'], 3, /empty\.mp4” is empty/],
  ['a folder', ['-t', 'folder.mp4'], 3, /folder\.mp4” is a folder/],
  ['a device', ['-t', '/dev/null'], 3, /null” is a device or a pipe; save /],
  ['a pipe that nobody fills', ['-t', 'pipe.mp4'], 3, /pipe\.mp4” is a device or a pipe/],
  ['text called .mp4', ['-t', 'broken.mp4'], 3, /broken\.mp4” is neither a video nor a picture/],
  ['a video cut off before its index', ['-t', 'cut.mp4'], 3, /cut\.mp4” is damaged or cut off/],
  ['a video cut off after its index', ['-t', 'front.mp4'], 3, /front\.mp4” is damaged or cut off/],
  ['sound alone', ['-t', 'sound.mp4'], 3, /sound\.mp4” has sound but no picture/],
  ['a picture cut off', ['-t', 'half.jpg', '-o', 'result.jpg'], 3, /half\.jpg” is damaged or cut off/],
  ['a moving GIF', ['-t', 'moving.gif', '-o', 'result.png'], 3, /moving\.gif” .*\(animation\)/],
  ['a video without a face', ['-t', 'nobody.mp4'], 3, /No face .*in the target “.*nobody\.mp4”/],
  [
    'a reference frame without a face',
    ['-t', 'nobody.mp4', '--reference-frame-number', '3'],
    3,
    /frame 3 of the target “.*nobody\.mp4”.*--many-faces/,
  ],
  ['a picture without a face', ['-t', 'nobody.png', '-o', 'result.png'], 3, /No face .*“.*nobody\.png”/],
  ['a reference frame beyond the end', ['--reference-frame-number', '40'], 3, /no frame 40, only 40/],
  ['a source that is missing', ['-s', 'none.jpg'], 3, /none\.jpg” does not exist/],
  ['a source that is empty', ['-s', 'empty.mp4'], 3, /empty\.mp4” is empty; choose a photo/],
  ['a source that is text', ['-s', 'notes.txt'], 3, /notes\.txt” is not a picture/],
  ['a source cut off', ['-s', 'half.jpg'], 3, /half\.jpg” is damaged or cut off/],
  ['a second source that is a folder', ['-s', 'ann.jpg', 'folder.mp4'], 3, /folder\.mp4” is a folder/],
  ['a video as source', ['-s', 'clip.mp4'], 3, /clip\.mp4” is not a picture/],
  ['a source without a face', ['-s', 'nobody.png'], 5, /No face .*source “.*nobody\.png”/],
  ['a second source without a face', ['-s', 'ann.jpg', 'nobody.png'], 5, /source “.*nobody\.png”/],
  ['an output that exists', ['-o', 'notes.mp4'], 3, /notes\.mp4” exists already; .*--overwrite/],
  ['the target as output', ['-o', 'clip.mp4', '--overwrite'], 3, /clip\.mp4” is one of the input files/],
  ['a link to the target as output', ['-o', 'link.mp4', '--overwrite'], 3, /link\.mp4” is one of the input/],
  ['an output in a folder that is missing', ['-o', 'no/result.mp4'], 3, /folder “.*no” does not exist/],
  ['an output in a file', ['-o', 'notes.txt/result.mp4'], 3, /folder “.*notes\.txt” does not exist/],
  ['an output of unknown format', ['-o', 'result.xyz'], 3, /result\.xyz” is not a format .*\.mp4/],
  ['an output without a format', ['-o', 'result'], 3, /result” is not a format .*\.mp4/],
  ['a picture as output of a video', ['-o', 'result.png'], 3, /clip\.mp4” is a video.*result\.png” .*\.mp4/],
  ['a picture called .mp4', ['-t', 'photo.mp4'], 3, /photo\.mp4” is a picture.* “.*result\.mp4” .*\.png/],
  [
    'a picture called .mp4, with no output named',
    ['-t', 'photo.mp4', '-o', '.'],
    3,
    /photo\.mp4” is a picture/,
  ],
  ['an encoder the container does not take', ['-o', 'result.webm'], 2, /libx264 .*\.webm/],
  ['an encoder without its device', ['--output-video-encoder', 'hevc_nvenc'], 6, /hevc_nvenc cannot be used/],
  [
    'a processor without its model',
    ['--frame-processor', 'face_enhancer'],
    4,
    /face_enhancer is not installed/,
  ],
  ['a program that is no ffmpeg', ['--ffmpeg', 'notes.txt'], 6, /notes\.txt” does not work as ffmpeg/],
  ['a program that is missing', ['--ffprobe', 'none'], 6, /none” does not work as ffprobe/],
  ['too little memory', ['--max-memory', '0.05'], 6, /limit is 0\.05 GB/],
  ['a number out of range', ['--output-video-quality', '101'], 2, /“101” .*--output-video-quality.*0 to 100/],
  ['a word for a number', ['--reference-frame-number', 'first'], 2, /“first”.*--reference-frame-number/],
  ['an unknown provider', ['--execution-provider', 'quantum'], 2, /--execution-provider.*cuda.*cpu/],
  ['an unknown option', ['--sorce', 'ann.jpg'], 2, /--sorce.*--source.*face-swap run --help/],
  ['a source that was left out', ['-s', '-t', 'clip.mp4'], 2, /--source: a photo is needed before -t/],
  ['an option without its value', ['--max-memory'], 2, /--max-memory <gb> needs a value/],
  ['a video in place of a job file', ['clip.mp4'], 2, /“clip\.mp4” is neither a command nor a job file/],
  ['an empty name', ['-o', ''], 2, /--output/],
];

describe('bad inputs of the command line', () => {
  let folder = '';
  let media = '';
  let untouched: string[];
  const at = (name: string) => path.join(media, name);
  const ffmpeg = (...args: string[]) =>
    execFileSync(packagedTool('ffmpeg'), ['-nostdin', '-v', 'error', '-y', ...args], { cwd: media });

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-bad-'));
    media = mediaFolder(folder);
    writeFileSync(at('empty.mp4'), '');
    copyFileSync(at('ann.jpg'), at('photo.mp4'));
    writeFileSync(at('notes.mp4'), 'Something that is still needed.');
    mkdirSync(at('folder.mp4'));
    symlinkSync('nowhere.mp4', at('dangling.mp4'));
    symlinkSync('clip.mp4', at('link.mp4'));
    copyFileSync(at('clip.mp4'), at('cut.mp4'));
    truncateSync(at('cut.mp4'), 60000);
    ffmpeg('-i', 'clip.mp4', '-c', 'copy', '-movflags', '+faststart', 'front.mp4');
    truncateSync(at('front.mp4'), 60000);
    ffmpeg('-i', 'clip.mp4', '-vn', '-c', 'copy', 'sound.mp4');
    writeFileSync(at('half.jpg'), readFileSync(at('ann.jpg')).subarray(0, 400));
    ffmpeg('-i', 'clip.mp4', '-frames:v', '3', '-vf', 'scale=80:80', 'moving.gif');
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=320x240',
      '-frames:v',
      '9',
      '-pix_fmt',
      'yuv420p',
      'nobody.mp4',
    );
    if (process.platform !== 'win32') spawnSync('mkfifo', [at('pipe.mp4')]);
    untouched = everythingIn(media);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const usual = { '-s': 'ann.jpg', '-t': 'clip.mp4', '-o': 'result.mp4' };
  function withUsual(args: string[]): string[] {
    const missing = Object.entries(usual).filter(([option]) => !args.includes(option));
    return [...missing.flat(), ...args];
  }

  function assertRefused({ code, stderr, stdout }: Ended, expected: number, names: RegExp): void {
    const told = stderr.split('\n').filter((line) => line.startsWith('face-swap: '));
    assert.equal(told.length, 1, stderr);
    assert.match(told[0], names);
    assert.match(told[0], /[^.]\.$/);
    assert.doesNotMatch(stderr, /^\s+at |undefined|\[object/m);
    assert.equal(code, expected, stderr);
    assert.equal(stdout, '');
    const left = everythingIn(media).filter((name) => !untouched.includes(name));
    for (const name of left) rmSync(at(name), { recursive: true });
    assert.deepEqual(left, []);
    assert.equal(readFileSync(at('notes.mp4'), 'utf8'), 'Something that is still needed.');
  }

  for (const [what, args, code, names] of cases) {
    test(`${what}: ${code}`, async () => {
      assertRefused(await faceSwap(withUsual(args), { cwd: media }), code, names);
    });
  }

  test('without any face to swap, the original comes out and a warning says so', async () => {
    const args = ['-s', 'ann.jpg', '-t', 'nobody.mp4', '-o', 'same.mp4', '--many-faces'];
    const { code, stderr } = await faceSwap(args, { cwd: media });
    rmSync(at('same.mp4'));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: no face was swapped: the target shows none$/m);
  });

  test('with --json the last line is the error', async () => {
    for (const [args, code] of [
      [['-t', 'empty.mp4'], 'input-empty'],
      [['--bogus'], 'usage'],
    ] as const) {
      const ended = await faceSwap(withUsual([...args, '--json']), { cwd: media });
      const last = eventsOf(ended).at(-1)!;
      assert.deepEqual([last.type, last['code']], ['error', code]);
      assert.match(String(last['message']), /\.$/);
    }
  });

  test('of the other commands are told alike', async () => {
    assertRefused(await faceSwap(['faces', 'empty.mp4'], { cwd: media }), 3, /empty\.mp4.*is empty/);
    assertRefused(await faceSwap(['faces'], { cwd: media }), 2, /file/);
    assertRefused(await faceSwap(['faces', 'ann.jpg', '--frame', 'x'], { cwd: media }), 2, /--frame/);
    assertRefused(await faceSwap(['faces', 'clip.mp4', '--frame', '40'], { cwd: media }), 3, /no frame 40/);
    assertRefused(await faceSwap(['leftovers', 'none'], { cwd: media }), 3, /none” does not exist/);
    assertRefused(await faceSwap(['models', 'gte'], { cwd: media }), 2, /“gte”.*face-swap models --help/);
    assertRefused(await faceSwap(['help', 'nothing'], { cwd: media }), 2, /“nothing”; “face-swap --help”/);
    assertRefused(await faceSwap([], { cwd: media }), 2, /--source.*face-swap run --help/);
  });

  test('of programs are told by the doctor under their names', async () => {
    const { code, stdout } = await faceSwap(['doctor', '--ffprobe', 'none'], { cwd: media });
    assert.equal(code, 6);
    assert.match(stdout, /^✗ ffprobe: “.*none” does not work as ffprobe/m);
  });

  describe('with permissions', () => {
    // root may do everything, so the command runs as somebody else then.
    const uid = process.getuid?.() === 0 ? 65534 : undefined;
    const reachable = () =>
      spawnSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(builtCli())})`], {
        ...(uid === undefined ? {} : { uid, gid: uid }),
        stdio: 'ignore',
      }).status === 0;
    before(() => {
      chmodSync(folder, 0o755);
      mkdirSync(at('locked'));
      copyFileSync(at('clip.mp4'), at('locked.mp4'));
      // As packed, only the one who installed it may run it.
      copyFileSync(packagedTool('ffprobe'), at('ffprobe'));
      chmodSync(at('ffprobe'), 0o755);
      untouched = everythingIn(media);
    });

    const locked: Case[] = [
      ['a target nobody may read', ['-t', 'locked.mp4'], 3, /locked\.mp4” cannot be read/],
      ['a source nobody may read', ['-s', 'locked.mp4'], 3, /locked\.mp4” cannot be read/],
      ['a folder nobody may write', ['-o', 'locked/result.mp4'], 3, /locked” cannot be written/],
    ];
    for (const [what, args, code, names] of locked) {
      test(`${what}: ${code}`, async (t) => {
        if (process.platform === 'win32' || !reachable()) {
          t.skip('permissions cannot be tried here');
          return;
        }
        chmodSync(at('locked.mp4'), 0);
        chmodSync(at('locked'), 0o555);
        const everyone = withUsual([...args, '--ffprobe', at('ffprobe')]);
        const ended = await faceSwap(everyone, { cwd: media, ...(uid === undefined ? {} : { uid }) });
        chmodSync(at('locked'), 0o755);
        assertRefused(ended, code, names);
      });
    }
  });
});
