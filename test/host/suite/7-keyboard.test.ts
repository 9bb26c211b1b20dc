import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { suite, suiteSetup, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { clipFrames, packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { inWorkspace } from '../surroundings';
import { becomes, hasUi, reachedByTab, ui } from '../ui';
import { eventually } from '../waiting';

suite('With the keyboard alone', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    for (const command of ['closePanel', 'closeAuxiliaryBar'])
      await vscode.commands.executeCommand(`workbench.action.${command}`);
  });

  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('a first swap goes from the palette to a finished file, which is swapped again from the panel', async () => {
    copyFileSync(inWorkspace('clip.mp4'), inWorkspace('typed.mp4'));
    await ui('keys', 'F1');
    await ui('type', 'Face Swap: Swap Face in Video');
    await ui('palettePick', 'Swap Face in Video');
    for (const name of ['typed.mp4', 'ann.jpg']) await ui('typeIntoFileDialog', inWorkspace(name));
    await ui('panelWait', '.run .name|ann-typed.mp4');
    assert.equal(probe(packagedTool('ffprobe'), inWorkspace('ann-typed.mp4')).frames, clipFrames);
    await ui('panelTabTo', 'Run Again');
    await ui('keys', 'Enter');
    await ui('panelWait', '.run .name|ann-typed (2).mp4');
  });

  test('everything in the panel is reached in its order, shows that it has the focus, and lets it go', async () => {
    const uri = vscode.Uri.file(inWorkspace('tabs.faceswap.json'));
    writeFileSync(uri.fsPath, JSON.stringify({ version: 1, target: 'clip.mp4', sources: ['ann.jpg'] }));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
    await ui('panelWait', '.photo|sharp');
    await ui('panelWait', '.people .cards|');
    await ui('panelText', '.pictures.shown');
    const reached = await reachedByTab();
    assert.ok(reached.length > 20, String(reached.length));
  });

  test('settings are changed, undone and started', async () => {
    const uri = vscode.Uri.file(inWorkspace('keys.faceswap.json'));
    const job = { version: 1, target: 'clip.mp4', sources: ['ann.jpg'], output: 'keys.mp4' };
    writeFileSync(uri.fsPath, JSON.stringify(job));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
    const document = await vscode.workspace.openTextDocument(uri);
    const before = document.getText();
    await ui('panelWait', '.photo|sharp');
    await ui('panelTabTo', 'Output Video Encoder');
    await ui('keys', 'ArrowDown');
    await eventually(() => assert.match(document.getText(), /libx265/));
    await becomes('panelFocus', '', 'Output Video Encoder');
    await ui('keys', 'Control+z');
    await eventually(() => assert.equal(document.getText(), before));
    await ui('panelTabTo', 'Swap Face');
    await ui('keys', 'Enter');
    await ui('panelWait', '.run .name|keys.mp4');
  });
});
