import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { inspect } from 'node:util';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { inWorkspace, outputChannel, outputSays } from '../surroundings';
import { becomes, hasUi, notification, rowSays, ui } from '../ui';
import { eventually } from '../waiting';

const start = (target: string): Thenable<unknown> =>
  vscode.commands.executeCommand('faceSwap.swap', {
    sources: [inWorkspace('ann.jpg')],
    target: inWorkspace(target),
  });

/** Waits until the rows of the view begin like this, from the top. */
const rowsStart = (...begins: string[]): Promise<void> =>
  eventually(async () => {
    const rows = await ui('viewRows', 'Jobs');
    assert.deepEqual(
      begins.map((begin, i) => rows.at(i)?.slice(0, begin.length)),
      begins,
    );
  });

/** Waits until the row with a text is read out like this. */
const spoken = (text: string, how: RegExp): Promise<void> => rowSays(`Jobs|${text}`, how);

const cancel = (name: string): Promise<void> => ui('viewPress', `Jobs|${name}|Cancel Job`);

async function forgetAll(): Promise<void> {
  await vscode.commands.executeCommand('faceSwap.cancel', 'all');
  // What is still being cancelled would stay.
  await ui('statusBarIsHidden');
  await vscode.commands.executeCommand('faceSwap.jobs.clear');
  await ui('viewWelcome', 'Jobs|Swap Face in Video');
}

/** A long job that runs, and three that wait. */
async function queue(): Promise<void> {
  await forgetAll();
  for (const name of ['long', 'one', 'two', 'three']) void start(`${name}.mp4`);
  await spoken('long.mp4', /running/);
  await spoken('three.mp4', /queued, 3 ahead/);
}

suite('The view of the jobs', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    for (const name of ['one', 'two', 'three'])
      copyFileSync(inWorkspace('clip.mp4'), inWorkspace(`${name}.mp4`));
    await vscode.commands.executeCommand('faceSwap.jobs.focus');
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  test('says what to do while there are none', async () => {
    await forgetAll();
    assert.match(await ui('viewWelcome', 'Jobs|Swap Face in Video'), /Swap Face in Video[\s\S]*New Job/);
    await ui('screenshot', 'jobs-empty');
  });

  test('shows the one that runs and those that wait, to eyes and to screen readers', async () => {
    await queue();
    await spoken('long.mp4', /ann\.jpg → long\.mp4, running, Swapping · CPU/);
    await becomes('viewDescription', 'Jobs', /^\d+ % · [\d.]+ fps · \d+ s left · on CPU$/);
    await eventually(async () => assert.match((await ui('viewRow', 'Jobs|ann.jpg → one.mp4')).text, /next/));
    await spoken('three.mp4', /queued, 3 ahead/);
    await eventually(async () => assert.match((await ui('statusBar', 'fps')).text, /\(\+3\)$/));
    await ui('screenshot', 'jobs-queue');
  });

  test('feels a press on a job that tells how far it is while the button is down', async () => {
    await forgetAll();
    void start('long.mp4');
    await becomes('viewDescription', 'Jobs', /fps/);
    await ui('viewHold', 'Jobs|long.mp4|Pause');
    await spoken('long.mp4', /paused, paused · CPU \d+ %/);
    await becomes('viewDescription', 'Jobs', '');
    await ui('viewPress', 'Jobs|long.mp4|Resume');
    await spoken('long.mp4', /running/);
  });

  test('lets waiting ones be dragged into another order, and be moved without a mouse', async () => {
    await queue();
    await ui('viewDrag', 'Jobs|three.mp4|one.mp4');
    await rowsStart('ann.jpg → long.mp4', 'ann.jpg → three.mp4', 'ann.jpg → one.mp4', 'ann.jpg → two.mp4');
    await ui('viewMenu', 'Jobs|two.mp4|Move Up');
    await rowsStart('ann.jpg → long.mp4', 'ann.jpg → three.mp4', 'ann.jpg → two.mp4', 'ann.jpg → one.mp4');
  });

  test('cancels one that waits and the one that runs; the next one takes over', async () => {
    await queue();
    const seen = outputChannel().length;
    await cancel('two.mp4');
    await spoken('two.mp4', /cancelled/);
    await cancel('long.mp4');
    for (const name of ['one', 'three']) await outputSays(new RegExp(`Done: .*ann-${name}\\.mp4`), seen);
    await rowsStart('ann.jpg → three.mp4', 'ann.jpg → one.mp4', 'ann.jpg → long.mp4');
    await spoken('one.mp4', /done, ann-one\.mp4 · \d+ s/);
    await ui('statusBarIsHidden');
  });

  test('tries a cancelled one again, opens and compares results, and forgets what is over', async () => {
    await forgetAll();
    await start('three.mp4');
    for (const name of ['long', 'two']) void start(`${name}.mp4`);
    for (const name of ['two', 'long']) {
      await cancel(`${name}.mp4`);
      await spoken(`${name}.mp4`, /cancelled/);
    }
    const seen = outputChannel().length;
    await ui('viewPress', 'Jobs|two.mp4|Try Again');
    await outputSays(/Done: .*ann-two\.mp4/, seen);
    await spoken('two.mp4', /done, ann-two\.mp4/);
    await rowsStart('ann.jpg → two.mp4', 'ann.jpg → long.mp4', 'ann.jpg → three.mp4');
    await ui('screenshot', 'jobs-done');
    await ui('viewPress', 'Jobs|two.mp4|Compare');
    await eventually(async () => assert.match((await ui('comparePanel')).heading, /two\.mp4 · ann-two\.mp4/));
    await ui('viewPress', 'Jobs|two.mp4|Open');
    await eventually(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom, inspect(input));
      assert.equal(input.uri.fsPath, inWorkspace('ann-two.mp4'));
    });
    await ui('viewPress', 'Jobs|two.mp4|Remove');
    await ui('viewLacks', 'Jobs|two.mp4');
    await vscode.commands.executeCommand('faceSwap.jobs.clear');
    await ui('viewWelcome', 'Jobs|Swap Face in Video');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('takes several videos with one photo as one batch', async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
    const files = ['ann.jpg', 'one.mp4', 'two.mp4'].map((name) => vscode.Uri.file(inWorkspace(name)));
    await vscode.commands.executeCommand('faceSwap.swap', files[1], files);
    for (const name of ['ann-one (2).mp4', 'ann-two (2).mp4']) assert.ok(existsSync(inWorkspace(name)), name);
    assert.match(await notification('All 2 videos are done'), /Show Jobs/);
    assert.doesNotMatch(await ui('allNotifications'), /Face swapped/);
  });

  test('takes the videos of a folder, and never its own results', async () => {
    mkdirSync(inWorkspace('holiday'));
    for (const name of ['beach.mp4', 'ann-beach.mp4', 'broken.mp4'])
      copyFileSync(inWorkspace(name === 'broken.mp4' ? name : 'clip.mp4'), inWorkspace(`holiday/${name}`));
    const end = vscode.commands.executeCommand(
      'faceSwap.swapFolder',
      vscode.Uri.file(inWorkspace('holiday')),
    );
    assert.match(await ui('answerFileDialog', inWorkspace('ann.jpg')), /all videos of holiday/);
    await end;
    await notification('1 of 2 videos are done');
    assert.deepEqual(readdirSync(inWorkspace('holiday')).sort(), [
      'ann-beach (2).mp4',
      'ann-beach.mp4',
      'beach.mp4',
      'broken.mp4',
    ]);
    await spoken('broken.mp4', /failed, “broken\.mp4”/);
    await vscode.commands.executeCommand('faceSwap.jobs.clear');
  });
});
