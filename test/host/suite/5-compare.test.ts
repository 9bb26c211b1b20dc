import assert from 'node:assert/strict';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import { clipWidth } from '../../support/hostWorkspace';
import { inWorkspace } from '../surroundings';
import { clickInNotification, hasUi, ui } from '../ui';

const themes = {
  dark: 'Dark 2026',
  light: 'Light 2026',
  'high-contrast': 'Default High Contrast',
};

suite('Compare', () => {
  suiteSetup(() => vscode.commands.executeCommand('notifications.clearAll'));

  test('shows the same moment of original and result', async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('clip.mp4'),
      output: inWorkspace('compared.mp4'),
    });
    await clickInNotification('Face swapped: compared.mp4', 'Compare');
    const panel = await ui('comparePanel');
    assert.match(panel.heading, /^clip\.mp4 · compared\.mp4$/);
    assert.deepEqual(panel.pictures, [clipWidth, clipWidth]);
    assert.equal(panel.clock, '0:00.00');
    assert.equal(panel.divider, 50);
    assert.equal(panel.problem, '');
  });

  test('moves the divider by arrow keys and by dragging', async function () {
    if (!hasUi) this.skip();
    await ui('pressOnDivider', 'ArrowRight');
    assert.equal((await ui('comparePanel')).divider, 52);
    await ui('pressOnDivider', 'Home');
    assert.equal((await ui('comparePanel')).divider, 0);
    await ui('dragDivider', '45');
    assert.equal((await ui('comparePanel')).divider, 45);
  });

  test('goes through time frame by frame', async function () {
    if (!hasUi) this.skip();
    await ui('pressOnTimeline', 'ArrowRight');
    assert.equal((await ui('comparePanel')).clock, '0:00.04');
    await ui('pressOnTimeline', 'End');
    assert.equal((await ui('comparePanel')).clock, '0:01.56');
  });

  for (const [name, theme] of Object.entries(themes))
    test(`can be read in the theme ${theme}`, async function () {
      if (!hasUi) this.skip();
      const workbench = vscode.workspace.getConfiguration('workbench');
      await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
      await ui('comparePanelTheme', theme);
      assert.equal((await ui('comparePanel')).problem, '');
      await ui('screenshot', `compare-${name}`);
    });
});
