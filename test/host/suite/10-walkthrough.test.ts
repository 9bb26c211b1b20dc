import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { suite, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { hasUi, ui } from '../ui';
import { eventually } from '../waiting';

suite('The walkthrough', () => {
  suiteTeardown(async () => {
    if (hasUi) await ui('windowSize', '1280x800');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('shows its steps with their pictures, and its links do what they say', async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
    // A narrow one has no pictures.
    await ui('windowSize', '1600x1000');
    const id = 'face-swap.face-swap#start';
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', id, false);
    const steps = ['Swap a face', 'Look at the result', 'Queue more', 'Get stronger models', 'Use your GPU'];
    for (const step of steps) {
      await ui('walkthroughStep', step);
      assert.ok((await ui('walkthroughPicture')) > 300, step);
    }
    await ui('screenshot', 'walkthrough');
    await ui('walkthroughStep', steps[0]);
    await ui('walkthroughLink', 'empty job');
    await eventually(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom && input.viewType === 'faceSwap.job', inspect(input));
    });
  });
});
