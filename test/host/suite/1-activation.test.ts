import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { extension, workers } from '../surroundings';
import { until } from '../waiting';

/** What VS Code's report of its start says about this extension. */
async function activationTimes(): Promise<string> {
  await vscode.commands.executeCommand('perfview.show');
  const text = (): string => vscode.window.activeTextEditor?.document.getText() ?? '';
  const row = await until(() =>
    text()
      .split('\n')
      .find((line) => line.includes(extension().id)),
  );
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  return row;
}

suite('Activation', () => {
  test('registers every command of the manifest and does no work', async () => {
    await extension().activate();
    console.log(`[mocha]     activation, in VS Code's own words: ${await activationTimes()}`);
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
