import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { extension, workers } from '../surroundings';

suite('Activation', () => {
  test('registers every command of the manifest and does no work', async () => {
    const started = performance.now();
    await extension().activate();
    console.log(`[mocha]     activation took ${(performance.now() - started).toFixed(0)} ms`);
    const { contributes } = extension().packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = await vscode.commands.getCommands(true);
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter((command) => !registered.includes(command)),
      [],
    );
    assert.deepEqual(workers(), []);
  });

  test('never brings onnxruntime or sharp into the extension host', () => {
    const loaded = Object.keys(require.cache).filter((file) => /onnxruntime|[\\/]sharp[\\/]/.test(file));
    assert.deepEqual(loaded, []);
  });
});
