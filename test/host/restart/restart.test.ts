import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import { clipFrames, packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { inWorkspace, outputSays } from '../surroundings';
import { becomes, clickInNotification, rowSays, ui } from '../ui';
import { eventually, until } from '../waiting';

/** This suite runs twice: before the window is loaded anew, and after. */
const note = path.join(path.dirname(process.env['TEST_RESULT_FILE'] ?? ''), 'before');
const isSecond = existsSync(note);

const spoken = (text: string, how: RegExp): Promise<void> => rowSays(`Jobs|${text}`, how);

/** The first segment of the long job, once it is finished: which file it is, and when it was written. */
function finishedSegment(): string | false {
  const folder = readdirSync(inWorkspace('')).find((name) =>
    name.startsWith('.ann-long.mp4.face-swap-kept-'),
  );
  const file = inWorkspace(path.join(folder ?? '', '000000.mp4'));
  if (folder === undefined || !existsSync(file)) return false;
  const { ino, mtimeMs } = statSync(file);
  return `${ino} ${mtimeMs}`;
}

async function before(): Promise<void> {
  await vscode.commands.executeCommand('faceSwap.newJob');
  await ui('panelClick', '[aria-label="Many Faces: On"]');
  await eventually(() => assert.match(unsavedJob()?.getText() ?? 'no document', /manyFaces/));
  await vscode.commands.executeCommand('faceSwap.jobs.focus');
  for (const name of ['one', 'two']) copyFileSync(inWorkspace('clip.mp4'), inWorkspace(`${name}.mp4`));
  for (const name of ['long', 'one', 'two'])
    void vscode.commands.executeCommand('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace(`${name}.mp4`),
    });
  await spoken('two.mp4', /queued, 2 ahead/);
  writeFileSync(note, await until(finishedSegment));
  await vscode.commands.executeCommand('workbench.action.reloadWindow');
  await new Promise(() => undefined);
}

const unsavedJob = (): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find(
    ({ isUntitled, uri }) => isUntitled && uri.path.endsWith('.faceswap.json'),
  );

suite(isSecond ? 'After a restart' : 'Before a restart', function () {
  // There is but one restart: what fails is tried again with a window of its own.
  this.retries(0);

  suiteSetup(async function () {
    this.timeout(300_000);
    if (!isSecond) await before();
  });

  test('a job that was not saved is still there, not saved, with what was changed', async () => {
    const document = await until(unsavedJob);
    await eventually(() => assert.match(document.getText(), /"manyFaces": true/));
    // What is restored says of itself that it is not dirty; its tab knows.
    await eventually(() => assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab?.isDirty));
    await becomes('panelText', 'header h1', 'New swap');
    await ui('panelWait', '.settings .note|1 changed');
  });

  test('the queue is kept, and goes on when somebody says so, from what was finished', async () => {
    await vscode.commands.executeCommand('faceSwap.jobs.focus');
    for (const name of ['long', 'one', 'two']) await spoken(`${name}.mp4`, /interrupted/);
    assert.equal(existsSync(inWorkspace('ann-one.mp4')), false);
    const segment = readFileSync(note, 'utf8');
    await clickInNotification('3 jobs were not finished', 'Resume');
    // Of 900 frames the first 500 are there.
    await spoken('long.mp4', /running/);
    await becomes('viewDescription', 'Jobs', /^(5[5-9]|[6-9]\d|100) %/);
    await outputSays(/An earlier run of this job was interrupted; going on from its 1 segments/);
    assert.equal(finishedSegment(), segment, 'it has not been made again');
    await ui('viewPress', 'Jobs|long.mp4|Cancel Job');
    for (const name of ['one', 'two']) await spoken(`${name}.mp4`, /done/);
    assert.equal(probe(packagedTool('ffprobe'), inWorkspace('ann-two.mp4')).frames, clipFrames);
    await eventually(() =>
      assert.equal(finishedSegment(), false, 'nothing stays of a job that is cancelled'),
    );
  });
});
