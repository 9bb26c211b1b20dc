import path from 'node:path';
import * as vscode from 'vscode';
import { describeError } from '../protocol/errorText';
import { FaceSwapError } from '../protocol/errors';
import type { JobReport } from '../protocol/report';
import type { Host } from './host';

/** Says that a job succeeded and offers what one does next. */
export async function offerResult(host: Host, report: JobReport, target: string): Promise<void> {
  const name = path.basename(report.output);
  const actions = ['Open', 'Reveal', 'Compare'] as const;
  const choice = await (report.facesSwapped > 0
    ? vscode.window.showInformationMessage(`Face swapped: ${name}`, ...actions)
    : vscode.window.showWarningMessage(`No face to swap was found; ${name} shows the original.`, ...actions));
  const file = vscode.Uri.file(report.output);
  if (choice === 'Open') await openResult(file);
  if (choice === 'Reveal') await revealResult(file);
  if (choice === 'Compare') host.comparePanel.show({ target, output: report.output });
}

export async function openResult(file: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', file);
}

/** In the Explorer when the file lies in this workspace, else in the system's file manager. */
export async function revealResult(file: vscode.Uri): Promise<void> {
  const isOpenHere = vscode.workspace.getWorkspaceFolder(file) !== undefined;
  await vscode.commands.executeCommand(isOpenHere ? 'revealInExplorer' : 'revealFileInOS', file);
}

/** One sentence for the person, everything else into the log. A cancelled job needs no message. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  const known = asFaceSwapError(error);
  if (known.code === 'cancelled') {
    log.info('Cancelled');
    return;
  }
  const sentence = describeError(known);
  log.error(sentence);
  if (known.facts.stderr !== undefined) log.error(known.facts.stderr);
  log.debug(known.stack ?? known.message);
  const choice = await vscode.window.showErrorMessage(sentence, 'Show Log');
  if (choice === 'Show Log') log.show();
}

/** What is no error of ours becomes one. */
export function asFaceSwapError(error: unknown): FaceSwapError {
  if (error instanceof FaceSwapError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new FaceSwapError('internal', { reason }, { cause: error });
}

/** What a person is told of any error. */
export const sentenceOf = (error: unknown): string => describeError(asFaceSwapError(error));
