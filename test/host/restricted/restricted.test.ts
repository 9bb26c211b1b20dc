import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { inWorkspace, workers, workspaceFiles } from '../surroundings';
import { hasUi, notification, ui } from '../ui';

suite('An untrusted workspace', () => {
  test('is what this run opened', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  test('starts no job and says why', async function () {
    if (!hasUi) this.skip();
    const files = workspaceFiles();
    void vscode.commands.executeCommand('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('clip.mp4'),
    });
    assert.match(await notification('trusted workspace'), /Manage Workspace Trust/);
    assert.deepEqual(workers(), []);
    assert.deepEqual(workspaceFiles(), files);
  });

  test('says in the view of the jobs what it takes', async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('faceSwap.jobs.focus');
    await ui('viewWelcome', 'Jobs|are not decoded');
  });

  test('cannot name programs through its settings', () => {
    const configuration = vscode.workspace.getConfiguration('faceSwap');
    assert.equal(configuration.get('ffmpegPath'), '');
    assert.equal(configuration.get('outputVideoQuality'), 33);
  });
});
