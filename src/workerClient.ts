import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { FaceSwapError } from './protocol/errors';
import type { LogLevel, Progress } from './protocol/report';
import type { WorkerApi, WorkerEvent, WorkerMethod, WorkerRequest } from './protocol/workerMessages';

export interface WorkerClientOptions {
  /** Path of the bundled worker. */
  script: string;
  env?: NodeJS.ProcessEnv;
  /** Everything the child says on stderr. */
  onStderr?: (text: string) => void;
}

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  onLog?: (level: LogLevel, message: string) => void;
  onScratch?: (folder: string) => void;
}

interface Pending extends CallOptions {
  resolve: (result: never) => void;
  reject: (error: FaceSwapError) => void;
  scratch: string[];
  deadline?: NodeJS.Timeout;
}

/** The child itself gives a cancelled job three seconds; after this it is stuck beyond help. */
const cancelDeadlineMs = 8000;
const tailLength = 4000;

/** Talks to one worker process, which the first call starts. Used alike by the extension and the command line. */
export class WorkerClient {
  private child: ChildProcess | undefined;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private stderrTail = '';

  constructor(private readonly options: WorkerClientOptions) {}

  /** The child's process id while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Calls a method of the worker. Rejects with the worker's `FaceSwapError`, with `cancelled` after `signal`, or with
   * `worker-died` (facts: reason, stderr) when the process ends before it has answered.
   */
  call<M extends WorkerMethod>(
    method: M,
    argument: Parameters<WorkerApi[M]>[0],
    options: CallOptions = {},
  ): Promise<ReturnType<WorkerApi[M]>> {
    if (options.signal?.aborted) return Promise.reject(new FaceSwapError('cancelled'));
    const child = (this.child ??= this.start());
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const pending: Pending = { ...options, resolve, reject, scratch: [] };
      this.pending.set(id, pending);
      const cancel = () => {
        post(child, { type: 'cancel', id });
        pending.deadline = setTimeout(() => child.kill('SIGKILL'), cancelDeadlineMs);
      };
      options.signal?.addEventListener('abort', cancel, { once: true });
      post(child, { type: 'call', id, method, argument } as WorkerRequest);
    });
  }

  /** Ends the child; pending calls are rejected with `worker-died`. */
  dispose(): void {
    const { child } = this;
    this.child = undefined;
    if (child?.connected) child.disconnect();
    if (this.pending.size > 0) child?.kill('SIGKILL');
  }

  private start(): ChildProcess {
    const env: NodeJS.ProcessEnv = { ...process.env, ...this.options.env };
    // In the extension host `process.execPath` is Electron, which is Node only when told so.
    if (process.versions['electron'] !== undefined) env['ELECTRON_RUN_AS_NODE'] = '1';
    const child = fork(this.options.script, [], {
      env,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      this.stderrTail = (this.stderrTail + text).slice(-tailLength);
      this.options.onStderr?.(text);
    });
    child.on('message', (event: WorkerEvent) => this.receive(event));
    child.on('error', (error) => this.ended(child, error.message));
    child.on('close', (code, signal) => this.ended(child, signal ?? `exit code ${code ?? '?'}`));
    return child;
  }

  private receive(event: WorkerEvent): void {
    const pending = 'id' in event ? this.pending.get(event.id) : undefined;
    if (!pending) return;
    if (event.type === 'progress') pending.onProgress?.(event.progress);
    if (event.type === 'log') pending.onLog?.(event.level, event.message);
    if (event.type === 'scratch') {
      pending.scratch.push(event.folder);
      pending.onScratch?.(event.folder);
    }
    if (event.type !== 'reply') return;
    this.pending.delete(event.id);
    clearTimeout(pending.deadline);
    if (event.ok) {
      pending.resolve(event.result as never);
      return;
    }
    const { code, facts, stack } = event.error;
    const error = new FaceSwapError(code, facts);
    if (stack !== undefined) error.stack = stack;
    pending.reject(error);
  }

  /** Whatever was still asked of a child that is gone is rejected, and what it left on disk removed. */
  private ended(child: ChildProcess, reason: string): void {
    if (this.child === child) this.child = undefined;
    const lost = [...this.pending.values()];
    this.pending.clear();
    for (const pending of lost) {
      clearTimeout(pending.deadline);
      for (const folder of pending.scratch) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      const cancelled = pending.signal?.aborted === true;
      const facts = { reason, stderr: this.stderrTail.trim() };
      pending.reject(new FaceSwapError(cancelled ? 'cancelled' : 'worker-died', cancelled ? {} : facts));
    }
  }
}

function post(child: ChildProcess, request: WorkerRequest): void {
  // A child that is gone shows as 'close'; a send that fails needs no second telling.
  if (child.connected) child.send(request, () => undefined);
}
