import * as vscode from 'vscode';
import type { Progress } from '../protocol/report';
import { longStatus, shortStatus } from './jobStatus';
import { t } from './texts';

/** The item at the bottom: provider, percent and speed of the running job; absent when nothing runs. */
export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;

  constructor() {
    this.item = vscode.window.createStatusBarItem('faceSwap.status', vscode.StatusBarAlignment.Left, 50);
    this.item.name = 'Face Swap';
    this.item.command = 'faceSwap.showOutput';
  }

  show(progress: Progress, label: string, jobs: number): void {
    const waiting = jobs > 1 ? ` (+${jobs - 1})` : '';
    this.item.text = `$(sync~spin) Face Swap: ${shortStatus(progress, t)}${waiting}`;
    this.item.backgroundColor = progress.fellBack
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    const fallBack = progress.fellBack ? [t('A preferred execution provider could not be used.')] : [];
    this.item.tooltip = [label, longStatus(progress, t), ...fallBack, t('Click for the output.')].join('\n');
    this.item.accessibilityInformation = { label: `Face Swap: ${shortStatus(progress, t)}`, role: 'button' };
    this.item.show();
  }

  hide(): void {
    this.item.hide();
  }

  dispose(): void {
    this.item.dispose();
  }
}
