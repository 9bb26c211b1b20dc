import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { cudaFeedPackages, thisPlatform } from '../../../src/machine/cudaPlatforms';
import { fakeGpu } from '../../support/fakeGpu';
import { elfLibrary } from '../../support/nativeLibraries';
import { extension, inWorkspace, outputSays } from '../surroundings';
import { hasUi, notification, rowSays, ui } from '../ui';
import { eventually, until } from '../waiting';

const standIn = (name: string): string =>
  path.join(__dirname, '..', '..', 'test', 'fixtures', 'reference', 'models', `${name}-standin.onnx`);

const showExplorer = (): Thenable<unknown> => vscode.commands.executeCommand('workbench.view.explorer');

suite('The view of the models', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    // Rows that are not to be seen are not there.
    await ui('windowSize', '1280x1600');
    await vscode.commands.executeCommand('faceSwap.models.focus');
    for (const other of ['Jobs', 'GPU']) await ui('viewFold', other);
  });
  suiteTeardown(async () => {
    for (const other of ['Jobs', 'GPU']) await ui('viewFold', other);
    await ui('windowSize', '1280x800');
    await showExplorer();
  });

  test('tells what is built in, what is there, and what can be had under which licence', async () => {
    await rowSays('Models|Built in', /Built in: (\d+) of \1 models are there/);
    await vscode.commands.executeCommand('faceSwap.addModelFile', standIn('inswapper'));
    await rowSays('Models|inswapper-standin', /installed, .*told by its shape/);
    await rowSays('Models|bring your own file', /, missing, .*bring your own file/);
    await ui('screenshot', 'models');
  });

  test('warns of a model that the settings name and that is not there', async () => {
    const settings = vscode.workspace.getConfiguration('faceSwap');
    await settings.update('model.swapper', 'ghost_1_256', vscode.ConfigurationTarget.Workspace);
    try {
      await rowSays('Models|GHOST 1', /though the settings name it/);
    } finally {
      await settings.update('model.swapper', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await rowSays('Models|GHOST 1', /^(?!.*settings name it)/);
  });

  test('gets a model, or says why it cannot be had', async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
    await ui('viewPress', 'Models|GHOST 1|Get This Model');
    await notification('GHOST 1 is not downloaded');
    await vscode.commands.executeCommand('notifications.clearAll');
  });
});

suite('The view of the GPU', () => {
  suiteSetup(async function () {
    if (!hasUi) this.skip();
    await vscode.commands.executeCommand('faceSwap.gpu.focus');
    // What the last job ran on is not what a check has found.
    await vscode.commands.executeCommand('faceSwap.jobs.clear');
  });
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
    await showExplorer();
  });

  test('tells what a check has found, each finding with its cause', async () => {
    await vscode.commands.executeCommand('faceSwap.doctor');
    await rowSays('GPU|CPU', /^CPU, /);
    await rowSays('GPU|onnxruntime', /^onnxruntime, 1\./);
    const cuda = await ui('viewRow', 'GPU|CUDA');
    // A machine without a GPU is no broken machine.
    if (cuda.spoken.includes('no NVIDIA GPU')) assert.match(cuda.icon, /codicon-circle-slash/);
  });

  test('installs the CUDA runtime from a folder of its owner, tells what it still needs, and removes it', async function () {
    if (!(thisPlatform in cudaFeedPackages) || process.platform !== 'linux') this.skip();
    const folder = mkdtempSync(path.join(tmpdir(), 'face-swap-provider-'));
    const settings = vscode.workspace.getConfiguration('faceSwap');
    const { version } = JSON.parse(
      readFileSync(
        path.join(extension().extensionPath, 'node_modules', 'onnxruntime-node', 'package.json'),
        'utf8',
      ),
    ) as { version: string };
    // Enough for who reads what it says and wants; nobody loads it on a machine without that library.
    const provider = elfLibrary(['libcudnn_nowhere.so.9'], version);
    writeFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so'), provider);
    writeFileSync(path.join(folder, 'libonnxruntime_providers_shared.so'), elfLibrary(['libc.so.6']));
    await vscode.commands.executeCommand('notifications.clearAll');
    try {
      await settings.update('cuda.runtimePath', folder, vscode.ConfigurationTarget.Global);
      const runtime = await vscode.commands.executeCommand<string>('faceSwap.installCudaRuntime', true);
      assert.match(await notification('The CUDA runtime is installed, but'), /Show Log/);
      await rowSays('GPU|CUDA runtime', / runtime, installed$/);
      assert.ok(existsSync(runtime), runtime);
      await outputSays(/libcudnn_nowhere\.so\.9/);
      await ui('viewPress', 'GPU|CUDA runtime|Remove CUDA Runtime');
      await notification('The CUDA runtime is removed.');
      await rowSays('GPU|CUDA runtime', /, not installed$/);
      assert.equal(existsSync(runtime), false);
    } finally {
      await vscode.commands.executeCommand('faceSwap.removeCudaRuntime');
      await settings.update('cuda.runtimePath', undefined, vscode.ConfigurationTarget.Global);
      await vscode.commands.executeCommand('notifications.clearAll');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('tells what the running job runs on', async () => {
    void vscode.commands.executeCommand('faceSwap.swap', {
      sources: [inWorkspace('ann.jpg')],
      target: inWorkspace('long.mp4'),
    });
    await rowSays('GPU|This job', /^This job, CPU/);
    await ui('screenshot', 'gpu');
    await vscode.commands.executeCommand('faceSwap.cancel', 'all');
    await ui('viewRow', 'GPU|Last job');
  });

  test('tells how much memory of the GPU is in use while a job runs, as it changes', async function () {
    if (process.platform !== 'linux') this.skip();
    const folder = mkdtempSync(path.join(tmpdir(), 'face-swap-gpu-'));
    const settings = vscode.workspace.getConfiguration('faceSwap');
    const before = { ...process.env };
    // Fuller with every reading, up to the last one.
    const curve = Array.from({ length: 4000 }, (_, i) => 1024 + i);
    Object.assign(process.env, fakeGpu(path.join(folder, 'gpu.json'), { curves: [curve] }));
    try {
      // A fresh process sees the changed surroundings.
      await settings.update('cuda.deviceId', 'GPU-fake-1', vscode.ConfigurationTarget.Global);
      void vscode.commands.executeCommand('faceSwap.swap', {
        sources: [inWorkspace('ann.jpg')],
        target: inWorkspace('long.mp4'),
      });
      const used = async (): Promise<number> =>
        Number(/VRAM ([\d.]+)\/8\.0 GB/.exec((await ui('viewRow', 'GPU|GPU memory')).spoken)?.[1]);
      const first = await until(async () => (await used()) || undefined);
      await eventually(async () => assert.ok((await used()) > first, `no more than ${first} GB`));
      await ui('screenshot', 'gpu-memory');
      if (!(thisPlatform in cudaFeedPackages)) return;
      // A button that is pressed while another row changes is felt all the same.
      await settings.update('cuda.runtimePath', folder, vscode.ConfigurationTarget.Global);
      await ui('viewHold', 'GPU|CUDA runtime|Install CUDA Runtime');
      await notification('CUDA');
    } finally {
      await vscode.commands.executeCommand('faceSwap.cancel', 'all');
      for (const name of ['cuda.deviceId', 'cuda.runtimePath'])
        await settings.update(name, undefined, vscode.ConfigurationTarget.Global);
      await vscode.commands.executeCommand('notifications.clearAll');
      for (const name of Object.keys(process.env))
        if (!(name in before)) Reflect.deleteProperty(process.env, name);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
