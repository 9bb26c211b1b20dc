import * as vscode from 'vscode';
import type { JobReport } from '../../protocol/report';
import type { Host } from '../host';
import { showError } from '../outcome';
import { JobDocument, openNewJob } from './jobDocument';

/** Shows a job for these files in the panel, not saved anywhere yet, and starts it at once. */
export async function startNewJob(
  host: Host,
  files: { target: string; sources: string[] },
): Promise<JobReport | undefined> {
  return startOpenJob(host, await openNewJob(files));
}

/** Starts the job of a document that a panel shows. Resolves to undefined when it did not succeed. */
export async function startOpenJob(host: Host, uri: vscode.Uri): Promise<JobReport | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  try {
    return await host.startJobFile(new JobDocument(host, document).toRun());
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
}
