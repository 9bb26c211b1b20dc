import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { version } from '../../package.json';
import type { DoctorReport, FacesReport, JobReport } from '../../src/protocol/report';
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { groupPhoto } from '../support/facePhotos';
import { eventsOf, faceSwap, type Ended } from '../support/commandLine';
import { clipFrames, clipWidth, packagedTool } from '../support/hostWorkspace';
import { probe } from '../support/probe';

const result = { frames: clipFrames, width: clipWidth, codec: 'h264', audio: 'aac' };

describe('the command line', () => {
  let folder = '';
  let media = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-cli-'));
    media = mediaFolder(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]): Promise<Ended> => faceSwap(args, { cwd: media });
  const probed = (file: string) => probe(packagedTool('ffprobe'), path.resolve(media, file));

  test('swaps a face, prints the output alone on standard output, and tells the way there', async () => {
    const { code, stdout, stderr } = await run('run', '-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'first.mp4');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${path.join(media, 'first.mp4')}\n`);
    assert.deepEqual(probed('first.mp4'), result);
    assert.match(stderr, /ffmpeg \S+ \(/);
    assert.match(stderr, /face_detector runs on/);
    assert.match(stderr, /100 % · 40\/40 · [\d.]+ fps/);
    assert.match(stderr, /40 frames, a face swapped in (39|40); /);
    assert.ok(stderr.split('\n').length < 40, 'few lines without a terminal');
  });

  test('changes the face and hardly anything else', async () => {
    const frame = (file: string): Promise<Buffer> => {
      const args = ['-v', 'error', '-i', path.join(media, file), '-frames:v', '1', '-f', 'image2pipe'];
      const png = execFileSync(packagedTool('ffmpeg'), [...args, '-c:v', 'png', '-']);
      return sharp(png).greyscale().raw().toBuffer();
    };
    const [original, swapped] = await Promise.all(['clip.mp4', 'first.mp4'].map(frame));
    const changed = original.reduce((sum, value, i) => sum + Number(Math.abs(value - swapped[i]) > 16), 0);
    const share = changed / original.length;
    assert.ok(share > 0.005 && share < 0.3, String(share));
  });

  test('warns of what may spoil a source photo, and not of a turned one beside others', async () => {
    const warned = async (output: string, ...sources: string[]) => {
      const { code, stderr } = await run('run', '-s', ...sources, '-t', groupPhoto(1), '-o', output);
      assert.equal(code, 0, stderr);
      return stderr.split('\n').filter((line) => line.startsWith('warning: Source'));
    };
    const fringe = groupPhoto(5);
    const turned = path.join(media, 'turned.png');
    // The outer face on the left.
    await sharp(groupPhoto(2)).extract({ left: 150, top: 50, width: 560, height: 560 }).toFile(turned);
    assert.deepEqual(await warned('alone.png', turned), [
      `warning: Source ${turned}: turned away. A photo from the front shows more of the face.`,
    ]);
    assert.deepEqual(await warned('both.png', turned, fringe), [
      `warning: Source ${fringe}: fringe. Hair covers the forehead; a photo with a free forehead works better.`,
    ]);
  });

  test("runs roop's command with run left out, and says which options do nothing", async () => {
    const { code, stdout, stderr } = await run(
      ...'--source ann.jpg --target clip.mp4 --output roop.mkv --frame-processor face_swapper'.split(' '),
      ...'--keep-fps --keep-frames --skip-audio --many-faces --reference-face-position 0'.split(' '),
      ...'--reference-frame-number 0 --similar-face-distance 0.85 --temp-frame-format png'.split(' '),
      ...'--temp-frame-quality 0 --output-video-encoder libx264 --output-video-quality 60'.split(' '),
      ...'--max-memory 8 --execution-provider cpu --execution-threads 2 --gpu-memory-wait 1'.split(' '),
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${path.join(media, 'roop.mkv')}\n`);
    assert.deepEqual(probed('roop.mkv'), { ...result, audio: 'none' });
    for (const option of ['keep-fps', 'keep-frames', 'temp-frame-format', 'temp-frame-quality'])
      assert.match(stderr, new RegExp(`--${option} has no effect: `));
  });

  test('takes the rightmost face where there are fewer than that, and says so', async () => {
    const usual = ['-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'fewer.mp4', '--quiet'];
    const { code, stderr } = await run(...usual, '--reference-face-position', '7');
    assert.equal(code, 0, stderr);
    assert.equal(
      stderr,
      'warning: Frame 0 of the target has 1 face, counted from 0 from left to right, and none with the number 7; the rightmost one, number 0, is the reference face\n',
    );
  });

  test('prints one JSON object per line, the report last', async () => {
    const ended = await run('-s', 'ann.jpg', 'bea.jpg', '-t', 'clip.mp4', '-o', 'json.mp4', '--json');
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(ended.stderr, '');
    const events = eventsOf(ended);
    const types = new Set(events.map(({ type }) => type));
    assert.deepEqual([...types].sort(), ['done', 'log', 'progress']);
    const { type, report } = events.at(-1) as unknown as { type: string; report: JobReport };
    assert.equal(type, 'done');
    assert.equal(report.output, path.join(media, 'json.mp4'));
    assert.equal(report.frames, clipFrames);
    assert.ok(report.framesWithSwap >= clipFrames - 1 && report.facesSwapped >= report.framesWithSwap);
    assert.ok(report.fps > 0 && report.seconds > 0 && report.peakMemoryMb > 0);
    assert.ok(report.providers.length >= 3 && report.providers.every(({ reason }) => reason !== ''));
    assert.ok(Object.values(report.timings).every((ms) => ms >= 0) && 'swap' in report.timings);
    assert.deepEqual(probed('json.mp4'), result);
  });

  test('keeps within the memory that it may take, or ends with a sentence and nothing behind it', async () => {
    const limited = (...more: string[]) =>
      run('-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'limit.mp4', '--overwrite', '--json', ...more);
    const peakOf = (ended: Ended) =>
      (eventsOf(ended).at(-1) as unknown as { report: JobReport }).report.peakMemoryMb / 1000;
    const needed = peakOf(await limited());
    const ample = (needed * 1.5).toFixed(2);
    const done = await limited('--max-memory', ample);
    assert.equal(done.code, 0, done.stderr);
    assert.ok(peakOf(done) <= Number(ample), `${peakOf(done)} of ${ample}`);
    rmSync(path.join(media, 'limit.mp4'));
    const before = everythingIn(media);
    const scarce = (needed * 0.6).toFixed(2);
    const ended = await limited('--max-memory', scarce);
    assert.equal(ended.code, 6, ended.stdout);
    const { code, message } = eventsOf(ended).at(-1)!;
    assert.equal(code, 'out-of-memory');
    const [, used, limit] = /\((\S+) GB were in use, the limit is (\S+) GB\)/.exec(String(message))!;
    assert.ok(Number(limit) === Number(scarce) && Number(used) > Number(scarce), String(message));
    assert.deepEqual(everythingIn(media), before);
  });

  test('names the output itself when none is given, and again without overwriting', async () => {
    for (const name of ['ann-clip.mp4', 'ann-clip (2).mp4']) {
      const { code, stdout, stderr } = await run('-s', 'ann.jpg', '-t', 'clip.mp4', '--quiet');
      assert.equal(code, 0, stderr);
      assert.equal(stdout, `${path.join(media, name)}\n`);
      assert.equal(probed(name).frames, clipFrames);
      assert.doesNotMatch(stderr, /^(?!warn).+/m);
    }
  });

  test('replaces an output when told to', async () => {
    copyFileSync(path.join(media, 'notes.txt'), path.join(media, 'old.mp4'));
    const { code, stderr } = await run('-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'old.mp4', '--overwrite');
    assert.equal(code, 0, stderr);
    assert.equal(probed('old.mp4').frames, clipFrames);
  });

  test('swaps a face in a picture', async () => {
    const { code, stderr } = await run('-s', 'ann.jpg', '-t', 'bea.jpg', '-o', 'picture.png');
    assert.equal(code, 0, stderr);
    const { width, height, format } = await sharp(path.join(media, 'picture.png')).metadata();
    assert.deepEqual([width, height, format], [480, 480, 'png']);
  });

  const names = ['视频 it\'s 100% "hers" & $(x) `y` 🙂', '-line\nbreak %03d', '字'.repeat(80)];
  for (const name of names) {
    test(`takes any name: ${JSON.stringify(name).slice(0, 40)}`, async () => {
      const place = path.join(media, 'names', name.slice(0, 20));
      mkdirSync(place, { recursive: true });
      copyFileSync(path.join(media, 'bea.jpg'), path.join(place, `${name}.jpg`));
      copyFileSync(path.join(media, 'clip.mp4'), path.join(place, `${name}.mp4`));
      const args = [`--source=${name}.jpg`, `--target=${name}.mp4`, `--output=${name}.mkv`, '--quiet'];
      const { code, stderr, stdout } = await faceSwap(args, { cwd: place });
      assert.equal(code, 0, stderr);
      assert.equal(stdout, `${path.join(place, `${name}.mkv`)}\n`);
      assert.equal(probed(path.join(place, `${name}.mkv`)).frames, clipFrames);
      assert.deepEqual(
        everythingIn(place),
        ['.jpg', '.mkv', '.mkv.c2pa', '.mp4'].map((extension) => name + extension).sort(),
      );
    });
  }

  test('refuses a name that is too long for the file or for its credentials, before anything is done', async () => {
    for (const name of [`${'n'.repeat(252)}.mp4`, `${'n'.repeat(248)}.mkv`]) {
      const { code, stderr } = await run('-s', 'ann.jpg', '-t', 'clip.mp4', '-o', name);
      assert.equal(code, 3, stderr);
      assert.match(stderr, /nnn.* is too long for a file; choose a shorter one/);
    }
  });

  test('lists faces', async () => {
    const { code, stdout, stderr } = await run('faces', 'ann.jpg');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^1 face in .*ann\.jpg \(460×520\)\n0 {2}box -?\d+ \d+ \d+ \d+ {2}score /);
    const inVideo = await run('faces', 'clip.mp4', '--frame', '20', '--json');
    assert.equal(inVideo.code, 0, inVideo.stderr);
    const report = JSON.parse(inVideo.stdout) as FacesReport;
    assert.equal(report.faces.length, 1);
    const [face] = report.faces;
    assert.deepEqual([face.points.length, face.embedding.length], [5, 1024]);
    assert.ok(face.box.width > 100 && face.score > 0.5 && Math.abs(face.yaw) < 60);
  });

  test('tells what it finds on this machine', async () => {
    const { code, stdout, stderr } = await run('doctor', '--json');
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as DoctorReport;
    assert.equal(report.ok, true);
    for (const name of ['ffmpeg', 'ffprobe', 'model face_detector', 'model content_checker', 'provider cpu'])
      assert.ok(
        report.checks.some((check) => check.name === name && check.ok),
        name,
      );
    assert.match((await run('doctor')).stdout, /✓ provider cpu: .*\n(.*\n)*Ready to swap\.\n$/);
  });

  test('tells its version and how it is used', async () => {
    assert.equal((await run('--version')).stdout, `${version}\n`);
    assert.equal((await run('-v')).stdout, `${version}\n`);
    const help = await run('--help');
    assert.equal(help.code, 0);
    for (const option of ['--source', '--many-faces', '--output-video-quality', '--help', '--version'])
      assert.ok(help.stdout.includes(option), option);
    assert.match(help.stdout, /Exit codes: 0 done, 2 usage, 3 bad input/);
  });
});
