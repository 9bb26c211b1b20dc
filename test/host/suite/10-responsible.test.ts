import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import type { JobEntry } from '../../../src/machine/jobRecord';
import type { ProvenanceReport } from '../../../src/protocol/provenance';
import type { JobReport } from '../../../src/protocol/report';
import { acceptedTermsIn } from '../../support/acceptedTerms';
import { inWorkspace, outputChannel, outputSays, workspaceFiles } from '../surroundings';
import { eventually } from '../waiting';

const inData = (name: string): string => path.join(process.env['FACE_SWAP_DATA'] ?? '', name);
const request = () => ({
  sources: [inWorkspace('ann.jpg')],
  target: inWorkspace('clip.mp4'),
  output: inWorkspace('responsible.mp4'),
});
const swap = (): Thenable<JobReport | undefined> =>
  vscode.commands.executeCommand('faceSwap.swap', request());
const inspect = (name: string): Thenable<ProvenanceReport | undefined> =>
  vscode.commands.executeCommand('faceSwap.inspectProvenance', vscode.Uri.file(inWorkspace(name)));

suite('Consent, marks and record', () => {
  // Under test VS Code shows no modal dialogs: whoever would be asked one has not said yes.
  test('who has not accepted the terms is asked, and gets no swap without a yes', async () => {
    rmSync(inData('terms.json'), { force: true });
    const before = workspaceFiles();
    const told = outputChannel().length;
    try {
      assert.equal(await swap(), undefined);
      await outputSays(/Before your first face swap/, told);
      assert.deepEqual(workspaceFiles(), before);
    } finally {
      acceptedTermsIn(inData(''));
    }
    assert.equal((await swap())?.output, request().output, outputChannel());
  });

  test('a result is marked, and what it was made of is not', async () => {
    const report = await inspect('responsible.mp4');
    assert.equal(report?.credentials?.state, 'valid', outputChannel());
    await outputSays(/parts of it were made by AI/);
    assert.deepEqual((await inspect('clip.mp4'))?.marks, []);
  });

  test('jobs are on record, which opens, and is deleted only after a question', async () => {
    await eventually(() => {
      const lines = readFileSync(inData('jobs.jsonl'), 'utf8').trimEnd().split('\n');
      const last = JSON.parse(lines.at(-1)!) as JobEntry;
      assert.deepEqual([last.result, last.target, last.output], ['done', 'clip.mp4', 'responsible.mp4']);
    });
    await vscode.commands.executeCommand('faceSwap.openJobRecord');
    await eventually(() =>
      assert.equal(vscode.window.activeTextEditor?.document.fileName, inData('jobs.jsonl')),
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await assert.rejects(async () => vscode.commands.executeCommand('faceSwap.deleteJobRecord'));
    assert.ok(existsSync(inData('jobs.jsonl')), 'nothing goes without a yes');
  });
});
