import * as vscode from 'vscode';
import type { JobRun } from './jobRun';

/** Of jobs that are over, the latest are remembered. */
const mostOver = 50;

/**
 * All jobs of this window: those that run, those that wait in their order, those that were interrupted, and those that are
 * over, the latest first.
 */
export class JobList implements vscode.Disposable {
  private runs: JobRun[] = [];
  private queued: readonly JobRun[] = [];
  private readonly ends = new Map<JobRun, vscode.Disposable>();
  private readonly changed = new vscode.EventEmitter<JobRun | undefined>();
  /** One job has news; without one, there are more, fewer, or they stand in another order. */
  readonly onDidChange = this.changed.event;

  get all(): readonly JobRun[] {
    return this.runs;
  }

  get running(): JobRun[] {
    return this.runs.filter((run) => run.isRunning);
  }

  get waiting(): JobRun[] {
    return this.runs.filter((run) => run.state === 'waiting');
  }

  byId(id: string): JobRun | undefined {
    return this.runs.find((run) => run.id === id);
  }

  add(run: JobRun): void {
    let { state } = run;
    const listening = run.onDidChange((what) => {
      if (what === 'picture') return;
      const isNews = run.state !== state;
      state = run.state;
      if (isNews) this.sort();
      this.changed.fire(isNews ? undefined : run);
    });
    this.ends.set(run, listening);
    this.runs.push(run);
    this.sort();
    for (const old of this.runs.filter(({ isOver }) => isOver).slice(mostOver)) this.forget(old);
    this.changed.fire(undefined);
  }

  /** Takes over the order of the queue. */
  order(queued: readonly JobRun[]): void {
    const before = this.runs;
    this.queued = queued;
    this.sort();
    if (before.some((run, i) => run !== this.runs[i])) this.changed.fire(undefined);
  }

  /** Takes jobs that neither run nor wait from the list; what they have made stays. */
  remove(runs: readonly JobRun[]): void {
    for (const run of runs) {
      if (run.isOver || run.state === 'interrupted') this.forget(run);
    }
    this.changed.fire(undefined);
  }

  dispose(): void {
    for (const run of [...this.runs]) this.forget(run);
    this.changed.dispose();
  }

  private forget(run: JobRun): void {
    this.ends.get(run)?.dispose();
    this.ends.delete(run);
    this.runs = this.runs.filter((other) => other !== run);
    run.dispose();
  }

  private sort(): void {
    // Those of the last time stand in no queue, and below it.
    const place = (run: JobRun): number => {
      const at = this.queued.indexOf(run);
      return at < 0 ? this.queued.length : at;
    };
    const active = this.runs.filter(({ isOver }) => !isOver).sort((a, b) => place(a) - place(b));
    const over = this.runs.filter(({ isOver }) => isOver).sort((a, b) => b.endedAt - a.endedAt);
    this.runs = [...active, ...over];
  }
}
