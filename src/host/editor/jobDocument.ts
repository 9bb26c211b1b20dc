import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { defaultSetting } from '../../job/settingNames';
import { jobOfFile, readJobFile } from '../../job/jobOfFile';
import { parseJobFile } from '../../job/parseJobFile';
import type { SwapJob } from '../../protocol/job';
import { jobFileEnding, type JobFile } from '../../protocol/jobFile';
import type { DocumentChange } from '../../protocol/panel';
import type { Host } from '../host';
import { JobRun } from '../jobRun';
import { keepJob } from '../keptQueue';
import { t } from '../texts';
import { editFor, spliced } from './documentEdits';
import { nameInJob, readDocument, type ReadDocument } from './jobView';

export const emptyJob = `${JSON.stringify({ version: 1, target: '', sources: [] }, null, 2)}\n`;

/** A job file in an editor: what it says, the job that it describes, and changes one after the other. */
export class JobDocument {
  private changes: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly host: Host,
    readonly document: vscode.TextDocument,
  ) {}

  /** The same before and after an untitled file is saved at the place it was made for. */
  get file(): string {
    return this.document.uri.fsPath;
  }

  get folder(): string {
    return path.dirname(this.file);
  }

  read(): ReadDocument {
    return readDocument(this.document.getText(), problemsOf, t);
  }

  absolute(name: string): string {
    return path.resolve(this.folder, name);
  }

  nameOf(file: string): string {
    return nameInJob(this.folder, file);
  }

  /** Throws `job-file-invalid` while something is missing, and `usage` for a setting that is not allowed. */
  toJob(): SwapJob {
    const file = readJobFile(path.basename(this.file), this.document.getText());
    return this.jobOf(file);
  }

  /** The job, ready to be started; throws as `toJob` does. */
  toRun(): JobRun {
    const { folder, file: jobFile } = this;
    const file = readJobFile(path.basename(jobFile), this.document.getText());
    const job = this.jobOf(file);
    const setting = (name: string): unknown => this.setting(name);
    return new JobRun(job, keepJob(file, { folder, output: job.output, setting, jobFile }));
  }

  /** Undefined while the job cannot be made. */
  tryJob(): SwapJob | undefined {
    try {
      return this.toJob();
    } catch {
      return undefined;
    }
  }

  /** Absolute path of the target. */
  target(): string {
    const read = this.read();
    return this.absolute('broken' in read ? '' : read.job.target);
  }

  /** Where the result goes, or that of its run that is not over, as the file would name it; empty while that cannot be said. */
  output(): string {
    const job = this.tryJob();
    return job ? this.nameOf(job.output) : '';
  }

  /** A setting as it counts where the job says nothing. */
  setting(name: string): unknown {
    const scope = this.document.uri.scheme === 'file' ? this.document.uri : undefined;
    return vscode.workspace.getConfiguration('faceSwap', scope).get(name) ?? defaultSetting(name);
  }

  /** One step of undo; changes that come while another is made wait for it. */
  change(...changes: DocumentChange[]): Promise<unknown> {
    this.changes = this.changes.then(() => this.apply(changes));
    return this.changes;
  }

  private async apply(changes: readonly DocumentChange[]): Promise<void> {
    const { document } = this;
    const edit = new vscode.WorkspaceEdit();
    const text = document.getText();
    if (text.trim() === '') {
      const filled = editFor(emptyJob, changes);
      const content = filled ? spliced(emptyJob, filled) : emptyJob;
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), content);
    } else {
      const change = editFor(text, changes);
      if (!change) return;
      const { offset, length, content } = change;
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
      edit.replace(document.uri, range, content);
    }
    await vscode.workspace.applyEdit(edit);
  }

  private jobOf(file: JobFile): SwapJob {
    const { promisedOutputs, studio } = this.host;
    const run = studio.runOf(this.file);
    const isOwn = (name: string): boolean => run?.isOver === false && run.job.output === name;
    const isTaken = (name: string): boolean =>
      existsSync(name) || (promisedOutputs.has(name) && !isOwn(name));
    return jobOfFile(file, { folder: this.folder, setting: (name) => this.setting(name), isTaken });
  }
}

function problemsOf(text: string): string[] {
  const parsed = parseJobFile(text);
  if ('file' in parsed) return [];
  return parsed.problems.map(({ path: keys, message }) => [...keys, message].join(' '));
}

/**
 * A new job in the panel, not saved anywhere until the person does. Named after what it is about, in the folder of its target, so
 * that its paths are short.
 */
export async function openNewJob(files: { target?: string; sources?: string[] } = {}): Promise<vscode.Uri> {
  const { target, sources = [] } = files;
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const folder = target === undefined ? (workspace ?? process.cwd()) : path.dirname(target);
  const stem = target === undefined ? t('job') : path.parse(target).name;
  const uri = vscode.Uri.file(freeName(folder, stem)).with({ scheme: 'untitled' });
  const job: JobFile = {
    version: 1,
    target: target === undefined ? '' : nameInJob(folder, target),
    sources: sources.map((source) => nameInJob(folder, source)),
  };
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), `${JSON.stringify(job, null, 2)}\n`);
  await vscode.workspace.applyEdit(edit);
  await vscode.commands.executeCommand('vscode.openWith', document.uri, 'faceSwap.job');
  return document.uri;
}

function freeName(folder: string, stem: string): string {
  const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.fsPath));
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem} (${number})`;
    const file = path.join(folder, `${name}${jobFileEnding}`);
    if (!existsSync(file) && !open.has(file)) return file;
  }
}
