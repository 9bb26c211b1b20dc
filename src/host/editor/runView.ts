import path from 'node:path';
import * as vscode from 'vscode';
import { outcomeOfRelease } from '../../protocol/gpu';
import type { RunView } from '../../protocol/panel';
import { problemText, runStatus, type JobRun } from '../jobRun';
import { t } from '../texts';

/** What the panel shows of a run. */
export function viewOfRun(run: JobRun, webview: vscode.Webview, fileSize: (file: string) => number): RunView {
  const { latest, report } = run;
  const isVideo = report !== undefined && latest.total > 1;
  const address = (file: string): string =>
    isVideo ? webview.asWebviewUri(vscode.Uri.file(file)).toString() : '';
  return {
    // One that was interrupted belongs to no panel until it runs again.
    state: run.state === 'interrupted' ? 'cancelled' : run.state,
    ahead: run.ahead,
    ...runStatus(run),
    frame: latest.frame,
    total: latest.total,
    fps: latest.fps,
    provider: latest.provider ?? '',
    fellBack: latest.fellBack ?? false,
    vram: [...run.vram],
    releases: run.releases.map(({ second, release }) => ({
      second,
      processor: release.processor,
      freedMb: release.beforeMb - release.afterMb,
      outcome: outcomeOfRelease(release),
    })),
    problems: run.problems.map((problem) => ({
      seconds: problem.fromSeconds,
      frame: problem.first,
      text: problemText(problem),
    })),
    message: messageOf(run),
    ...(latest.secondsLeft !== undefined && { secondsLeft: latest.secondsLeft }),
    ...(report && {
      result: {
        name: path.basename(report.output),
        bytes: fileSize(report.output),
        seconds: report.seconds,
        frames: report.frames,
        facesSwapped: report.facesSwapped,
        width: report.width,
        height: report.height,
        originalUri: address(run.job.target),
        resultUri: address(report.output),
        sound: report.audio !== 'none',
      },
    }),
  };
}

function messageOf({ state, failure, report }: JobRun): string {
  if (state === 'failed') return failure;
  if (!report) return '';
  if (report.facesSwapped === 0) return t('No face to swap was found; the result shows the original.');
  return report.warnings.join('\n');
}
