import assert from 'node:assert/strict';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import type { uiActions } from '../../support/uiActions';
import { clipWidth } from '../../support/hostWorkspace';
import { inWorkspace } from '../surroundings';
import { clickInNotification, hasUi, ui } from '../ui';
import { eventually } from '../waiting';

const themes = {
  dark: 'Dark 2026',
  light: 'Light 2026',
  'high-contrast': 'Default High Contrast',
};

type Panel = Awaited<ReturnType<typeof uiActions.comparePanel>>;

/** Waits until the panel shows this. */
const shows = (expected: Partial<Panel>): Promise<void> =>
  eventually(async () => {
    const panel = await ui('comparePanel');
    assert.deepEqual(panel, { ...panel, ...expected });
  });

/** The last result as it is shown at first. */
async function openAnew(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await vscode.commands.executeCommand('faceSwap.compare');
  await shows({ divider: 50, clock: '0:00.00' });
}

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
    await shows({
      heading: 'clip.mp4 · compared.mp4',
      pictures: [clipWidth, clipWidth],
      clock: '0:00.00',
      divider: 50,
      problem: '',
    });
  });

  test('moves the divider by arrow keys and by dragging', async function () {
    if (!hasUi) this.skip();
    await openAnew();
    await ui('pressOnDivider', 'ArrowRight');
    await shows({ divider: 52 });
    await ui('pressOnDivider', 'Home');
    await shows({ divider: 0 });
    await ui('dragDivider', '45');
    await shows({ divider: 45 });
  });

  test('goes through time frame by frame', async function () {
    if (!hasUi) this.skip();
    await openAnew();
    await ui('pressOnTimeline', 'ArrowRight');
    await shows({ clock: '0:00.04' });
    await ui('pressOnTimeline', 'End');
    await shows({ clock: '0:01.56' });
  });

  for (const [name, theme] of Object.entries(themes))
    test(`can be read in the theme ${theme}`, async function () {
      if (!hasUi) this.skip();
      const workbench = vscode.workspace.getConfiguration('workbench');
      await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
      await ui('comparePanelTheme', theme);
      await shows({ problem: '' });
      await ui('screenshot', `compare-${name}`);
    });
});
