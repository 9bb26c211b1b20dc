import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SwapJob } from '../protocol/job';
import type { JobReport } from '../protocol/report';
import { runAsking } from '../askAboutGpu';
import type { SwapRequest } from './clickedFiles';
import type { Host } from './host';
import { JobLog, longStatus, percentOf } from './jobLog';
import { offerResult, showError } from './outcome';
import { outputPath } from '../job/outputName';

/** Queues one swap, shows it while it waits and runs, and tells how it ended. Resolves to undefined when it did not succeed. */
export async function startSwap(host: Host, request: SwapRequest): Promise<JobReport | undefined> {
  let output: string | undefined;
  try {
    const job = newJob(host, request);
    output = job.output;
    host.promisedOutputs.add(output);
    const report = await inProgressNotification(host, job);
    host.lastResult = { target: job.target, output: report.output };
    void offerResult(host, report, job.target);
    return report;
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  } finally {
    if (output !== undefined) host.promisedOutputs.delete(output);
  }
}

function newJob(host: Host, { sources, target, output }: SwapRequest): SwapJob {
  const isTaken = (file: string): boolean => existsSync(file) || host.promisedOutputs.has(file);
  return {
    ...host.settings(target),
    sources,
    target,
    output: output ?? outputPath(sources[0], target, isTaken),
    overwrite: false,
  };
}

function inProgressNotification(host: Host, job: SwapJob): Promise<JobReport> {
  const label = `${path.basename(job.sources[0])} → ${path.basename(job.target)}`;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Face Swap: ${label}`,
    cancellable: true,
  };
  const running = vscode.window.withProgress(options, (notification, cancellation) => {
    const abort = new AbortController();
    cancellation.onCancellationRequested(() => abort.abort());
    const onWait = (ahead: number): void => {
      const message = `waiting for ${ahead} other ${ahead === 1 ? 'job' : 'jobs'} to end`;
      notification.report({ message });
      host.log.info(`${label}: ${message}`);
    };
    return host.queue.run(label, abort, onWait, () => render(host, job, label, abort.signal, notification));
  });
  return Promise.resolve(running);
}

function render(
  host: Host,
  job: SwapJob,
  label: string,
  signal: AbortSignal,
  notification: vscode.Progress<{ message?: string; increment?: number }>,
): Promise<JobReport> {
  const log = new JobLog((level, line) => host.log[level](line));
  let percent = 0;
  log.started(job);
  host.statusBar.show({ stage: 'probe', frame: 0, total: 0, fps: 0 }, label, host.queue.jobs.length);
  const swap = (wanted: SwapJob): Promise<JobReport> =>
    host.worker.call('swap', wanted, {
      signal,
      onLog: (level, message) => host.log[level](message),
      onProgress: (progress) => {
        log.progress(progress);
        host.statusBar.show(progress, label, host.queue.jobs.length);
        const increment = percentOf(progress) - percent;
        percent += increment;
        notification.report({ message: longStatus(progress), increment });
      },
    });
  return runAsking(job, swap, goOnWithoutGpu).then((report) => {
    log.finished(report);
    return report;
  });
}

/** Nobody who wants to be asked would like to find the question gone with a notification. */
async function goOnWithoutGpu(question: string): Promise<boolean> {
  const goOn = 'Go On Without It';
  return (await vscode.window.showWarningMessage(question, { modal: true }, goOn)) === goOn;
}
