import path from 'node:path';
import type * as vscode from 'vscode';
import type { WorkerApi, WorkerMethod } from '../protocol/workerMessages';
import { WorkerClient, type CallOptions } from '../workerClient';

const usualIdleMs = 60_000;

interface Habits {
  /** How long the child is kept when it has nothing to do. */
  idleMs?: number;
  /** VS Code, and whatever else is at work on the machine, goes first. */
  isPatient?: boolean;
}

/** The child process that renders: forked by the first call, ended when idle for a while so that its memory comes back. */
export class WorkerProcess implements vscode.Disposable {
  private client: WorkerClient | undefined;
  private calls = 0;
  private idle: NodeJS.Timeout | undefined;
  private startedWith = '';

  /** @param environment what the child is told beside this process's own environment; asked at every call */
  constructor(
    private readonly environment: () => NodeJS.ProcessEnv = () => ({}),
    private readonly habits: Habits = {},
  ) {}

  /** Runs one call; a worker that died is replaced at the next call. */
  async call<M extends WorkerMethod>(
    method: M,
    argument: Parameters<WorkerApi[M]>[0],
    options: CallOptions = {},
  ): Promise<ReturnType<WorkerApi[M]>> {
    clearTimeout(this.idle);
    const env = this.environment();
    // A child at work keeps what it was started with; the next one hears of the change.
    if (this.calls === 0 && JSON.stringify(env) !== this.startedWith) this.dispose();
    this.calls++;
    if (!this.client) {
      this.startedWith = JSON.stringify(env);
      const { isPatient = false } = this.habits;
      this.client = new WorkerClient({ script: path.join(__dirname, 'worker.js'), env, isPatient });
    }
    try {
      return await this.client.call(method, argument, options);
    } finally {
      if (--this.calls === 0) {
        this.idle = setTimeout(() => this.dispose(), this.habits.idleMs ?? usualIdleMs);
      }
    }
  }

  /** A call to a child that is there; where there is none, nothing is to be told, and none is started. */
  async tell<M extends WorkerMethod>(method: M, argument: Parameters<WorkerApi[M]>[0]): Promise<void> {
    if (this.client?.pid !== undefined) await this.client.call(method, argument);
  }

  /**
   * Gives its memory back as soon as it has answered what somebody still waits for; resolves when it has gone. The next call
   * starts another child.
   */
  async retire(): Promise<void> {
    await this.client?.retire();
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.client?.dispose();
    this.client = undefined;
  }
}
