import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TrackedFace } from '../../src/pipeline/faces/face';
import { SecondLook } from '../../src/pipeline/processors/faceSwapper/secondLook';
import type { JobReport } from '../../src/protocol/report';
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { eventsOf, startCli, type Ended, type Running } from '../support/commandLine';
import { eyedEgg } from '../support/eyedEgg';
import { groupPhoto } from '../support/facePhotos';
import { packagedTool } from '../support/hostWorkspace';
import { canSeeProcesses, processesMarked, until } from '../support/processes';

/** More than one segment, and not much more. */
const frames = 560;
const segment = 500;

describe('a job that is taken up again', { skip: !canSeeProcesses && 'reads /proc' }, () => {
  let folder = '';
  let media = '';
  let untouched: string[];
  /** What the job makes without an interruption. */
  let whole = { packets: [] as string[], report: {} as JobReport };
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-resume-'));
    media = mediaFolder(folder);
    // Somebody whose features lie elsewhere, so that what is seen of drawn frames moves them in later ones.
    const unlike = ['-i', groupPhoto(2), '-vf', 'crop=400:440:236:60', path.join(media, 'unlike.jpg')];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', ...unlike]);
    const shorter = ['-i', path.join(media, 'long.mp4'), '-frames:v', String(frames), '-c:a', 'copy'];
    const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', path.join(media, 'film.mp4')];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', ...shorter, ...coded]);
    // What another job has left is none of our business.
    mkdirSync(path.join(media, '.result.mp4.face-swap-kept-0123456789abcdef'));
    writeFileSync(path.join(media, '.result.mp4.face-swap-kept-0123456789abcdef', '000000.mp4'), 'mine');
    const report = reportOf(await start('together').ended);
    whole = { packets: packetsOf('result.mp4'), report };
    rmSync(path.join(media, 'result.mp4'));
    untouched = everythingIn(media);
    assert.equal(whole.report.frames, frames);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function start(strategy: 'together' | 'sequential'): Running {
    const files = ['-s', 'unlike.jpg', '-t', 'film.mp4', '-o', 'result.mp4'];
    const how = [
      '--face-swapper-model',
      'mesh',
      '--execution-provider',
      'cpu',
      '--output-video-preset',
      'ultrafast',
      // On every frame, and on none twice.
      '--label-text',
      'made with AI',
    ];
    const args = ['run', ...files, ...how, '--memory-strategy', strategy, '--resume', '--json'];
    return startCli(args, { cwd: media });
  }

  function reportOf(ended: Ended): JobReport {
    assert.equal(ended.code, 0, ended.stderr);
    return eventsOf(ended).at(-1)!['report'] as JobReport;
  }

  /** Every packet of picture and sound with its time. */
  const packetsOf = (name: string): string[] =>
    execFileSync(
      packagedTool('ffmpeg'),
      ['-v', 'error', '-i', path.join(media, name), '-c', 'copy', '-f', 'framemd5', '-'],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    )
      .split('\n')
      .filter((line) => !line.startsWith('#'));

  /** What the job has noted in the folder that it keeps. */
  function note(): { begun?: { finished: number }; passes?: { next?: { kind: string } } } | undefined {
    const file = everythingIn(media).find((name) => name.endsWith('progress.json'));
    try {
      return file === undefined
        ? undefined
        : (JSON.parse(readFileSync(path.join(media, file), 'utf8')) as never);
    } catch {
      return undefined;
    }
  }

  /** Whether what was learnt up to the end of the first segment changes how the film's only face is drawn. */
  function hasCorrection(): boolean {
    const file = everythingIn(media).find((name) => name.endsWith('000000.mp4.face_swapper'));
    const learnt = readFileSync(path.join(media, file!), 'utf8');
    const look = new SecondLook(() => Promise.reject(new Error('nothing to look at')));
    look.restore(learnt);
    const [[trackId]] = JSON.parse(learnt) as [[number, unknown]];
    const correction = look.correctionOf({ trackId, landmarks: eyedEgg(0.3) } as TrackedFace);
    return correction!.moves.some((move) => move !== 0);
  }

  const isGone = async (running: Running): Promise<void> =>
    until(() => processesMarked(running.mark).length === 0, 'everything has ended');

  test('goes on from its last segment after its worker was killed, to the same result', async () => {
    const running = start('together');
    await until(() => (note()?.begun?.finished ?? 0) > 0, 'a segment is finished');
    const worker = processesMarked(running.mark).find(({ command }) =>
      command.some((word) => path.basename(word) === 'worker.js'),
    );
    process.kill(worker!.pid, 'SIGKILL');
    const killed = await running.ended;
    assert.equal(killed.code, 6);
    assert.match(killed.stdout, /the same command goes on from there/);
    assert.ok(hasCorrection(), 'what was learnt matters');
    const again = await start('together').ended;
    const report = reportOf(again);
    const first = eventsOf(again).find(({ type, stage }) => type === 'progress' && stage === 'swap');
    assert.ok((first?.['frame'] as number) > segment, JSON.stringify(first));
    assert.deepEqual(packetsOf('result.mp4'), whole.packets);
    assert.equal(report.facesSwapped, whole.report.facesSwapped);
    assert.equal(report.framesWithSwap, whole.report.framesWithSwap);
    assert.deepEqual(report.problems, whole.report.problems);
    rmSync(path.join(media, 'result.mp4'));
    assert.deepEqual(everythingIn(media), untouched);
  });

  test('goes on after the command itself was killed, one processor at a time as well', async () => {
    const running = start('sequential');
    await until(() => note()?.passes?.next?.kind === 'processor', 'all faces are known');
    running.child.kill('SIGKILL');
    await isGone(running);
    assert.ok(note(), 'it is kept');
    const again = await start('sequential').ended;
    const report = reportOf(again);
    assert.match(again.stdout, /An earlier run of this job was interrupted/);
    assert.doesNotMatch(again.stdout, /now face analysis/);
    assert.deepEqual(packetsOf('result.mp4'), whole.packets);
    assert.equal(report.facesSwapped, whole.report.facesSwapped);
    rmSync(path.join(media, 'result.mp4'));
    assert.deepEqual(everythingIn(media), untouched);
  });

  test('is forgotten when it is cancelled', async () => {
    const running = start('together');
    await until(() => note() !== undefined, 'it is at work');
    running.child.kill('SIGINT');
    assert.equal((await running.ended).code, 130);
    assert.deepEqual(everythingIn(media), untouched);
  });

  test('that nobody goes on with is listed with its size, and removed when somebody says so', async () => {
    const leftovers = async (...args: string[]): Promise<Ended> =>
      startCli(['leftovers', media, ...args], { cwd: folder }).ended;
    const running = start('together');
    await until(() => (note()?.begun?.finished ?? 0) > 0, 'a segment is finished');
    const before = everythingIn(media);
    assert.match((await leftovers()).stdout, /a job is at work on it/);
    const spared = await leftovers('--remove', '--json');
    assert.match(spared.stderr, /^Removed 0\.0 MB of 1 interrupted job$/m, 'the other one');
    assert.deepEqual(
      before.filter((name) => !everythingIn(media).includes(name) && !name.includes('0123456789abcdef')),
      [],
    );
    running.child.kill('SIGKILL');
    await isGone(running);
    const listed = await leftovers();
    assert.equal(listed.code, 0);
    assert.match(
      listed.stdout,
      /\.result\.mp4\.face-swap-kept-[0-9a-f]{16} {2}[0-9.]*[1-9][0-9.]* MB {2}of 20/,
    );
    assert.ok(listed.stderr.includes(`--remove "${media}" frees the space`), listed.stderr);
    await leftovers('--remove');
    assert.deepEqual(
      everythingIn(media).filter((name) => name.includes('kept')),
      [],
    );
    assert.match((await leftovers()).stderr, /has left anything/);
  });
});
