import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { outputChannel, outputSays } from '../surroundings';
import { hasUi, notification } from '../ui';

/** The tests are bundled into out/host-tests of the checkout. */
const standIn = (name: string) =>
  path.join(__dirname, '..', '..', 'test', 'fixtures', 'reference', 'models', `${name}-standin.onnx`);

suite('Models', () => {
  test('a file is added, and told what it was taken for', async () => {
    const id = await vscode.commands.executeCommand('faceSwap.addModelFile', standIn('inswapper'));
    assert.equal(id, 'inswapper-standin', outputChannel());
    const log = await outputSays(/Model inswapper-standin \(face_swapper\) added, .*/);
    assert.match(log, /taken for a model of the kind of inswapper of InsightFace by its inputs and outputs/);
  });

  test('lies in the storage of the extension, which the command line is told about', async () => {
    await vscode.commands.executeCommand('faceSwap.addModelFile', standIn('gfpgan'));
    const userData = process.env['TEST_USER_DATA'] ?? '';
    const storage = path.join(userData, 'User', 'globalStorage', 'face-swap.face-swap', 'models');
    assert.ok(existsSync(path.join(storage, 'gfpgan-standin.onnx')), storage);
    const data = process.env['XDG_DATA_HOME'];
    if (data === undefined) return;
    assert.equal(readFileSync(path.join(data, 'face-swap', 'models-folder.txt'), 'utf8'), `${storage}\n`);
  });

  test('a file that is no model is refused with its name', async function () {
    if (!hasUi) this.skip();
    void vscode.commands.executeCommand('faceSwap.addModelFile', __filename);
    assert.match(await notification('is not the model that is wanted'), /it is not an ONNX file/);
  });

  test('a model without a record is not downloaded, and its page offered', async function () {
    if (!hasUi) this.skip();
    void vscode.commands.executeCommand('faceSwap.getModel', 'ghost_1_256');
    assert.match(
      await notification('GHOST 1 is not downloaded'),
      /no public record says what its file must be/,
    );
  });
});
