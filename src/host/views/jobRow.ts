import { providerName } from '../../protocol/job';
import path from 'node:path';
import * as vscode from 'vscode';
import { problemText, type JobRun, type RunState } from '../jobRun';
import { duration, shortStatus, stageTitle } from '../jobStatus';
import { t } from '../texts';

/** How a job looks in the view: state as icon, name, and what is done with it; how far that is stands beside the view's title. */
export function jobRow(run: JobRun): vscode.TreeItem {
  const row = new vscode.TreeItem(run.label);
  row.id = run.id;
  row.description = detailOf(run);
  row.iconPath = iconOf(run);
  row.contextValue = ['job', run.state, ...(run.jobFile === undefined ? [] : ['file'])].join(' ');
  row.tooltip = tooltipOf(run);
  row.accessibilityInformation = { label: `${run.label}, ${spokenOf(run)}` };
  if (run.state === 'done' || run.jobFile !== undefined)
    row.command = { command: 'faceSwap.jobs.open', title: t('Open'), arguments: [run] };
  return row;
}

function iconOf({ state, latest }: JobRun): vscode.ThemeIcon {
  const icons: Record<RunState, [name: string, colour?: string | undefined]> = {
    waiting: ['clock'],
    running: ['sync~spin', latest.fellBack ? 'list.warningForeground' : undefined],
    paused: ['debug-pause'],
    done: ['pass', 'testing.iconPassed'],
    failed: ['error', 'testing.iconFailed'],
    cancelled: ['circle-slash'],
    interrupted: ['history', 'list.warningForeground'],
  };
  const [name, colour] = icons[state];
  return new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
}

/** What stands dimmed behind the name. */
function detailOf(run: JobRun): string {
  switch (run.state) {
    case 'waiting':
      return waitingText(run);
    case 'running':
      return stageOf(run);
    case 'paused':
      return `${t('paused')} · ${shortStatus(run.latest, t)}`;
    case 'done':
      return run.report ? doneText(run) : '';
    case 'failed':
      return withoutFolders(run);
    case 'cancelled':
      return t('cancelled');
    case 'interrupted':
      return t('interrupted');
  }
}

/** Nobody is ahead of a job whose turn it is, while people are asked for the terms. */
function waitingText({ ahead }: JobRun): string {
  if (ahead === 0) return t('about to start');
  return ahead === 1 ? t('next') : t('{0} ahead', ahead);
}

/** `Swapping · CPU`. */
function stageOf({ latest: { stage, provider } }: JobRun): string {
  const title = stageTitle(stage, t);
  return provider === undefined ? title : `${title} · ${providerName(provider)}`;
}

function doneText({ report }: JobRun): string {
  if (!report) return '';
  if (report.facesSwapped === 0) return t('no face to swap was found');
  return `${path.basename(report.output)} · ${duration(report.seconds)}`;
}

/** The folders stand in the tooltip; here they would hide what is wrong. */
function withoutFolders({ failure, job }: JobRun): string {
  const folders = new Set(
    [job.target, job.output, ...job.sources].map((file) => path.dirname(file) + path.sep),
  );
  return [...folders].reduce((text, folder) => text.replaceAll(folder, ''), failure);
}

function spokenOf(run: JobRun): string {
  const states: Record<RunState, string> = {
    waiting: t('queued'),
    running: t('running'),
    paused: t('paused'),
    done: t('done'),
    failed: t('failed'),
    cancelled: t('cancelled'),
    interrupted: t('interrupted'),
  };
  const detail = detailOf(run);
  return detail === states[run.state] ? detail : `${states[run.state]}, ${detail}`;
}

function tooltipOf(run: JobRun): string {
  const { sources, target, output } = run.job;
  const lines = [
    ...sources.map((source) => t('Source: {0}', source)),
    t('Target: {0}', target),
    t('Result: {0}', output),
    run.state === 'failed' ? run.failure : detailOf(run),
    ...(run.latest.fellBack ? [t('A preferred execution provider could not be used.')] : []),
    // Until then they grow, and are listed in the Problems panel.
    ...(run.isOver ? run.problems.slice(0, 10).map(problemText) : []),
  ];
  return lines.join('\n');
}
