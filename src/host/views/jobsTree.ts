import * as vscode from 'vscode';
import type { Host } from '../host';
import type { JobRun } from '../jobRun';
import { longStatus, percentOf } from '../jobStatus';
import { t } from '../texts';
import { jobRow } from './jobRow';

/** Nobody reads faster, and VS Code draws what comes sooner a second time. */
const tellEveryMs = 250;

/**
 * The view of all jobs. Waiting ones are dragged to change their order.
 *
 * VS Code makes the buttons of a row anew whenever it draws the row, and knows no row at all from when it is told of other rows until it
 * has asked for them: a press that begins before and ends after either is lost. Hence a row is drawn only when it would look different,
 * what changes all the time stands beside the view's title, and what VS Code has asked for since is not told.
 */
export class JobsTree implements vscode.TreeDataProvider<JobRun>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<JobRun[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly progressed = new vscode.EventEmitter<string>();
  /** How far the running jobs are, for beside the view's title. */
  readonly onDidProgress = this.progressed.event;
  private readonly listening: vscode.Disposable;
  private readonly drawn = new WeakMap<JobRun, string>();
  private rows: readonly JobRun[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly host: Host) {
    this.listening = host.jobs.onDidChange(() => {
      this.timer ??= setTimeout(() => this.tell(), tellEveryMs);
    });
  }

  getTreeItem(run: JobRun): vscode.TreeItem {
    const row = jobRow(run);
    this.drawn.set(run, JSON.stringify(row));
    return row;
  }

  getChildren(run?: JobRun): JobRun[] {
    if (run) return [];
    this.rows = [...this.host.jobs.all];
    return [...this.rows];
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
    this.progressed.dispose();
  }

  private tell(): void {
    this.timer = undefined;
    const { all } = this.host.jobs;
    this.progressed.fire(progressOf(all.filter(({ state }) => state === 'running')));
    if (all.length !== this.rows.length || all.some((run, i) => run !== this.rows[i])) {
      this.rows = [...all];
      this.changed.fire(undefined);
      return;
    }
    const news = all.filter((run) => this.drawn.get(run) !== JSON.stringify(jobRow(run)));
    if (news.length > 0) this.changed.fire(news);
  }
}

/** All that is known of a single job; of several how far each is, in the order of their rows; nothing of none. */
function progressOf(running: readonly JobRun[]): string {
  const [first] = running;
  if (running.length === 1) return longStatus(first.latest, t);
  return running.map(({ latest }) => `${percentOf(latest)} %`).join(' · ');
}
