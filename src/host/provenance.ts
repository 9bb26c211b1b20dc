import * as vscode from 'vscode';
import { deleteRecord, recordFile } from '../machine/jobRecord';
import type { ProvenanceReport } from '../protocol/provenance';
import { isSound, provenanceLines } from '../protocol/provenanceText';
import { clickedFiles } from './clickedFiles';
import type { Host } from './host';
import { imageExtensions, videoExtensions } from './mediaFiles';
import { showError } from './outcome';
import { t } from './texts';

/** What a file says about its origin, and whether that is right: from a menu, for the file of the active tab, or for one that is asked for. */
export async function inspectProvenance(
  host: Host,
  clicked?: unknown,
  selected?: unknown,
): Promise<ProvenanceReport | undefined> {
  const file = clickedFiles(clicked, selected).at(0) ?? activeFile() ?? (await askForFile());
  if (file === undefined) return undefined;
  const { log } = host;
  try {
    const report = await host.worker.call('inspect', { file, tools: host.settings(file).tools });
    for (const line of provenanceLines(report)) log.info(line);
    void tell(log, report);
    return report;
  } catch (error) {
    void showError(log, error);
    return undefined;
  }
}

async function tell(log: vscode.LogOutputChannel, report: ProvenanceReport): Promise<void> {
  const details = t('Details');
  const show = isSound(report) ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  if ((await show(conclusion(report), details)) === details) log.show();
}

function conclusion({ marks, credentials }: ProvenanceReport): string {
  if (credentials?.state === 'invalid')
    return t(
      'The Content Credentials of this file are not valid: it was changed after signing, or they are damaged.',
    );
  if (credentials)
    return t('The Content Credentials of this file are valid: it was not changed since it was signed.');
  return marks.length > 0
    ? t('This file says how it was made, but nothing is signed: anybody can have written that.')
    : t('This file carries no marks about its origin. That proves nothing: marks can be removed.');
}

/** Pictures and videos open in tabs that are no text editors. */
function activeFile(): string | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isMedia = input instanceof vscode.TabInputCustom && input.uri.scheme === 'file';
  return isMedia && mediaName.test(input.uri.path) ? input.uri.fsPath : undefined;
}

const extensions = [...videoExtensions, ...imageExtensions];
const mediaName = new RegExp(`\\.(${extensions.join('|')})$`, 'i');

async function askForFile(): Promise<string | undefined> {
  const filters = { [t('Pictures and videos')]: extensions, [t('All files')]: ['*'] };
  const files = await vscode.window.showOpenDialog({ filters, title: t('Whose provenance?') });
  return files?.[0]?.fsPath;
}

/** The jobs on record on this machine, as the file they are kept in. */
export async function openJobRecord(): Promise<void> {
  const file = vscode.Uri.file(recordFile());
  try {
    await vscode.workspace.fs.stat(file);
  } catch {
    void vscode.window.showInformationMessage(t('There is no job record yet.'));
    return;
  }
  await vscode.commands.executeCommand('vscode.open', file);
}

export async function deleteJobRecord(): Promise<void> {
  const remove = t('Delete');
  const options = { modal: true, detail: t('Results and settings stay as they are.') };
  const question = t('Delete the record of all jobs on this machine?');
  if ((await vscode.window.showWarningMessage(question, options, remove)) !== remove) return;
  const wasThere = await deleteRecord();
  void vscode.window.showInformationMessage(
    wasThere ? t('The job record is deleted.') : t('There is no job record yet.'),
  );
}
