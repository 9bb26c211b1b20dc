import * as vscode from 'vscode';
import type { Progress } from '../protocol/report';
import { longStatus, shortStatus } from './jobLog';

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
    this.item.text = `$(sync~spin) Face Swap: ${shortStatus(progress)}${waiting}`;
    this.item.backgroundColor = progress.fellBack
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    const fallBack = progress.fellBack ? '\nA preferred execution provider could not be used.' : '';
    this.item.tooltip = `${label}\n${longStatus(progress)}${fallBack}\nClick for the output.`;
    this.item.accessibilityInformation = { label: `Face Swap: ${shortStatus(progress)}`, role: 'button' };
    this.item.show();
  }

  hide(): void {
    this.item.hide();
  }

  dispose(): void {
    this.item.dispose();
  }
}
