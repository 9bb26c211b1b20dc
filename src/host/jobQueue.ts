import { FaceSwapError } from '../protocol/errors';

export interface QueuedJob {
  label: string;
  cancel(): void;
}

interface Entry extends QueuedJob {
  start(): void;
  /** Resolves when the job has left the queue, however it went. */
  ended: Promise<void>;
}

/** One job at a time: a GPU or a processor shared by two jobs finishes neither sooner. The others wait in order. */
export class JobQueue {
  private readonly entries: Entry[] = [];

  constructor(private readonly onChange: (jobs: number) => void = () => undefined) {}

  /** The running job first, then the waiting ones. */
  get jobs(): readonly QueuedJob[] {
    return this.entries;
  }

  /** Cancels every job and resolves when the last one has ended. */
  async close(): Promise<void> {
    const ended = this.entries.map(({ ended }) => ended);
    // The last first, so that none of them starts in between.
    for (const job of [...this.entries].reverse()) job.cancel();
    await Promise.all(ended);
  }

  /**
   * Runs `work` when its turn comes. `onWait` hears how many jobs are ahead, if any. Rejects with `cancelled` when `abort` fires
   * before the turn has come; after that the signal is for `work` to obey.
   */
  async run<T>(
    label: string,
    abort: AbortController,
    onWait: (ahead: number) => void,
    work: () => Promise<T>,
  ): Promise<T> {
    let start = (): void => undefined;
    let giveUp = (): void => undefined;
    const turn = new Promise<void>((resolve, reject) => {
      start = resolve;
      giveUp = () => reject(new FaceSwapError('cancelled'));
    });
    abort.signal.addEventListener('abort', giveUp, { once: true });
    let leave = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const entry: Entry = { label, cancel: () => abort.abort(), start, ended };
    this.entries.push(entry);
    this.onChange(this.entries.length);
    try {
      const ahead = this.entries.length - 1;
      if (abort.signal.aborted) giveUp();
      else if (ahead === 0) entry.start();
      else onWait(ahead);
      await turn;
      return await work();
    } finally {
      abort.signal.removeEventListener('abort', giveUp);
      this.entries.splice(this.entries.indexOf(entry), 1);
      this.entries[0]?.start();
      this.onChange(this.entries.length);
      leave();
    }
  }
}
