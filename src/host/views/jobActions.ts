import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { isIndex, isText } from '../../protocol/check';
import type { Host, SwapResult } from '../host';
import { JobRun } from '../jobRun';
import { openResult, revealResult } from '../outcome';
import type { JobActionName } from './jobActionNames';

type Action = (host: Host, runs: readonly JobRun[]) => unknown;

const actions: Record<JobActionName, Action> = {
  open: (_host, [run]) =>
    run.state === 'done' ? openResult(vscode.Uri.file(run.job.output)) : openPanel(run),
  openPanel: (_host, [run]) => openPanel(run),
  reveal: (_host, [run]) => revealResult(vscode.Uri.file(run.job.output)),
  compare: (host, [run]) => host.comparePanel.show(resultOf(run)),
  cancel: (_host, runs) => runs.forEach((run) => run.cancel()),
  pause: (_host, runs) => runs.forEach((run) => run.control.pause()),
  resume: (_host, runs) => runs.forEach((run) => run.control.resume()),
  retry: (host, runs) => runs.filter(mayRunAgain).forEach((run) => host.again(run)),
  remove: (host, runs) => host.discard(runs),
  moveUp: (host, [run]) => move(host, run, -1),
  moveDown: (host, [run]) => move(host, run, 1),
  clear: (host) => host.discard(host.jobs.all.filter(({ isOver }) => isOver)),
};

/** VS Code passes the row that was clicked and all rows that are selected. */
export async function runJobAction(
  host: Host,
  name: JobActionName,
  clicked?: unknown,
  selected?: unknown,
): Promise<void> {
  const chosen = Array.isArray(selected) && selected.includes(clicked) ? (selected as unknown[]) : [clicked];
  const runs = chosen.filter((one): one is JobRun => one instanceof JobRun);
  if (runs.length > 0 || name === 'clear') await actions[name](host, runs);
}

const resultOf = ({ job }: JobRun): SwapResult => ({ target: job.target, output: job.output });

/** Opens the panel of a job file at a frame: what links in the Problems panel do. */
export async function showMoment(host: Host, file: unknown, frame: unknown): Promise<void> {
  if (!isText(file) || !isIndex(frame)) return;
  const uri = vscode.Uri.parse(file);
  host.wantFrame(uri.fsPath, frame);
  await vscode.commands.executeCommand('vscode.openWith', uri, 'faceSwap.job');
}

/** The job file may not have been saved, or have been deleted since. */
async function openPanel({ jobFile }: JobRun): Promise<void> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === jobFile);
  if (document) await vscode.commands.executeCommand('vscode.openWith', document.uri, 'faceSwap.job');
  else if (jobFile !== undefined && existsSync(jobFile))
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(jobFile), 'faceSwap.job');
}

const mayRunAgain = ({ state }: JobRun): boolean =>
  state === 'failed' || state === 'cancelled' || state === 'interrupted';

function move(host: Host, run: JobRun, by: -1 | 1): void {
  const { waiting } = host.jobs;
  const at = waiting.indexOf(run);
  if (at < 0) return;
  host.queue.move([run], waiting[by < 0 ? Math.max(0, at - 1) : at + 2]);
}
