import * as vscode from 'vscode';
import type { JobList } from './jobList';
import { longStatus, shortStatus } from './jobStatus';
import { t } from './texts';

/** The item at the bottom: provider, percent, speed and GPU memory of the running job; absent when nothing runs. A click opens the jobs. */
export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly listening: vscode.Disposable;

  constructor(private readonly jobs: JobList) {
    this.item = vscode.window.createStatusBarItem('faceSwap.status', vscode.StatusBarAlignment.Left, 50);
    this.item.name = 'Face Swap';
    this.item.command = 'faceSwap.jobs.focus';
    this.listening = jobs.onDidChange(() => this.update());
  }

  dispose(): void {
    this.listening.dispose();
    this.item.dispose();
  }

  private update(): void {
    const run = this.jobs.running.at(0);
    if (!run) {
      this.item.hide();
      return;
    }
    const { latest: progress, label } = run;
    const others = this.jobs.running.length + this.jobs.waiting.length - 1;
    const icon = run.state === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
    const status = shortStatus(progress, t);
    this.item.text = `${icon} Face Swap: ${status}${others > 0 ? ` (+${others})` : ''}`;
    this.item.backgroundColor = progress.fellBack
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    const fallBack = progress.fellBack ? [t('A preferred execution provider could not be used.')] : [];
    const waiting = others > 0 ? [t('{0} more in the queue', others)] : [];
    this.item.tooltip = [
      label,
      longStatus(progress, t),
      ...fallBack,
      ...waiting,
      t('Click for the jobs.'),
    ].join('\n');
    this.item.accessibilityInformation = { label: `Face Swap: ${status}`, role: 'button' };
    this.item.show();
  }
}
