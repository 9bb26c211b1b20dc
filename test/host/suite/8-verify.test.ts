import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { VerifyReport } from '../../../src/protocol/verify';
import { fakeGpu } from '../../support/fakeGpu';
import { standInRuntime } from '../../support/standInRuntime';
import { outputSays } from '../surroundings';
import { becomes, hasUi, ui } from '../ui';
import { eventually } from '../waiting';

const verify = (): Thenable<VerifyReport> => vscode.commands.executeCommand('faceSwap.verify');

suite('Verify GPU Setup', () => {
  let folder = '';
  const before = { ...process.env };
  /** A change of this setting is told to the worker by a fresh process, which then sees the changed environment as well. */
  const device = (value: string) =>
    vscode.workspace
      .getConfiguration('faceSwap')
      .update('cuda.deviceId', value, vscode.ConfigurationTarget.Global);

  suiteSetup(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'face-swap-verify-'));
  });

  suiteTeardown(async () => {
    for (const name of Object.keys(process.env))
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    await device('');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true, force: true });
  });

  test('tells what runs the networks on a machine without a GPU', async () => {
    process.env['FACE_SWAP_NVIDIA_SMI'] = '/nowhere/nvidia-smi';
    await device('0');
    const report = await verify();
    assert.ok(report.models.every(({ state }) => state !== 'failed'));
    assert.ok(report.models.find(({ role }) => role === 'face_detector')!.msPerRun! > 0);
    await outputSays(/onnxruntime \d+\.\d+\.\d+: cpu/);
    if (!hasUi) return;
    await ui('panelWait', 'h1|networks');
    await becomes('panelText', 'table', /face_recognizer\s+(CPU|WebGPU)/);
    await becomes('panelCount', 'figure', 0);
    await becomes('panelAxe', '', []);
  });

  test('with a GPU draws its memory, is readable in every theme, and is copied without folders', async function () {
    if (process.platform !== 'linux') this.skip();
    const runtime = standInRuntime(path.join(folder, 'runtime'), [], { contextMb: 400, sessionMb: 300 });
    const gpu = fakeGpu(path.join(folder, 'gpu.json'), {
      curves: [[{ live: runtime['FACE_SWAP_STAND_IN']! }]],
    });
    Object.assign(process.env, runtime, gpu);
    await device('GPU-fake-1');
    const report = await verify();
    const running = report.models.filter(({ state }) => state === 'runs');
    // A swapper of a test before this one may be there as well.
    assert.ok(running.length >= 4);
    assert.deepEqual(
      running.map(({ provider }) => provider),
      running.map(({ onCpu }) => (onCpu ? 'cpu' : 'cuda')),
      JSON.stringify(running),
    );
    if (!hasUi) return;
    await ui('panelWait', 'h1|All networks run where they are wanted: on CUDA');
    await becomes('panelAttribute', 'figure svg|aria-label', /at most \d{4} of 8192 MB$/);
    await becomes('panelCount', 'line.mark', report.trace!.marks.length);
    await ui('windowSize', '1280x1400');
    const workbench = vscode.workspace.getConfiguration('workbench');
    const themes = { light: 'Light 2026', contrast: 'Default High Contrast', dark: 'Dark 2026' };
    for (const [name, theme] of Object.entries(themes)) {
      await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
      await ui('comparePanelTheme', theme);
      await becomes('panelAxe', '', []);
      await ui('screenshot', `verify-${name}`);
    }
    await ui('windowSize', '660x1400');
    await becomes('panelOverflow', '', 0);
    await ui('windowSize', '1280x800');
    await ui('panelClick', 'vscode-button');
    await ui('panelWait', '[role=status]|Copied.');
    const copied = await eventually(async () => {
      const text = await vscode.env.clipboard.readText();
      assert.match(
        text,
        /on CUDA, small built-in ones on the CPU[^]*Runtime folder: <[^]*face_recognizer +CUDA +\d+\/\d+/,
      );
      return text;
    });
    for (const secret of [folder, tmpdir(), homedir()]) assert.ok(!copied.includes(secret), copied);
  });
});
