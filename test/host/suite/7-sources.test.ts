import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, suiteSetup, suiteTeardown, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { packagedTool } from '../../support/hostWorkspace';
import { inWorkspace } from '../surroundings';
import { becomes, hasUi, ui } from '../ui';
import { eventually } from '../waiting';

async function openJob(name: string, sources: unknown[] = []): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.file(inWorkspace(`${name}.faceswap.json`));
  writeFileSync(uri.fsPath, `${JSON.stringify({ version: 1, target: 'clip.mp4', sources }, null, 2)}\n`);
  await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
  await ui('panelWait', '.target .facts|25 fps');
  return vscode.workspace.openTextDocument(uri);
}

/** Drags a file of the Explorer, scrolled to where it is to be seen. */
async function drag(name: string, place: string): Promise<void> {
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(inWorkspace(name)));
  await ui('dragIntoPanel', `${name}|${place}`);
}

const job = (document: vscode.TextDocument): { target: string; sources: unknown[] } =>
  JSON.parse(document.getText()) as { target: string; sources: unknown[] };

suite('Photos come into the panel', () => {
  let outside = '';
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    outside = mkdtempSync(path.join(tmpdir(), 'face-swap-outside-'));
    for (const command of ['closePanel', 'closeAuxiliaryBar'])
      await vscode.commands.executeCommand(`workbench.action.${command}`);
    await vscode.commands.executeCommand('workbench.view.explorer');
  });
  suiteTeardown(() => rmSync(outside, { recursive: true, force: true }));
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  const photo = (from: string): string => {
    const file = path.join(outside, 'copied.png');
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', '-y', '-i', inWorkspace(from), file]);
    return file;
  };

  test('dragged from the Explorer, to the photos and to the target', async () => {
    const document = await openJob('dragged');
    await drag('ann.jpg', '.sources .place');
    await ui('panelWait', '.photo|sharp');
    await eventually(() => assert.deepEqual(job(document).sources, ['ann.jpg']));
    await drag('pair.mp4', '.target .name');
    await eventually(() => assert.equal(job(document).target, 'pair.mp4'));
  });

  test('dropped from outside VS Code, kept where somebody says; what is no picture is refused in words', async () => {
    const document = await openJob('dropped');
    const file = photo('bea.jpg');
    assert.ok(await ui('dropFromOutside', `${file}|.sources .place`));
    await ui('answerFileDialog', inWorkspace('dropped.png'));
    await ui('panelWait', '.photo|sharp');
    await eventually(() => assert.deepEqual(job(document).sources, ['dropped.png']));
    assert.ok(readFileSync(inWorkspace('dropped.png')).equals(readFileSync(file)));
    await ui('dropFromOutside', `${inWorkspace('clip.mp4')}|.sources`);
    await ui('panelWait', '.said|Only pictures can be a source');
    await ui('dropFromOutside', `${inWorkspace('clip.mp4')}|.target`);
    await ui('panelWait', '.said|Only files from the Explorer');
    assert.deepEqual(job(document).sources, ['dropped.png']);
  });

  test('pasted from the clipboard, and not without a place to keep them', async () => {
    const document = await openJob('pasted');
    const file = photo('cleo.jpg');
    await ui('pastePicture', file);
    await ui('dismissQuickInput');
    assert.deepEqual(job(document).sources, []);
    await ui('pastePicture', file);
    await ui('answerFileDialog', inWorkspace('pasted.png'));
    await ui('panelWait', '.photo|pasted.png');
    assert.ok(existsSync(inWorkspace('pasted.png')));
    await eventually(() => assert.deepEqual(job(document).sources, ['pasted.png']));
  });

  test('with several faces, one of which is chosen', async () => {
    const frame = ['-i', inWorkspace('pair.mp4'), '-frames:v', '1', inWorkspace('both.jpg')];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', '-y', ...frame]);
    const document = await openJob('both', ['both.jpg']);
    await ui('panelText', '.photo [role="radio"]:nth-of-type(2)');
    await becomes('panelCount', '.photo [role="radio"]', 2);
    const other = '.photo [role="radio"][aria-checked="false"]';
    const label = await ui('panelAttribute', `${other}|aria-label`);
    await ui('panelClick', other);
    const face = Number(/\d+/.exec(label ?? '')?.[0]) - 1;
    await eventually(() => assert.deepEqual(job(document).sources, [{ photo: 'both.jpg', face }]));
    await ui('panelAttribute', `.photo [role="radio"][aria-checked="true"][aria-label="${label}"]|class`);
    await ui('screenshot', 'panel-several-faces');
  });

  test('with what may spoil them', async () => {
    const blurred = ['-i', inWorkspace('ann.jpg'), '-vf', 'gblur=sigma=9', inWorkspace('soft.jpg')];
    execFileSync(packagedTool('ffmpeg'), ['-v', 'error', '-y', ...blurred]);
    await openJob('hints', ['soft.jpg', 'nobody.png']);
    await ui('panelWait', '.photo .hint.warn|soft');
    await ui('panelWait', '.photo .trouble|No face was found; choose another photo.');
    // The frame is shown as it is, and why it is not swapped.
    await ui('panelText', '.pictures.shown');
    await ui('panelWait', '.hint-line|No face was found in the source');
    await ui('screenshot', 'panel-hints');
  });
});
