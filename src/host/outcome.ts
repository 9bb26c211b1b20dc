import path from 'node:path';
import * as vscode from 'vscode';
import { describeError } from '../protocol/errorText';
import { FaceSwapError } from '../protocol/errors';
import type { JobReport } from '../protocol/report';
import type { Host } from './host';
import { t } from './texts';

/** Says that a job succeeded and offers what one does next. */
export async function offerResult(host: Host, report: JobReport, target: string): Promise<void> {
  const name = path.basename(report.output);
  const [open, reveal, compare] = [t('Open'), t('Reveal'), t('Compare')];
  const choice = await (report.facesSwapped > 0
    ? vscode.window.showInformationMessage(t('Face swapped: {0}', name), open, reveal, compare)
    : vscode.window.showWarningMessage(
        t('No face to swap was found; {0} shows the original.', name),
        open,
        reveal,
        compare,
      ));
  const file = vscode.Uri.file(report.output);
  if (choice === open) await openResult(file);
  if (choice === reveal) await revealResult(file);
  if (choice === compare) host.comparePanel.show({ target, output: report.output });
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
  const known = logError(log, error);
  if (known.code === 'cancelled') return;
  const showLog = t('Show Log');
  const choice = await vscode.window.showErrorMessage(describeError(known, t), showLog);
  if (choice === showLog) log.show();
}

/** Everything about an error, into the log. */
export function logError(log: vscode.LogOutputChannel, error: unknown): FaceSwapError {
  const known = asFaceSwapError(error);
  if (known.code === 'cancelled') {
    log.info('Cancelled');
    return known;
  }
  log.error(describeError(known));
  if (known.facts.stderr !== undefined) log.error(known.facts.stderr);
  log.debug(known.stack ?? known.message);
  return known;
}

/** What is no error of ours becomes one. */
export function asFaceSwapError(error: unknown): FaceSwapError {
  if (error instanceof FaceSwapError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new FaceSwapError('internal', { reason }, { cause: error });
}

/** What a person is told of any error. */
export const sentenceOf = (error: unknown): string => describeError(asFaceSwapError(error), t);
