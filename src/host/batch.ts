import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { outputPath } from '../job/outputName';
import { videoEncoders } from '../protocol/job';
import type { JobReport } from '../protocol/report';
import type { Host } from './host';
import { isVideoFile } from './mediaFiles';
import { showError } from './outcome';
import { newRun, runJob } from './startSwap';
import { t } from './texts';

/**
 * Queues a job for each target, all with the same source. One message tells how all of them ended; until then the view of the jobs
 * shows them. Resolves to the reports in the order of the targets.
 */
export async function startBatch(
  host: Host,
  sources: string[],
  targets: readonly string[],
): Promise<(JobReport | undefined)[]> {
  await vscode.commands.executeCommand('faceSwap.jobs.focus');
  try {
    // One after the other: a name that one result will have is taken for the next.
    const ends = targets.map((target) => runJob(host, newRun(host, { sources, target }), { quiet: true }));
    const reports = await Promise.all(ends);
    void tell(reports.filter((report) => report !== undefined).length, targets.length);
    return reports;
  } catch (error) {
    void showError(host.log, error);
    return [];
  }
}

async function tell(done: number, all: number): Promise<void> {
  const show = t('Show Jobs');
  const choice = await (done === all
    ? vscode.window.showInformationMessage(t('All {0} videos are done.', all), show)
    : vscode.window.showWarningMessage(
        t('{0} of {1} videos are done; the jobs tell what became of the others.', done, all),
        show,
      ));
  if (choice === show) await vscode.commands.executeCommand('faceSwap.jobs.focus');
}

/** Paths of the videos of a folder, by name; without those that an earlier batch with this source has made of others. */
export async function videosOf(folder: string, source: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(isVideoFile).sort();
  const videos = names.map((name) => path.join(folder, name));
  const results = new Set(
    videoEncoders.flatMap((encoder) =>
      videos.map((video) => outputPath(source, video, encoder, () => false)),
    ),
  );
  return videos.filter((video) => !results.has(video));
}
