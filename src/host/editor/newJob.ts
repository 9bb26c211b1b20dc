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
  const uri = await openNewJob(files);
  const document = await vscode.workspace.openTextDocument(uri);
  try {
    return await host.startJobFile(new JobDocument(host, document).toRun());
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
}
