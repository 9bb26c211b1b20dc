import * as vscode from 'vscode';
import type { Host } from '../host';
import type { JobRun } from '../jobRun';
import { jobRow } from './jobRow';

/** Progress comes many times a second; a row need not be drawn that often. */
const rowEveryMs = 500;

/** The view of all jobs. Waiting ones are dragged to change their order. */
export class JobsTree implements vscode.TreeDataProvider<JobRun>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<JobRun | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly listening: vscode.Disposable;
  private readonly stale = new Set<JobRun>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly host: Host) {
    this.listening = host.jobs.onDidChange((run) => this.refresh(run));
  }

  getTreeItem(run: JobRun): vscode.TreeItem {
    return jobRow(run);
  }

  getChildren(run?: JobRun): JobRun[] {
    return run ? [] : [...this.host.jobs.all];
  }

  getParent(): undefined {
    return undefined;
  }

  /** Puts waiting jobs before another one; before all that wait when dropped onto one that runs, after all when onto none. */
  move(ids: readonly string[], onto: JobRun | undefined): void {
    const { waiting } = this.host.jobs;
    const runs = waiting.filter(({ id }) => ids.includes(id));
    this.host.queue.move(runs, onto?.isRunning ? waiting[0] : onto);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listening.dispose();
    this.changed.dispose();
  }

  private refresh(run: JobRun | undefined): void {
    if (!run) {
      this.stale.clear();
      this.changed.fire(undefined);
      return;
    }
    this.stale.add(run);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const one of this.stale) this.changed.fire(one);
      this.stale.clear();
    }, rowEveryMs);
  }
}
