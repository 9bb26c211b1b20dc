import * as vscode from 'vscode';
import type { Host } from './host';
import { JobRun } from './jobRun';
import { jobOfKept, readKept } from './keptQueue';
import { t } from './texts';

/** Where the queue of a workspace is kept. */
export const queueKey = 'queue';

/** Keeps the jobs that are not over, so that a restart of VS Code loses none, and offers to go on with those of the last time. */
export class QueueKeeper implements vscode.Disposable {
  private readonly ends: vscode.Disposable[];
  private written: string;

  constructor(
    private readonly host: Host,
    private readonly memory: vscode.Memento,
  ) {
    this.written = JSON.stringify(memory.get(queueKey) ?? []);
    this.ends = [
      host.jobs.onDidChange((run) => {
        if (!run) this.keep();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.restore()),
    ];
    // A folder that nobody vouches for may have been put in the place of another one.
    if (vscode.workspace.isTrusted) this.restore();
  }

  /** From here on nothing is kept any more: what ends now ends because VS Code does. */
  dispose(): void {
    for (const end of this.ends) end.dispose();
  }

  private keep(): void {
    const kept = this.host.jobs.all.flatMap((run) => (run.isOver ? [] : [run.kept]));
    const text = JSON.stringify(kept);
    if (text === this.written) return;
    this.written = text;
    void this.memory.update(queueKey, kept);
  }

  private restore(): void {
    const found: unknown = this.memory.get(queueKey);
    const runs = readKept(found).flatMap((kept) => {
      try {
        const run = new JobRun(jobOfKept(kept, this.host.settingOf(kept.folder)), kept);
        run.state = 'interrupted';
        return [run];
      } catch (error) {
        this.host.log.warn(`A job of the last time cannot be taken up again: ${String(error)}`);
        return [];
      }
    });
    if (runs.length === 0) return;
    for (const run of runs) this.host.jobs.add(run);
    void this.offer(runs);
  }

  private async offer(runs: readonly JobRun[]): Promise<void> {
    const [resume, show, remove] = [t('Resume'), t('Show Jobs'), t('Remove')];
    const text =
      runs.length === 1
        ? t('The job {0} was not finished when VS Code was closed.', runs[0].label)
        : t('{0} jobs were not finished when VS Code was closed.', runs.length);
    const choice = await vscode.window.showInformationMessage(text, resume, show, remove);
    const waiting = runs.filter((run) => this.host.jobs.all.includes(run));
    if (choice === resume) for (const run of waiting) this.host.again(run);
    if (choice === show) await vscode.commands.executeCommand('faceSwap.jobs.focus');
    if (choice === remove) this.host.discard(waiting);
  }
}
