import { rmSync } from 'node:fs';
import type { CallControl } from './callControl';
import { FaceSwapError } from './protocol/errors';
import type { SwapJob } from './protocol/job';
import type { GpuRelease } from './protocol/gpu';
import type { JobProblem } from './protocol/problems';
import type { JobReport, LivePicture, LogLevel, Progress } from './protocol/report';
import type { WorkerApi, WorkerMethod } from './protocol/workerMessages';
import { WorkerConnection, type Answer } from './workerConnection';

export interface WorkerClientOptions {
  /** Path of the bundled worker. */
  script: string;
  /** Added to this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** The Node to run it with; without it, the one that runs this. */
  execPath?: string;
  /** Everything else on the machine goes first. */
  isPatient?: boolean;
  /** Everything the child says on stderr. */
  onStderr?: (text: string) => void;
}

/** What one process leaves to the next. */
type Handover = Exclude<Answer<never>, { result: never }>;

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  onLog?: (level: LogLevel, message: string) => void;
  onScratch?: (folder: string) => void;
  /** The worker has heard of the cancelling; the call itself rejects when the job has cleaned up. */
  onCancelling?: () => void;
  /** Pauses the job, lets it go on, and says whether anybody looks at its pictures. */
  control?: CallControl;
  /** The job stands still now, or goes on. */
  onPaused?: (paused: boolean) => void;
  /** At most one a second, of a frame just finished; made while `control` wants them. */
  onPicture?: (picture: LivePicture) => void;
  /** Something found while the job runs; told again with another end when it grows. */
  onProblem?: (problem: JobProblem) => void;
  /** A processor's memory on the GPU is back, or somebody holds it. */
  onRelease?: (release: GpuRelease) => void;
}

/** Talks to one worker process at a time, which a call starts when there is none. Used alike by the extension and the command line. */
export class WorkerClient {
  private connection: WorkerConnection | undefined;
  /** Scratch folders of jobs that are between two processes, and whether another run is to take them up. */
  private readonly between = new Map<string, () => boolean>();
  private disposals = 0;

  constructor(private readonly options: WorkerClientOptions) {}

  /** The child's process id while it runs. */
  get pid(): number | undefined {
    return this.connection?.isOpen ? this.connection.pid : undefined;
  }

  /**
   * Calls a method of the worker. Rejects with the worker's `FaceSwapError`, with `cancelled` after `signal`, or with
   * `worker-died` (facts: reason, exitCode or signal, stderr) when the process ends before it has answered.
   */
  async call<M extends WorkerMethod>(
    method: M,
    argument: Parameters<WorkerApi[M]>[0],
    options: CallOptions = {},
  ): Promise<ReturnType<WorkerApi[M]>> {
    if (options.signal?.aborted) throw new FaceSwapError('cancelled');
    const connection = this.connect();
    const { disposals } = this;
    const answer = await connection.call(method, argument, options);
    if ('result' in answer) return answer.result;
    // Only a swap has states.
    const job = argument as SwapJob;
    return (await this.goOn(connection, job, answer, options, disposals)) as ReturnType<WorkerApi[M]>;
  }

  /** Lets the child end what it is at and go; resolves when it has gone. The next call starts another one. */
  async retire(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    await connection?.retire();
  }

  /** Ends the child, at once when it has work: pending calls are rejected, their scratch folders gone when this returns. */
  dispose(): void {
    this.connection?.close();
    this.connection = undefined;
    this.disposals++;
    for (const [folder, isKept] of this.between)
      if (!isKept()) rmSync(folder, { recursive: true, force: true });
    this.between.clear();
  }

  private connect(): WorkerConnection {
    if (!this.connection?.isOpen) this.connection = new WorkerConnection(this.options);
    return this.connection;
  }

  /**
   * Lets fresh processes finish what others have begun. A process that dies is followed by another one once; after `disposals`,
   * how many there had been when the job began, none follows.
   */
  private async goOn(
    old: WorkerConnection,
    job: SwapJob,
    answer: Handover,
    options: CallOptions,
    disposals: number,
  ): Promise<JobReport> {
    const { signal, onLog } = options;
    const isKept = (): boolean => job.resumable === true && !signal?.aborted;
    let [connection, handover, deaths] = [old, answer, 0];
    for (;;) {
      const { state, died } = handover;
      const { scratch } = state;
      this.between.set(scratch, isKept);
      // Only a process that has gone has surely given its memory back.
      await connection.retire();
      const stop = signal?.aborted || this.disposals > disposals ? new FaceSwapError('cancelled') : died;
      if (stop && (stop !== died || ++deaths > 1)) {
        if (this.between.delete(scratch) && !isKept()) rmSync(scratch, { recursive: true, force: true });
        throw stop;
      }
      const why = died?.facts.reason ?? 'unknown';
      if (died)
        onLog?.('warn', `The rendering process has died (${why}); a fresh one goes on with what is finished`);
      else onLog?.('info', 'A fresh process goes on, because only the end of the old one frees all memory');
      connection = this.connect();
      if (!job.resumable) connection.adopt(scratch);
      this.between.delete(scratch);
      const next = await connection.call('swap', { ...job, resume: state }, options);
      if ('result' in next) return next.result;
      handover = next;
    }
  }
}
