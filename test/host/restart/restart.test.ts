import assert from 'node:assert/strict';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { clipFrames, packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { inWorkspace, until } from '../surroundings';
import { clickInNotification, ui } from '../ui';

/** This suite runs twice: before the window is loaded anew, and after. */
const note = path.join(path.dirname(process.env['TEST_RESULT_FILE'] ?? ''), 'before');
const isSecond = existsSync(note);

const spoken = (text: string, how: RegExp): Promise<boolean> =>
  until(async () => how.test((await ui('viewRow', `Jobs|${text}`)).spoken));

suite(isSecond ? 'After a restart' : 'Before a restart', () => {
  test('the queue is kept, and goes on when somebody says so', async () => {
    await vscode.commands.executeCommand('faceSwap.jobs.focus');
    if (!isSecond) {
      for (const name of ['one', 'two']) copyFileSync(inWorkspace('clip.mp4'), inWorkspace(`${name}.mp4`));
      for (const name of ['long', 'one', 'two'])
        void vscode.commands.executeCommand('faceSwap.swap', {
          sources: [inWorkspace('ann.jpg')],
          target: inWorkspace(`${name}.mp4`),
        });
      await spoken('long.mp4', /running, CPU [1-9]/);
      await spoken('two.mp4', /queued, 2 ahead/);
      writeFileSync(note, '');
      await vscode.commands.executeCommand('workbench.action.reloadWindow');
      await new Promise(() => undefined);
    }
    for (const name of ['long', 'one', 'two']) await spoken(`${name}.mp4`, /interrupted/);
    assert.equal(existsSync(inWorkspace('ann-one.mp4')), false);
    await clickInNotification('3 jobs were not finished', 'Resume');
    await spoken('long.mp4', /running/);
    await ui('viewPress', 'Jobs|long.mp4|Cancel Job');
    for (const name of ['one', 'two']) await spoken(`${name}.mp4`, /done/);
    assert.equal(probe(packagedTool('ffprobe'), inWorkspace('ann-two.mp4')).frames, clipFrames);
  });
});
