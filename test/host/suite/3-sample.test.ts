import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { suite, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { JobReport } from '../../../src/protocol/report';
import { packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { workspaceFiles } from '../surroundings';
import { hasUi, ui } from '../ui';
import { eventually } from '../waiting';

const userData = process.env['TEST_USER_DATA'] ?? '';
const result = (name: string): string =>
  path.join(userData, 'User', 'globalStorage', 'face-swap.face-swap', 'sample', name);

suite('Sample media', () => {
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('give a stranger a first swap without files of his own, and leave his folder alone', async function () {
    if (!hasUi) this.skip();
    rmSync(result('face-clip.mp4'), { force: true });
    const files = workspaceFiles();
    const started = performance.now();
    const report = await vscode.commands.executeCommand<JobReport>('faceSwap.trySample');
    console.log(`[mocha]     first swap after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    assert.equal(report.framesWithSwap, 75);
    assert.equal(probe(packagedTool('ffprobe'), report.output).frames, 75);
    await ui('panelWait', '.run .name|face-clip.mp4');
    // Whoever waits for the result has it before the eyes, without looking for it.
    await eventually(async () => {
      const seen = await ui('panelInSight', '.run .screens');
      assert.ok(seen > 0.9, `${seen} of the result are in sight`);
    });
    await ui('screenshot', 'sample');
    assert.deepEqual(workspaceFiles(), files);
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.isDirty, false);
  });

  test('are swapped once more beside the first result, which stays', async function () {
    if (!hasUi) this.skip();
    rmSync(result('face-clip (2).mp4'), { force: true });
    const report = await vscode.commands.executeCommand<JobReport>('faceSwap.trySample');
    assert.equal(path.basename(report.output), 'face-clip (2).mp4');
    assert.ok(readdirSync(path.dirname(report.output)).includes('face-clip.mp4'));
  });
});
