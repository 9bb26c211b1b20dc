import path from 'node:path';
import * as vscode from 'vscode';
import type { JobReport } from '../protocol/report';
import { startBatch, videosOf } from './batch';
import { clickedFiles, isSwapRequest } from './clickedFiles';
import { openNewJob } from './editor/jobDocument';
import { startNewJob } from './editor/newJob';
import type { Host } from './host';
import type { JobRun } from './jobRun';
import { isImageFile, isVideoFile } from './mediaFiles';
import { showError } from './outcome';
import { swapSample } from './sample';
import { startSwap } from './startSwap';
import { t } from './texts';

/**
 * From the palette, an editor's title or the Explorer: whatever is missing is asked for. Resolves when the jobs have ended, to the
 * report of the first one; to undefined when that failed, was cancelled, or a picker was dismissed.
 */
export async function swap(
  host: Host,
  clicked?: unknown,
  selected?: unknown,
): Promise<JobReport | undefined> {
  if (!(await mayRun())) return undefined;
  if (isSwapRequest(clicked)) return startSwap(host, clicked);
  const files = clickedFiles(clicked, selected);
  // Photos selected together with a video are meant as its source.
  const photos = files.some(isVideoFile) ? files.filter(isImageFile) : [];
  const targets = files.filter((file) => !photos.includes(file));
  if (targets.length === 0) return swapInPanel(host);
  const names = targets.map((target) => path.basename(target)).join(', ');
  const sources = photos.length > 0 ? photos : await host.pickers.sources(names);
  if (!sources) return undefined;
  return start(host, sources, targets);
}

/** On a folder: all of its videos get the same face. */
export async function swapFolder(host: Host, clicked?: unknown): Promise<JobReport | undefined> {
  if (!(await mayRun())) return undefined;
  const folder = clickedFiles(clicked, undefined).at(0) ?? (await host.pickers.folder());
  if (folder === undefined) return undefined;
  const name = path.basename(folder);
  const sources = await host.pickers.sources(t('all videos of {0}', name));
  if (!sources) return undefined;
  const videos = await videosOf(folder, sources[0]);
  if (videos.length > 0) return start(host, sources, videos);
  void vscode.window.showInformationMessage(t('There is no video in {0} that could get the face.', name));
  return undefined;
}

async function start(host: Host, sources: string[], targets: string[]): Promise<JobReport | undefined> {
  if (targets.length === 1) return startSwap(host, { sources, target: targets[0] });
  return (await startBatch(host, sources, targets)).at(0);
}

/** From the palette: asks for everything, and shows the job in the panel while it runs. */
async function swapInPanel(host: Host): Promise<JobReport | undefined> {
  const target = await host.pickers.target();
  if (target === undefined) return undefined;
  const sources = await host.pickers.sources(path.basename(target));
  return sources && startNewJob(host, { target, sources });
}

/** A first swap with media that come along. */
export async function trySample(host: Host): Promise<JobReport | undefined> {
  return (await mayRun()) ? swapSample(host) : undefined;
}

/** An empty job in the panel. */
export async function newJob(): Promise<void> {
  if (await mayRun()) await openNewJob();
}

/** On photos: they are the source, the target is asked for. */
export async function useAsSource(
  host: Host,
  clicked?: unknown,
  selected?: unknown,
): Promise<JobReport | undefined> {
  if (!(await mayRun())) return undefined;
  const photos = clickedFiles(clicked, selected).filter(isImageFile);
  const sources = photos.length > 0 ? photos : await host.pickers.sources(t('a video'));
  if (!sources) return undefined;
  const target = await host.pickers.target();
  return target === undefined ? undefined : startSwap(host, { sources, target });
}

/** Cancels the only job, or asks which; with the argument `all` every job, for keybindings and other extensions. */
export async function cancel(host: Host, which?: unknown): Promise<void> {
  const { jobs } = host.queue;
  const cancelAll = (runs: readonly JobRun[]): void => runs.forEach((run) => run.cancel());
  if (jobs.length < 2 || which === 'all') {
    cancelAll(jobs);
    return;
  }
  const items = [
    { label: t('All jobs'), chosen: jobs },
    ...jobs.map((job) => ({ label: job.label, chosen: [job] })),
  ];
  const choice = await vscode.window.showQuickPick(items, { placeHolder: t('Cancel which job?') });
  cancelAll(choice?.chosen ?? []);
}

/** Prints what the worker finds on this machine: ffmpeg, models, execution providers. */
export async function doctor(host: Host): Promise<void> {
  const { log } = host;
  log.show(true);
  try {
    const { tools, execution } = host.settings();
    log.info('Doctor: looking at ffmpeg, the models and the execution providers');
    const report = await host.worker.call('doctor', { tools, execution });
    host.checked(report);
    for (const { ok, name, detail, cure } of report.checks) {
      if (ok) log.info(`  ✓ ${name}: ${detail}`);
      else log.warn(`  ✗ ${name}: ${detail}${cure === undefined ? '' : ` – ${cure}`}`);
    }
    log.info(report.ok ? 'Doctor: everything needed is there' : 'Doctor: something needed is missing');
  } catch (error) {
    void showError(log, error);
  }
}

export function compare(host: Host): void {
  if (host.lastResult) host.comparePanel.show(host.lastResult);
  else void vscode.window.showInformationMessage(t('There is no result to compare yet.'));
}

/** Media decoders are a door for attackers: files of a folder nobody vouched for stay closed. */
async function mayRun(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = t('Manage Workspace Trust');
  const choice = await vscode.window.showWarningMessage(
    t('Face Swap decodes the files it is given, so it runs only in a trusted workspace.'),
    manage,
  );
  if (choice === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
