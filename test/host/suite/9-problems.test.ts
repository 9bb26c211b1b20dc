import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { suite, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { clipFrames, packagedTool } from '../../support/hostWorkspace';
import { inWorkspace } from '../surroundings';
import { hasUi, ui } from '../ui';
import { eventually, until } from '../waiting';

/** The clip, and after it two seconds without anybody. */
function writeGap(): void {
  const nobody = 'testsrc=size=480x480:rate=25:duration=2';
  const join = '[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]concat=n=2:v=1[v]';
  const inputs = ['-i', inWorkspace('clip.mp4'), '-f', 'lavfi', '-i', nobody];
  const encode = ['-map', '[v]', '-c:v', 'libx264', '-preset', 'ultrafast', inWorkspace('gap.mp4')];
  execFileSync(packagedTool('ffmpeg'), ['-v', 'error', '-y', ...inputs, '-filter_complex', join, ...encode]);
}

/** Waits until the playhead stands where the gap begins. */
const isAtGap = (slider: string): Promise<void> =>
  eventually(async () => {
    const frame = Number(await ui('panelAttribute', `${slider}|aria-valuenow`));
    assert.ok(Math.abs(frame - clipFrames) <= 2, `The playhead is at ${frame}.`);
  });

suite('The Problems panel', () => {
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('lists where a run found nobody, at the target, with a link to the moment', async function () {
    if (!hasUi) this.skip();
    writeGap();
    const uri = vscode.Uri.file(inWorkspace('gap.faceswap.json'));
    const job = { version: 1, target: 'gap.mp4', sources: ['ann.jpg'], output: 'gap-done.mp4' };
    writeFileSync(uri.fsPath, `${JSON.stringify(job, null, 2)}\n`);
    await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
    await ui('panelWait', '.target .facts|25 fps');
    await ui('panelClick', '[data-key="start"]');
    await ui('panelWait', '.run .name|gap-done.mp4');
    await ui('panelText', '.problems .link');
    await ui('panelTabTo', 'No face from');
    await ui('keys', 'Enter');
    await isAtGap('.scrub');
    const found = await until(() =>
      vscode.languages.getDiagnostics(uri).find(({ source }) => source === 'Face Swap'),
    );
    assert.match(found.message, /^No face from 00:01\.\d to 00:03\.\d$/);
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.getText(found.range), '"gap.mp4"');

    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const { target } = found.code as { target: vscode.Uri };
    assert.equal(target.path, 'faceSwap.showMoment');
    await vscode.commands.executeCommand(target.path, ...(JSON.parse(target.query) as unknown[]));
    await isAtGap('[role="slider"][aria-label="Frame"]');

    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, found.range, '"clip.mp4"');
    await vscode.workspace.applyEdit(edit);
    await eventually(() => {
      const left = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Face Swap');
      assert.deepEqual(left, []);
    });
  });
});
