import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { suite, suiteSetup, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { heapAfterCollection, objectsAlive } from '../heap';
import { inWorkspace, until } from '../surroundings';
import { hasUi, ui } from '../ui';

function jobFile(name: string, job: object): vscode.Uri {
  const uri = vscode.Uri.file(inWorkspace(`${name}.faceswap.json`));
  writeFileSync(uri.fsPath, `${JSON.stringify({ version: 1, ...job }, null, 2)}\n`);
  return uri;
}

async function open(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
  await ui('panelText', 'header h1');
}

const closeAll = (): Thenable<unknown> => vscode.commands.executeCommand('workbench.action.closeAllEditors');

suite('What a panel keeps', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
  });

  teardown(async () => {
    await ui('windowSize', '1280x800');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await closeAll();
  });

  test('stays through hiding and moving', async () => {
    await open(jobFile('kept', { target: 'clip.mp4', sources: ['ann.jpg'] }));
    const frame = (): Promise<string | null> =>
      ui('panelAttribute', '[role="slider"][aria-label="Frame"]|aria-valuenow');
    await ui('panelText', '.pictures.shown');
    for (let i = 0; i < 3; i++) await ui('panelPress', '.scrub|ArrowRight');
    await until(async () => (await frame()) === '3');
    await ui('panelClick', '.tools >> text=Boxes');
    const notes = await vscode.workspace.openTextDocument(inWorkspace('notes.txt'));
    await vscode.window.showTextDocument(notes);
    await vscode.commands.executeCommand('workbench.action.openPreviousRecentlyUsedEditorInGroup');
    await ui('panelText', '.pictures.shown');
    assert.equal(await frame(), '3');
    await vscode.commands.executeCommand('workbench.action.moveEditorToNextGroup');
    await until(() => vscode.window.tabGroups.all.length === 2);
    await ui('panelText', '.pictures.shown');
    assert.equal(await frame(), '3');
    assert.equal(await ui('panelAttribute', '.tools vscode-button.pressed|aria-pressed'), 'true');
  });

  test('is readable at 200 % zoom, and axe finds nothing serious', async () => {
    await open(jobFile('zoomed', { target: 'clip.mp4', sources: ['ann.jpg'] }));
    await ui('panelWait', '.photo|sharp');
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
    // A window of 1280 × 900 has room for as much as this one when it is zoomed.
    await ui('windowSize', '640x450');
    assert.equal(await ui('panelOverflow'), 0);
    assert.deepEqual(await ui('panelAxe'), []);
    await ui('screenshot', 'panel-zoomed');
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  test('is let go when it is closed: memory is flat over 50 openings', async function () {
    this.timeout(300_000);
    const uri = jobFile('memory', { target: 'clip.mp4', sources: ['ann.jpg'] });
    const cycle = async (): Promise<void> => {
      await open(uri);
      await closeAll();
    };
    for (let i = 0; i < 5; i++) await cycle();
    const before = await heapAfterCollection();
    for (let i = 0; i < 50; i++) await cycle();
    const after = await heapAfterCollection();
    const alive = await objectsAlive(['JobPanel', 'JobDocument', 'PreviewRequests']);
    const grown = (after - before) / 1e6;
    console.log(
      `[mocha]     the host's heap grew by ${grown.toFixed(2)} MB over 50 openings; alive: ${JSON.stringify(alive)}`,
    );
    // A few may be held by whoever closed them last.
    assert.ok(Math.max(...Object.values(alive)) < 10, JSON.stringify(alive));
    assert.ok(grown < 10, `${grown.toFixed(2)} MB`);
  });
});
