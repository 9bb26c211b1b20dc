import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JobReport } from '../../src/protocol/report';
import { mediaFolder } from '../support/cliMedia';
import { eventsOf, faceSwap } from '../support/commandLine';
import { clipFrames, clipWidth, packagedTool } from '../support/hostWorkspace';
import { probe } from '../support/probe';

describe('a job file on the command line', () => {
  let folder = '';
  let media = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-job-file-'));
    media = mediaFolder(folder);
    mkdirSync(path.join(media, 'jobs'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (job: object | string): void =>
    writeFileSync(
      path.join(media, 'jobs', 'first.faceswap.json'),
      typeof job === 'string' ? job : JSON.stringify(job),
    );
  const file = path.join('jobs', 'first.faceswap.json');
  const job = {
    version: 1,
    target: '../clip.mp4',
    sources: ['../ann.jpg'],
    output: 'result.mov',
    settings: { skipAudio: true, executionProviders: ['cpu'] },
  };

  test('runs, with paths from its own folder and its own settings', async () => {
    write(job);
    const { code, stdout, stderr } = await faceSwap(['run', file], { cwd: media });
    assert.equal(code, 0, stderr);
    const output = path.join(media, 'jobs', 'result.mov');
    assert.equal(stdout, `${output}\n`);
    assert.deepEqual(probe(packagedTool('ffprobe'), output), {
      frames: clipFrames,
      width: clipWidth,
      codec: 'h264',
      audio: 'none',
    });
  });

  test('runs with the word run left out, and with options that count more', async () => {
    write(job);
    const args = [file, '-o', 'other.mkv', '--output-video-quality', '30', '--json'];
    const ended = await faceSwap(args, { cwd: media });
    assert.equal(ended.code, 0, ended.stderr);
    const { report } = eventsOf(ended).at(-1) as unknown as { report: JobReport };
    assert.equal(report.output, path.join(media, 'other.mkv'));
    assert.equal(report.audio, 'none');
  });

  const refused: [what: string, job: object | string, args: string[], code: number, says: RegExp][] = [
    ['that is no JSON', '{', [], 3, /first\.faceswap\.json” is not a job that can be run: not valid JSON/],
    [
      'that names a program',
      { ...job, settings: { ffmpegPath: '/bin/sh' } },
      [],
      3,
      /settings\.ffmpegPath is no setting/,
    ],
    [
      'with a wrong value',
      { ...job, settings: { outputVideoQuality: 300 } },
      [],
      2,
      /face-swap: “[^”]*jobs\Sfirst\.faceswap\.json”: .*outputVideoQuality must be/,
    ],
    [
      'and a source beside it',
      job,
      ['-s', 'ann.jpg'],
      2,
      /--source: cannot be given together with a job file/,
    ],
    ['whose target is not there', { ...job, target: 'nowhere.mp4' }, [], 3, /nowhere\.mp4” does not exist/],
  ];
  for (const [what, content, args, code, says] of refused) {
    test(`${what} is refused: ${code}`, async () => {
      write(content);
      const before = readdirSync(path.join(media, 'jobs'));
      const ended = await faceSwap([file, ...args], { cwd: media });
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, says);
      assert.deepEqual(readdirSync(path.join(media, 'jobs')), before);
    });
  }

  test('that is missing, or has another name, is told as such', async () => {
    const missing = await faceSwap(['none.faceswap.json'], { cwd: media });
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /none\.faceswap\.json” does not exist/);
    const unknown = await faceSwap(['frobnicate'], { cwd: media });
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /“frobnicate” is neither a command nor a job file/);
  });
});
