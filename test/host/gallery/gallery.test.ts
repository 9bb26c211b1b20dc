import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, suiteSetup, test } from 'mocha';
import * as vscode from 'vscode';
import { movingFriends } from '../../support/hostWorkspace';
import { extension, inWorkspace } from '../surroundings';
import { becomes, hasUi, ui } from '../ui';

const themes = { dark: 'Dark 2026', light: 'Light 2026', contrast: 'Default High Contrast' };

/** Takes the window in each theme, as `<name>-<theme>.png`. */
async function take(name: string, look: () => Promise<unknown>): Promise<void> {
  const workbench = vscode.workspace.getConfiguration('workbench');
  for (const [short, theme] of Object.entries(themes)) {
    await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
    await ui('comparePanelTheme', theme);
    await look();
    await ui('pointAway');
    await ui('screenshot', `gallery/${name}-${short}`);
  }
}

async function openJob(name: string, job: object): Promise<void> {
  const uri = vscode.Uri.file(inWorkspace(`${name}.faceswap.json`));
  writeFileSync(uri.fsPath, `${JSON.stringify({ version: 1, ...job }, null, 2)}\n`);
  await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
  await ui('panelWait', '.photo|sharp');
  await ui('panelWait', '.target .facts|fps');
}

/** The pictures of README.md, taken from a real VS Code that does real work. */
suite('The gallery', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    // Without a bar at the top, which would say that a test runs.
    for (const [section, name] of [
      ['window', 'commandCenter'],
      ['workbench', 'layoutControl.enabled'],
    ])
      await vscode.workspace.getConfiguration(section).update(name, false, vscode.ConfigurationTarget.Global);
    for (const command of ['closePanel', 'closeAuxiliaryBar', 'closeSidebar'])
      await vscode.commands.executeCommand(`workbench.action.${command}`);
    const sample = path.join(extension().extensionPath, 'media', 'sample');
    for (const name of ['beach', 'garden', 'party'])
      copyFileSync(path.join(sample, 'clip.mp4'), inWorkspace(`${name}.mp4`));
    copyFileSync(path.join(sample, 'face.jpg'), inWorkspace('dana.jpg'));
    movingFriends(inWorkspace('friends.mp4'));
  });

  test('shows the panel of a job', async () => {
    await ui('windowSize', '1280x900');
    const settings = { manyFaces: true };
    await openJob('friends', { target: 'friends.mp4', sources: ['dana.jpg'], settings });
    await ui('panelWait', '.people .cards|');
    await ui('panelText', '.pictures.shown');
    await take('panel', () => ui('panelHidden', '.preview vscode-progress-ring'));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('shows what verifying the machine has found', async () => {
    await vscode.commands.executeCommand('faceSwap.verify');
    await ui('panelWait', 'h1|networks');
    await take('verify', () => ui('panelText', 'h1'));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('shows original and result on top of each other', async () => {
    await ui('windowSize', '1280x800');
    const output = inWorkspace('dana-party.mp4');
    const [sources, target] = [[inWorkspace('dana.jpg')], inWorkspace('party.mp4')];
    assert.ok(await vscode.commands.executeCommand('faceSwap.swap', { sources, target, output }));
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('faceSwap.compare');
    await ui('comparePanel');
    await ui('pressOnTimeline', 'ArrowRight');
    await take('compare', () => ui('comparePanel'));
  });

  test('shows jobs that are done, run and wait, models and the GPU', async () => {
    await vscode.commands.executeCommand('faceSwap.doctor');
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await vscode.commands.executeCommand('faceSwap.jobs.focus');
    const start = (target: string): Thenable<unknown> =>
      vscode.commands.executeCommand('faceSwap.swap', {
        sources: [inWorkspace('dana.jpg')],
        target: inWorkspace(target),
      });
    await start('broken.mp4');
    void start('long.mp4');
    for (const name of ['beach', 'garden']) void start(`${name}.mp4`);
    await becomes('viewDescription', 'Jobs', /^[1-9]\d* % .*fps/);
    await vscode.commands.executeCommand('notifications.clearAll');
    await take('jobs', () => ui('viewRow', 'Jobs|long.mp4'));
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
  });
});
