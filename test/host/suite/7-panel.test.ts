import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { suite, suiteSetup, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { clipFrames, packagedTool } from '../../support/hostWorkspace';
import { probe } from '../../support/probe';
import { inWorkspace, outputChannel, outputSays } from '../surroundings';
import { becomes, hasUi, notification, ui } from '../ui';
import { eventually, until } from '../waiting';

/** Writes a job file and opens it in its panel. */
async function openJob(name: string, job: object): Promise<vscode.TextDocument> {
  const uri = vscode.Uri.file(inWorkspace(`${name}.faceswap.json`));
  writeFileSync(uri.fsPath, `${JSON.stringify({ version: 1, ...job }, null, 2)}\n`);
  const asked = Date.now();
  await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
  await ui('panelText', 'header h1');
  const drawn = await ui('panelDrawn');
  console.log(`[mocha]     panel drawn after ${(drawn - asked).toFixed(0)} ms`);
  return vscode.workspace.openTextDocument(uri);
}

const json = (document: vscode.TextDocument): Record<string, unknown> =>
  JSON.parse(document.getText()) as Record<string, unknown>;

suite('The panel of a job file', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
  });

  teardown(async () => {
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await ui('windowSize', '1280x800');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('opens by itself for its files, and shows source and target', async () => {
    await openJob('first', { target: 'clip.mp4', sources: ['ann.jpg'], output: 'first.mp4' });
    await eventually(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom && input.viewType === 'faceSwap.job', inspect(input));
    });
    await becomes('panelText', 'header h1', 'clip.mp4');
    assert.match(await ui('panelWait', '.photo|sharp'), /ann\.jpg/);
    await becomes('panelText', '.target .facts', /480 × 480\s+0:02\s+25 fps\s+h264\s+aac sound/);
    await becomes('panelText', '.output .name', 'first.mp4');
    const first = JSON.parse((await ui('panelAttribute', 'html|data-first')) ?? '[]') as { type: string }[];
    assert.deepEqual(
      first.map(({ type }) => type),
      ['settings', 'job', 'run'],
      'the page needs to ask for nothing before it shows the job',
    );
    // VS Code's own two have names.
    assert.equal(await ui('panelCount', 'style:not([id]), script:not([src], [id])'), 0, 'nothing is inline');
    await ui('screenshot', 'panel-first');
  });

  test('runs the first swap from the palette to a finished file', async () => {
    copyFileSync(inWorkspace('clip.mp4'), inWorkspace('holiday.mp4'));
    await ui('palette', 'Face Swap: Swap Face in Video');
    await ui('answerFileDialog', inWorkspace('holiday.mp4'));
    await ui('answerFileDialog', inWorkspace('ann.jpg'));
    await ui('panelWait', '.run .name|ann-holiday.mp4');
    await eventually(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom && input.uri.scheme === 'untitled', inspect(input));
    });
    assert.equal(probe(packagedTool('ffprobe'), inWorkspace('ann-holiday.mp4')).frames, clipFrames);
    await ui('panelWait', '.run .facts|40 frames');
    // The job began while the photo was still looked at.
    await ui('panelWait', '.photo|sharp');
    await notification('Face swapped: ann-holiday.mp4');
    await ui('screenshot', 'panel-done');

    await vscode.commands.executeCommand('notifications.clearAll');
    await ui('panelClick', '.player [aria-label="Play"]');
    await eventually(async () => {
      const time = Number(await ui('panelProperty', '.player [aria-label="Time"]|value'));
      assert.ok(time > 400, `The player is at ${time}.`);
    });
    await eventually(async () => {
      const { original, result, decoded, note } = await ui('panelSound');
      assert.deepEqual([original, result], [true, false], 'of the two, the result is heard');
      assert.equal(/cannot play the sound/.test(note), decoded === 0, `${decoded} bytes, “${note}”`);
    });
    const { width: narrow } = await ui('panelSize', '.player .result');
    await ui('panelClick', 'text=Side by Side');
    await eventually(async () => {
      const { width: half } = await ui('panelSize', '.player .result');
      assert.ok(half < 0.6 * narrow, `${half} of ${narrow}`);
    });
    await ui('screenshot', 'panel-side-by-side');
  });

  test('changes the file step by step, and VS Code undoes the steps', async () => {
    const document = await openJob('undo', { target: 'clip.mp4', sources: ['ann.jpg', 'bea.jpg'] });
    const before = document.getText();
    await ui('panelClick', '[aria-label="Remove bea.jpg"]');
    await eventually(() => assert.doesNotMatch(document.getText(), /bea\.jpg/));
    assert.ok(document.isDirty);
    assert.deepEqual(json(document)['sources'], ['ann.jpg']);
    await vscode.commands.executeCommand('undo');
    await eventually(() => assert.equal(document.getText(), before));
    await ui('panelWait', '.photo|bea.jpg');
    await vscode.commands.executeCommand('redo');
    await eventually(() => assert.doesNotMatch(document.getText(), /bea\.jpg/));
    await document.save();
    assert.ok(!document.isDirty);
  });

  test('follows the text when somebody else changes it, and says when it is broken', async () => {
    const document = await openJob('text', { target: 'clip.mp4', sources: [] });
    await ui('panelWait', '.sources|Whose face');
    await becomes('panelAttribute', '[data-key="start"]|disabled', '');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(
      document.uri,
      new vscode.Range(0, 0, 99, 0),
      '{"version":1,"target":"clip.mp4","sources":["ann.jpg"]}',
    );
    await vscode.workspace.applyEdit(edit);
    await ui('panelWait', '.photo|ann.jpg');
    const broken = new vscode.WorkspaceEdit();
    broken.replace(document.uri, new vscode.Range(0, 0, 99, 0), '{"version":1,\n"target":');
    await vscode.workspace.applyEdit(broken);
    assert.match(await ui('panelWait', '.broken|not valid JSON'), /line 2/);
    await ui('panelClick', 'text=Open as Text');
    await until(() => vscode.window.activeTextEditor?.document === document);
  });

  test('stands still, goes on, and cancels without a trace', async () => {
    const before = outputChannel().length;
    await openJob('cancel', { target: 'long.mp4', sources: ['ann.jpg'], output: 'cancelled.mp4' });
    await ui('panelWait', '.target .facts|25 fps');
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', 'header .line|fps');
    await ui('panelWait', '.figures|of 900');
    await ui('screenshot', 'panel-running');
    await ui('panelClick', 'text=Pause');
    await ui('panelWait', 'header .line|paused');
    const [stands] = /\d+ of 900/.exec(await ui('panelText', '.figures')) ?? [];
    await ui('panelClick', 'text=Resume');
    await ui('panelWait', 'header .line|fps');
    await eventually(async () =>
      assert.ok(!(await ui('panelText', '.figures')).includes(String(stands)), stands),
    );
    await ui('panelClick', 'text=Cancel');
    await ui('panelWait', '.run .note|cancelled');
    assert.ok(!existsSync(inWorkspace('cancelled.mp4')));
    await outputSays(/Cancelled/, before);
  });

  test('goes on when it is closed, and is found again', async () => {
    const job = { target: 'long.mp4', sources: ['ann.jpg'], output: 'again.mp4' };
    await openJob('again', job);
    await ui('panelWait', '.target .facts|25 fps');
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', 'header .line|fps');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await openJob('again', job);
    await ui('panelWait', 'header .line|fps');
    await ui('panelWait', '.figures|of 900');
  });

  test('names the result that is being made, and not the next one', async () => {
    const job = { target: 'long.mp4', sources: ['bea.jpg'] };
    await openJob('named', job);
    await becomes('panelText', '.output .name', 'bea-long.mp4');
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', 'header .line|fps');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await openJob('named', job);
    await ui('panelWait', 'header .line|fps');
    await becomes('panelText', '.output .name', 'bea-long.mp4');
    writeFileSync(inWorkspace('bea-long.mp4'), '');
    await ui('panelClick', 'text=Cancel');
    await ui('panelWait', '.run .note|cancelled');
    await becomes('panelText', '.output .name', 'bea-long (2).mp4');
    rmSync(inWorkspace('bea-long.mp4'));
  });

  test('keeps settings in the job file alone', async () => {
    const document = await openJob('settings', { target: 'clip.mp4', sources: ['ann.jpg'] });
    await ui('panelChoose', 'Output Video Encoder|libx265');
    await eventually(() => assert.deepEqual(json(document)['settings'], { outputVideoEncoder: 'libx265' }));
    await ui('panelWait', '.settings .note|1 changed');
    await ui('panelClick', '[data-key="reset outputVideoEncoder"]');
    await eventually(() => assert.doesNotMatch(document.getText(), /settings/));
  });

  test('offers models, those that are there before those that can be had, and files', async () => {
    const document = await openJob('models', { target: 'clip.mp4', sources: ['ann.jpg'] });
    const list = 'vscode-dropdown[aria-label="Model: Swapper"]';
    await ui('panelAttribute', `${list} vscode-option:has-text("(not installed)")|value`);
    const offered = await ui('panelTextContents', `${list} vscode-option`);
    assert.deepEqual(offered.slice(0, 2), ['auto', 'mesh']);
    assert.equal(offered.at(-1), 'Another file…');
    assert.ok(offered.includes('inswapper_128 (not installed)'), offered.join());
    await ui('panelChoose', 'Model: Swapper|inswapper_128 (not installed)');
    await eventually(() => assert.match(document.getText(), /inswapper_128/));
    await ui('panelWait', '.model|inswapper of InsightFace · 555 MB');
    await ui('panelWait', '.model .trouble|Not installed yet');
    await ui('panelText', '[data-key="get model.swapper"]');
    await becomes('panelAxe', '', []);
    await ui('screenshot', 'panel-models');
    copyFileSync(inWorkspace('notes.txt'), inWorkspace('own.onnx'));
    await ui('panelChoose', 'Model: Swapper|Another file…');
    await ui('answerFileDialog', inWorkspace('own.onnx'));
    await eventually(() =>
      assert.ok(document.getText().includes(inWorkspace('own.onnx')), document.getText()),
    );
    await ui('panelWait', `${list}|own.onnx`);
  });

  test('keeps the text of the visible label and its corner in the job file', async () => {
    const document = await openJob('label', { target: 'clip.mp4', sources: ['ann.jpg'] });
    await ui('panelPress', 'summary:has-text("Output")|Enter');
    await ui('panelTabTo', 'Label Text');
    await ui('type', 'made with AI');
    await ui('keys', 'Enter');
    await eventually(() => assert.match(document.getText(), /labelText/));
    await ui('panelChoose', 'Label Position|top-left');
    const expected = { labelText: 'made with AI', labelPosition: 'top-left' };
    await eventually(() => assert.deepEqual(json(document)['settings'], expected));
  });

  test('can be read in every theme and in a narrow column, and axe finds nothing serious', async () => {
    await openJob('themes', { target: 'clip.mp4', sources: ['ann.jpg'] });
    await ui('panelWait', '.photo|sharp');
    const workbench = vscode.workspace.getConfiguration('workbench');
    const themes = { light: 'Light 2026', contrast: 'Default High Contrast', dark: 'Dark 2026' };
    for (const [name, theme] of Object.entries(themes)) {
      await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
      await ui('comparePanelTheme', theme);
      await ui('windowSize', '1280x1400');
      await becomes('panelAxe', '', []);
      await ui('screenshot', `panel-${name}`);
      await ui('windowSize', '660x1400');
      await becomes('panelOverflow', '', 0);
      await ui('screenshot', `panel-${name}-narrow`);
    }
  });
});
