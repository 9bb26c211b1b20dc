import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { suite, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { hoverTexts, inWorkspace } from '../surroundings';
import { eventually, until } from '../waiting';

const text = `{
  "version": 1,
  "target": "clip.mp4",
  "sources": ["ann.jpg"],
  "settings": {
    "outputVideoEncoder": "libx266",
    "model.swapper": "mesh"
  }
}
`;

/** The place of a word, in the middle of it. */
function placeOf(document: vscode.TextDocument, word: string): vscode.Position {
  return document.positionAt(document.getText().indexOf(word) + 2);
}

suite('A job file in the text editor', () => {
  suiteTeardown(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  test('is checked, explained and completed by its schema', async () => {
    const uri = vscode.Uri.file(inWorkspace('as-text.faceswap.json'));
    writeFileSync(uri.fsPath, text);
    await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
    const document = await vscode.workspace.openTextDocument(uri);
    const wrong = await until(() =>
      vscode.languages.getDiagnostics(uri).find(({ message }) => message.includes('libx265')),
    );
    assert.equal(document.getText(wrong.range), '"libx266"');

    const declared = vscode.extensions.getExtension('face-swap.face-swap')?.packageJSON as {
      contributes: { configuration: { properties: Record<string, { markdownDescription: string }> }[] };
    };
    const described = declared.contributes.configuration
      .map(({ properties }) => properties['faceSwap.outputVideoEncoder'])
      .find((setting) => setting as unknown);
    await eventually(async () => {
      const said = await hoverTexts(uri, placeOf(document, '"outputVideoEncoder"'));
      assert.ok(said.includes(described?.markdownDescription ?? 'nothing'), said);
    });

    const offers = (word: string, ...expected: string[]): Promise<void> =>
      eventually(async () => {
        const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          uri,
          placeOf(document, word),
        );
        const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
        for (const one of expected) assert.ok(labels.includes(one), labels.join());
      });
    await offers('"libx266"', '"libvpx-vp9"');
    await offers('"mesh"', '"auto"', '"inswapper_128"');
  });
});
