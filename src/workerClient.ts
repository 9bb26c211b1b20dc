import { FaceSwapError } from './protocol/errors';
import type { LogLevel, Progress } from './protocol/report';
import type { WorkerApi, WorkerMethod } from './protocol/workerMessages';
import { WorkerConnection } from './workerConnection';

export interface WorkerClientOptions {
  /** Path of the bundled worker. */
  script: string;
  /** Added to this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** The Node to run it with; without it, the one that runs this. */
  execPath?: string;
  /** Everything the child says on stderr. */
  onStderr?: (text: string) => void;
}

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  onLog?: (level: LogLevel, message: string) => void;
  onScratch?: (folder: string) => void;
  /** The worker has heard of the cancelling; the call itself rejects when the job has cleaned up. */
  onCancelling?: () => void;
}

/** Talks to one worker process at a time, which a call starts when there is none. Used alike by the extension and the command line. */
export class WorkerClient {
  private connection: WorkerConnection | undefined;

  constructor(private readonly options: WorkerClientOptions) {}

  /** The child's process id while it runs. */
  get pid(): number | undefined {
    return this.connection?.isOpen ? this.connection.pid : undefined;
  }

  /**
   * Calls a method of the worker. Rejects with the worker's `FaceSwapError`, with `cancelled` after `signal`, or with
   * `worker-died` (facts: reason, exitCode or signal, stderr) when the process ends before it has answered.
   */
  call<M extends WorkerMethod>(
    method: M,
    argument: Parameters<WorkerApi[M]>[0],
    options: CallOptions = {},
  ): Promise<ReturnType<WorkerApi[M]>> {
    if (options.signal?.aborted) return Promise.reject(new FaceSwapError('cancelled'));
    if (!this.connection?.isOpen) this.connection = new WorkerConnection(this.options);
    return this.connection.call(method, argument, options);
  }

  /** Ends the child, at once when it has work: pending calls are rejected, their scratch folders gone when this returns. */
  dispose(): void {
    this.connection?.close();
    this.connection = undefined;
  }
}
