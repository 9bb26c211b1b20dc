import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, suiteSetup, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { fakeGpu } from '../../support/fakeGpu';
import { standInRuntime } from '../../support/standInRuntime';
import { inWorkspace, outputChannel, outputSays } from '../surroundings';
import { becomes, hasUi, reachedByTab, ui } from '../ui';
import { eventually, until } from '../waiting';

async function openJob(name: string, job: object): Promise<void> {
  const uri = vscode.Uri.file(inWorkspace(`${name}.faceswap.json`));
  writeFileSync(uri.fsPath, `${JSON.stringify({ version: 1, ...job }, null, 2)}\n`);
  await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
  await ui('panelWait', '.target .facts|25 fps');
}

const themes = { light: 'Light 2026', contrast: 'Default High Contrast', dark: 'Dark 2026' };

/** Everything in reach of Tab, nothing serious for axe in any theme, and nothing out of reach at 200 % zoom or in a narrow column. */
async function isForEverybody(name: string): Promise<void> {
  await reachedByTab();
  const workbench = vscode.workspace.getConfiguration('workbench');
  for (const [short, theme] of Object.entries(themes)) {
    await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
    await ui('comparePanelTheme', theme);
    await ui('windowSize', '1280x1400');
    await becomes('panelAxe', '', []);
    await ui('screenshot', `state-${name}-${short}`);
  }
  // A window of 1280 × 900 has room for as much as the first one when it is zoomed.
  for (const size of ['640x450', '660x1400']) {
    await ui('windowSize', size);
    await becomes('panelOverflow', '', 0);
    await becomes('panelAxe', '', []);
    await ui('screenshot', `state-${name}-${size}`);
  }
  await ui('windowSize', '1280x1400');
}

suite('Every state of the panel is for everybody', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    this.timeout(240_000);
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
    await ui('windowSize', '1280x1400');
  });

  teardown(async () => {
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await ui('windowSize', '1280x800');
  });

  test('when it has found people', async () => {
    await openJob('everybody', { target: 'pair.mp4', sources: ['ann.jpg'], settings: { manyFaces: true } });
    await ui('panelWait', '.person:nth-of-type(2) .words|from');
    await ui('panelText', '.pictures.shown');
    await ui('panelHidden', '.preview vscode-progress-ring');
    await isForEverybody('people');
  });

  test('when a job runs, with the memory of the GPU and its releases', async function () {
    if (process.platform !== 'linux') this.skip();
    const folder = mkdtempSync(path.join(tmpdir(), 'face-swap-gpu-'));
    const device = vscode.workspace.getConfiguration('faceSwap');
    const before = { ...process.env };
    const seen = outputChannel().length;
    const runtime = standInRuntime(path.join(folder, 'runtime'), [], { contextMb: 400, sessionMb: 300 });
    const live = runtime['FACE_SWAP_STAND_IN'] ?? '';
    Object.assign(process.env, runtime, fakeGpu(path.join(folder, 'gpu.json'), { curves: [[{ live }]] }));
    try {
      // A fresh process sees the changed surroundings.
      await device.update('cuda.deviceId', 'GPU-fake-1', vscode.ConfigurationTarget.Global);
      // In the default order faces are none of the GPU's business.
      await device.update('executionProviders', ['cuda', 'cpu'], vscode.ConfigurationTarget.Global);
      const settings = { memoryStrategy: 'sequential' };
      // Nobody has looked for people in this one yet.
      copyFileSync(inWorkspace('long.mp4'), inWorkspace('shared.mp4'));
      await openJob('charted', {
        target: 'shared.mp4',
        sources: ['ann.jpg'],
        output: 'charted.mp4',
        settings,
      });
      // Both use the GPU while no job does.
      await becomes('panelText', '.looking', /[1-9] %/);
      await ui('panelText', '.pictures.shown:not(.original-only)');
      await ui('panelClick', '[data-key="start"]');
      await ui('panelWait', '.people|people are looked for without the GPU');
      const told = await ui('panelWait', '.vram figcaption|face analysis gave back');
      const release = await outputSays(/after face analysis: .* baseline \d+ MB: back/, seen);
      assert.match(release, /baseline 500 MB/, 'nobody else holds memory of the GPU');
      assert.match(told, /^VRAM \d\.\d of 8\.0 GB, at most \d\.\d GB · face analysis gave back \d\.\d GB/);
      await becomes('panelCount', '.vram .release:not(.held)', 1);
      await becomes('panelAttribute', '.vram svg|aria-label', /face analysis gave back \d\.\d GB/);
      await ui('panelClick', '[data-key="pause"]');
      await ui('panelWait', 'header .line|paused');
      await isForEverybody('running');
      await ui('panelClick', '[data-key="cancel"]');
      await ui('panelWait', '.run .note|cancelled');
    } finally {
      await vscode.commands.executeCommand('faceSwap.cancel', 'all');
      for (const name of ['cuda.deviceId', 'executionProviders'])
        await device.update(name, undefined, vscode.ConfigurationTarget.Global);
      for (const name of Object.keys(process.env))
        if (!(name in before)) Reflect.deleteProperty(process.env, name);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('when a job is done, with the player and what is worth a look', async () => {
    copyFileSync(inWorkspace('clip.mp4'), inWorkspace('over.mp4'));
    const settings = { skipAudio: true };
    await openJob('over', { target: 'over.mp4', sources: ['ann.jpg'], output: 'over-done.mp4', settings });
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', '.run .name|over-done.mp4');
    await ui('panelText', '.player [aria-label="Play"]');
    assert.equal(await ui('panelCount', '.player :text("Mute"):visible'), 0, 'there is no sound to mute');
    await isForEverybody('done');
  });

  test('when a job has failed', async () => {
    await openJob('faceless', { target: 'clip.mp4', sources: ['nobody.png'] });
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', '.run .trouble|nobody.png');
    await isForEverybody('failed');
  });

  test('with files whose names have no gap', async () => {
    const named = (letter: string, ending: string): string => `${letter.repeat(60)}.${ending}`;
    const [target, source, output] = [named('t', 'mp4'), named('s', 'jpg'), named('o', 'mp4')];
    copyFileSync(inWorkspace('pair.mp4'), inWorkspace(target));
    copyFileSync(inWorkspace('ann.jpg'), inWorkspace(source));
    const job = { target, sources: [source], output, settings: { 'model.swapper': 'm'.repeat(60) } };
    await openJob('gapless', job);
    await ui('panelWait', '.person:nth-of-type(2) .words|from');
    await ui('panelWait', '.photo|sharp');
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', `.run .trouble|${'m'.repeat(60)}`);
    await isForEverybody('gapless-failed');
    await ui('panelClick', '[data-key="reset model.swapper"]');
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', `.run .name|${output}`);
    await isForEverybody('gapless-done');
  });

  test('while it is empty, and then it complains of nothing that is only not there yet', async () => {
    await vscode.commands.executeCommand('faceSwap.newJob');
    await ui('panelWait', '.sources|Whose face');
    await isForEverybody('empty');
    const document = await until(() => vscode.workspace.textDocuments.find(({ isUntitled }) => isUntitled));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(document.getText().indexOf('{') + 1), '"oops": 1, ');
    await vscode.workspace.applyEdit(edit);
    await eventually(() =>
      assert.deepEqual(
        vscode.languages.getDiagnostics(document.uri).map(({ range }) => document.getText(range)),
        ['"oops"'],
      ),
    );
  });
});
