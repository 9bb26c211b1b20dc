import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { jobOfFile } from '../job/jobOfFile';
import type { SwapJob } from '../protocol/job';
import type { JobFile } from '../protocol/jobFile';
import type { JobReport } from '../protocol/report';
import { version } from '../../package.json';
import { runAsking } from '../askAboutGpu';
import { onRecord } from '../machine/jobRecord';
import type { SwapRequest } from './clickedFiles';
import type { Host } from './host';
import { JobLog, type WriteLine } from './jobLog';
import { longStatus, percentOf } from './jobStatus';
import { JobRun } from './jobRun';
import { keepJob } from './keptQueue';
import { asFaceSwapError, logError, offerResult, sentenceOf, showError } from './outcome';
import { requireTerms } from './terms';
import { t } from './texts';

/** Queues one swap, shows it while it waits and runs, and tells how it ended. Resolves to undefined when it did not succeed. */
export async function startSwap(host: Host, request: SwapRequest): Promise<JobReport | undefined> {
  let run: JobRun;
  try {
    run = newRun(host, request);
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
  return runJob(host, run, { show: inNotification });
}

/** Somewhere a run is shown beside the status bar and the log; it ends with the run. */
type Show = (run: JobRun, work: Promise<unknown>) => void;

/**
 * Queues a run and tells it, the log and the person what becomes of it. Resolves to undefined when it did not succeed.
 * @param options.quiet people are told by somebody else
 */
export async function runJob(
  host: Host,
  run: JobRun,
  { show, quiet = false }: { show?: Show; quiet?: boolean } = {},
): Promise<JobReport | undefined> {
  const { job } = run;
  host.promisedOutputs.add(job.output);
  host.jobs.add(run);
  const work = host.queue
    .run(run, () => render(host, run))
    .finally(() => host.promisedOutputs.delete(job.output));
  if (run.ahead > 0)
    host.log.info(`${run.label}: waiting for ${run.ahead} other ${run.ahead === 1 ? 'job' : 'jobs'} to end`);
  show?.(run, work);
  try {
    const report = await work;
    run.finished(report);
    host.lastResult = { target: job.target, output: report.output };
    if (!quiet) void offerResult(host, report, job.target);
    return report;
  } catch (error) {
    if (asFaceSwapError(error).code === 'cancelled') run.cancelled();
    else run.failed(sentenceOf(error));
    if (quiet) logError(host.log, error);
    else void showError(host.log, error);
    return undefined;
  }
}

/** A job for these files with the settings of today. Throws `usage` for a setting that is not allowed. */
export function newRun(host: Host, { sources, target, output }: SwapRequest): JobRun {
  const isTaken = (file: string): boolean => existsSync(file) || host.promisedOutputs.has(file);
  const folder = path.dirname(target);
  const setting = host.settingOf(target);
  const document: JobFile = { version: 1, target, sources, ...(output !== undefined && { output }) };
  const job = jobOfFile(document, { folder, setting, isTaken });
  return new JobRun(job, keepJob(document, { folder, output: job.output, setting }));
}

function inNotification(run: JobRun, work: Promise<unknown>): void {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Face Swap: ${run.label}`,
    cancellable: true,
  };
  void vscode.window.withProgress(options, async (notification, cancellation) => {
    cancellation.onCancellationRequested(() => run.cancel());
    let percent = 0;
    const report = (): void => {
      const { state, ahead, latest } = run;
      const increment = percentOf(latest) - percent;
      percent += increment;
      const waiting =
        ahead === 1 ? t('waiting for 1 other job to end') : t('waiting for {0} other jobs to end', ahead);
      const message = state === 'waiting' ? waiting : longStatus(latest, t);
      if (state !== 'waiting' || ahead > 0) notification.report({ message, increment });
    };
    const listening = run.onDidChange(report);
    report();
    // How it ended is told elsewhere.
    await work.catch(() => undefined);
    listening.dispose();
  });
}

async function render(host: Host, run: JobRun): Promise<JobReport> {
  const { job, control, signal } = run;
  await requireTerms(host.log);
  // Where several run, each line says whose it is.
  const write: WriteLine = (level, line) =>
    host.log[level](host.jobs.running.length > 1 ? `${run.label}: ${line}` : line);
  const log = new JobLog(write);
  run.started();
  log.started(job, run.label);
  // The job may need all memory of the GPU, and measures what it gives back.
  await host.studio.leaveGpu();
  const swap = (wanted: SwapJob): Promise<JobReport> =>
    host.withWorker((worker) =>
      worker.call('swap', wanted, {
        signal,
        control,
        onLog: write,
        onPaused: (isPaused) => run.paused(isPaused),
        onPicture: (picture) => run.pictured(picture),
        onProblem: (problem) => run.problem(problem),
        onRelease: (release) => run.released(release),
        onProgress: (progress) => {
          log.progress(progress);
          run.progressed(progress);
        },
      }),
    );
  const kept: SwapJob = { ...job, resumable: true };
  const work = (): Promise<JobReport> => runAsking(kept, swap, goOnWithoutGpu);
  const report = await onRecord(job, version, work, (message) => host.log.warn(message));
  log.finished(report);
  return report;
}

/** Nobody who wants to be asked would like to find the question gone with a notification. */
async function goOnWithoutGpu(question: string): Promise<boolean> {
  const goOn = t('Go On Without It');
  return (await vscode.window.showWarningMessage(question, { modal: true }, goOn)) === goOn;
}
