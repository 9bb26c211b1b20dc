import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { everythingIn, mediaFolder } from '../support/cliMedia';
import { startCli, type Ended, type Running } from '../support/commandLine';
import { clipFrames, packagedTool } from '../support/hostWorkspace';
import { canSeeProcesses, processesMarked, until, type SeenProcess } from '../support/processes';
import { probe } from '../support/probe';

describe('a job that is interrupted', { skip: !canSeeProcesses && 'reads /proc' }, () => {
  let folder = '';
  let media = '';
  let untouched: string[];
  let running: Running;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-interrupted-'));
    media = mediaFolder(folder);
    untouched = everythingIn(media);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts the long job and resolves when frames come out and both ffmpegs run. */
  async function start(...args: string[]): Promise<void> {
    const usual = ['-s', 'ann.jpg', '-t', 'long.mp4', '-o', 'result.mp4', '--json'];
    running = startCli([...usual, ...args], { cwd: media, group: true });
    await new Promise<void>((resolve, reject) => {
      let seen = '';
      running.child.stdout.on('data', (text: string) => {
        seen += text;
        if (/"stage":"swap","frame":[1-9]/.test(seen)) resolve();
      });
      void running.ended.then(({ stderr }) => reject(new Error(`ended too early: ${stderr}`)));
    });
    assert.equal(programs('ffmpeg').length, 2);
    assert.equal(programs('worker.js').length, 1);
    assert.notDeepEqual(everythingIn(media), untouched, 'it works in a scratch folder');
  }

  function programs(name: string): SeenProcess[] {
    return processesMarked(running.mark).filter(({ command }) =>
      command.slice(0, 2).some((word) => path.basename(word) === name),
    );
  }

  function assertEnded({ code, stdout, stderr }: Ended, expected: number, errorCode: string): void {
    assert.equal(code, expected, stderr);
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { type: string; code: string };
    assert.deepEqual([last.type, last.code], ['error', errorCode]);
    assert.match(stderr, /^face-swap: [^\n]+\.$/m);
    // When the command has ended, everything has: no waiting here.
    assert.deepEqual(processesMarked(running.mark), []);
    assert.deepEqual(everythingIn(media), untouched);
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`by ${signal} ends as cancelled and leaves nothing`, async () => {
      await start();
      running.child.kill(signal);
      assertEnded(await running.ended, 130, 'cancelled');
    });
  }

  test('by Ctrl-C in a terminal, which every process of the group gets, ends as cancelled', async () => {
    await start();
    process.kill(-running.child.pid!, 'SIGINT');
    assertEnded(await running.ended, 130, 'cancelled');
  });

  test('by a second Ctrl-C ends at once and leaves nothing either', async () => {
    await start();
    // With the worker stopped, the first one would have to wait.
    for (const { pid } of programs('worker.js')) process.kill(pid, 'SIGSTOP');
    running.child.kill('SIGINT');
    await until(() => running.child.killed, 'the first signal is sent');
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    assert.equal(code, 130, stderr);
    await until(() => processesMarked(running.mark).length === 0, 'the killed processes are gone');
    assert.deepEqual(everythingIn(media), untouched);
  });

  test('before it has really begun ends as cancelled', async () => {
    const args = ['-s', 'ann.jpg', '-t', 'long.mp4', '-o', 'result.mp4', '--json'];
    running = startCli(args, { cwd: media });
    await new Promise((resolve) => running.child.stdout.once('data', resolve));
    running.child.kill('SIGINT');
    assertEnded(await running.ended, 130, 'cancelled');
  });

  test('by the death of its worker says so and leaves nothing', async () => {
    await start();
    process.kill(programs('worker.js')[0].pid, 'SIGKILL');
    assertEnded(await running.ended, 6, 'worker-died');
  });

  for (const [what, isIt] of [
    ['decoder', (command: string[]) => command.includes('pipe:1') || command.at(-1) === '-'],
    ['encoder', (command: string[]) => command.some((word) => word.endsWith('.part'))],
  ] as const) {
    test(`by the death of the ${what} says so and leaves nothing`, async () => {
      await start();
      const [program] = programs('ffmpeg').filter(({ command }) =>
        isIt(command.filter((word) => word !== '')),
      );
      process.kill(program.pid, 'SIGKILL');
      const ended = await running.ended;
      assertEnded(ended, 6, 'tool-failed');
      assert.match(ended.stderr, /^face-swap: ffmpeg was killed \(SIGKILL\).*; close other programs/m);
    });
  }

  test('by the death of the command itself leaves nothing', async () => {
    await start();
    running.child.kill('SIGKILL');
    await until(() => processesMarked(running.mark).length === 0, 'everything has ended');
    assert.deepEqual(everythingIn(media), untouched);
  });

  test('only by the end of its reader goes on', async () => {
    const args = ['-s', 'ann.jpg', '-t', 'clip.mp4', '-o', 'unread.mp4', '--json'];
    running = startCli(args, { cwd: media });
    running.child.stdout.once('data', () => running.child.stdout.destroy());
    running.child.stderr.destroy();
    const { code } = await running.ended;
    assert.equal(code, 0);
    assert.equal(probe(packagedTool('ffprobe'), path.join(media, 'unread.mp4')).frames, clipFrames);
    rmSync(path.join(media, 'unread.mp4'));
  });

  afterEach(() => {
    for (const { pid } of processesMarked(running.mark)) process.kill(pid, 'SIGKILL');
    rmSync(path.join(media, 'result.mp4'), { force: true });
  });
});
