import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { suite, suiteSetup, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { JobReport } from '../../../src/protocol/report';
import { packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import {
  ffmpegsEnd,
  inWorkspace,
  outputChannel,
  outputSays,
  workersAtWork,
  workspaceFiles,
} from '../surroundings';
import { clickInNotification, hasUi, notification, ui } from '../ui';
import { eventually, until } from '../waiting';

const swapLong = (): Thenable<unknown> =>
  vscode.commands.executeCommand('faceSwap.swap', {
    sources: [inWorkspace('ann.jpg')],
    target: inWorkspace('long.mp4'),
  });

/** Starts the long job and resolves, once frames come out, to the promise of its end. */
async function running(): Promise<{ end: Thenable<unknown> }> {
  const before = outputChannel().length;
  const end = swapLong();
  await outputSays(/\] 10 % \(frame/, before);
  return { end };
}

suite('A running job', () => {
  let files: string[];
  suiteSetup(() => {
    files = workspaceFiles();
  });

  teardown(async () => {
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
    await ffmpegsEnd();
    await vscode.commands.executeCommand('notifications.clearAll');
    if (hasUi) await ui('windowSize', '1280x800');
  });

  test('shows provider, percent and speed, and can be cancelled without a trace', async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('faceSwap.showOutput');
    const seen = outputChannel().length;
    const { end } = await running();
    if (hasUi) {
      await notification('Face Swap: ann.jpg → long.mp4');
      const item = await ui('statusBar', 'fps');
      await ui('screenshot', 'running');
      assert.match(item.text, /^Face Swap: CPU \d+ % · [\d.]+ fps$/);
    }
    await vscode.commands.executeCommand('faceSwap.cancel');
    assert.equal(await end, undefined);
    assert.deepEqual(workspaceFiles(), files);
    await ffmpegsEnd();
    if (hasUi) await ui('statusBarIsHidden');
    await outputSays(/\[info\] Cancelled/, seen);
  });

  test('keeps its unfinished work out of the Explorer', async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('workbench.view.explorer');
    await ui('windowSize', '1280x1600');
    const { end } = await running();
    const work = workspaceFiles().filter((name) => !files.includes(name));
    assert.match(work.join(), /^\.ann-long\.mp4\.face-swap-/);
    // What is made after it is shown after it.
    writeFileSync(inWorkspace('later.txt'), '');
    const shown = await ui('explorerShows', 'later.txt');
    rmSync(inWorkspace('later.txt'));
    assert.deepEqual(
      shown.filter((name) => name.includes('face-swap-')),
      [],
    );
    await vscode.commands.executeCommand('faceSwap.cancel');
    await end;
  });

  test('makes the next one wait its turn', async function () {
    const { end } = await running();
    const before = outputChannel().length;
    const second = swapLong();
    await outputSays(/waiting for 1 other job to end/, before);
    if (hasUi) await notification('waiting for 1 other job');
    await eventually(() => assert.equal(workersAtWork().length, 1));
    // The waiting one takes over as soon as the first has gone.
    const seen = outputChannel().length;
    const picking = vscode.commands.executeCommand('faceSwap.cancel');
    if (!hasUi) return this.skip();
    await ui('pickFirst');
    await picking;
    assert.deepEqual([await end, await second], [undefined, undefined]);
    assert.doesNotMatch(outputChannel().slice(seen), /Target:/);
    assert.deepEqual(workspaceFiles(), files);
  });

  test('and one that waits keep the settings that they were started with; how many may run counts at once', async () => {
    const { end } = await running();
    const before = outputChannel().length;
    const second = vscode.commands.executeCommand<JobReport>('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('clip.mp4'),
    });
    await outputSays(/waiting for 1 other job to end/, before);
    const settings = vscode.workspace.getConfiguration('faceSwap');
    const set = async (skipAudio: true | undefined, maxConcurrentJobs: 2 | undefined): Promise<void> => {
      await settings.update('skipAudio', skipAudio, vscode.ConfigurationTarget.Global);
      await settings.update('maxConcurrentJobs', maxConcurrentJobs, vscode.ConfigurationTarget.Global);
    };
    try {
      await set(true, 2);
      const { output } = await second;
      assert.equal(probe(packagedTool('ffprobe'), output).audio, 'aac');
      assert.equal(workersAtWork().length, 1, 'the long one still runs');
      rmSync(output);
    } finally {
      await set(undefined, undefined);
    }
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
    await end;
  });

  test('reports a killed child, and leaves nothing behind but what the next run can go on from', async () => {
    const { end } = await running();
    const before = outputChannel().length;
    process.kill((await until(() => workersAtWork().at(0))).pid, 'SIGKILL');
    assert.equal(await end, undefined);
    await outputSays(/\[error\] .*process/, before);
    if (hasUi) await clickInNotification('process', 'Show Log');
    await ffmpegsEnd();
    const left = workspaceFiles().filter((name) => !name.startsWith('.ann-long.mp4.face-swap-kept-'));
    assert.deepEqual(left, files);
  });

  test('is followed by others after a killed child, and takes all with it when it is cancelled', async () => {
    const { end } = await running();
    await vscode.commands.executeCommand('faceSwap.cancel');
    assert.equal(await end, undefined);
    assert.deepEqual(workspaceFiles(), files);
  });

  test('is refused with a sentence when the input is no video', async () => {
    const before = outputChannel().length;
    const report = await vscode.commands.executeCommand('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('broken.mp4'),
    });
    assert.equal(report, undefined);
    await outputSays(/\[error\] .*broken\.mp4/, before);
    if (hasUi) assert.match(await notification('broken.mp4'), /Show Log/);
    assert.deepEqual(workspaceFiles(), files);
  });

  test('is refused with a sentence when the source shows no face', async () => {
    const before = outputChannel().length;
    await vscode.commands.executeCommand('faceSwap.swap', {
      sources: [inWorkspace('nobody.png')],
      target: inWorkspace('clip.mp4'),
    });
    await outputSays(/\[error\] .*nobody\.png/, before);
    assert.deepEqual(workspaceFiles(), files);
  });
});
