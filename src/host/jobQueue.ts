import { FaceSwapError } from '../protocol/errors';

/** Whatever may stand in the queue: it hears how many are ahead of it, and is cancelled by its signal. */
export interface QueuedJob {
  readonly abort: AbortController;
  waiting(ahead: number): void;
}

interface Entry<J> {
  job: J;
  /** Undefined once it has started. */
  start: (() => void) | undefined;
  /** As the job was last told; undefined before. */
  ahead: number | undefined;
  /** Resolves when the job has left the queue, however it went. */
  ended: Promise<void>;
}

/** As many jobs at a time as are allowed: a GPU or a processor shared by two jobs finishes neither sooner. The others wait in order. */
export class JobQueue<J extends QueuedJob> {
  private readonly entries: Entry<J>[] = [];
  private isClosing = false;

  /** @param limit how many may run at a time; asked each time that one could start */
  constructor(
    private readonly limit: () => number = () => 1,
    private readonly onChange: () => void = () => undefined,
  ) {}

  /** The running jobs first, then the waiting ones, each in order. */
  get jobs(): readonly J[] {
    return [...this.running, ...this.waiting].map(({ job }) => job);
  }

  /** Cancels every job and resolves when the last one has ended. */
  async close(): Promise<void> {
    this.isClosing = true;
    const ended = this.entries.map(({ ended }) => ended);
    for (const { job } of this.entries) job.abort.abort();
    await Promise.all(ended);
  }

  /** Starts what may start now: for when the limit has changed. */
  advance(): void {
    if (this.isClosing) return;
    for (const entry of this.waiting) {
      if (this.running.length >= this.limit()) break;
      entry.start?.();
      entry.start = undefined;
    }
    const running = this.running.length;
    this.waiting.forEach((entry, i) => {
      if (entry.ahead === running + i) return;
      entry.ahead = running + i;
      entry.job.waiting(entry.ahead);
    });
    this.onChange();
  }

  /** Puts waiting jobs, in the order that they are in, right before another waiting one; without one, at the end. */
  move(jobs: readonly J[], before?: J): void {
    const moving = this.waiting.filter(({ job }) => jobs.includes(job) && job !== before);
    const staying = this.entries.filter((entry) => !moving.includes(entry));
    const place = staying.findIndex(({ job, start }) => start !== undefined && job === before);
    staying.splice(place < 0 ? staying.length : place, 0, ...moving);
    this.entries.splice(0, this.entries.length, ...staying);
    this.advance();
  }

  /** Runs `work` when the job's turn comes. Rejects with `cancelled` when it is aborted before; after that its signal is for `work` to obey. */
  async run<T>(job: J, work: () => Promise<T>): Promise<T> {
    const { signal } = job.abort;
    let start = (): void => undefined;
    let giveUp = (): void => undefined;
    const turn = new Promise<void>((resolve, reject) => {
      start = resolve;
      giveUp = () => reject(new FaceSwapError('cancelled'));
    });
    signal.addEventListener('abort', giveUp, { once: true });
    let leave = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const entry: Entry<J> = { job, start, ahead: undefined, ended };
    this.entries.push(entry);
    try {
      if (signal.aborted) giveUp();
      else this.advance();
      await turn;
      return await work();
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.entries.splice(this.entries.indexOf(entry), 1);
      this.advance();
      leave();
    }
  }

  private get running(): Entry<J>[] {
    return this.entries.filter(({ start }) => start === undefined);
  }

  private get waiting(): Entry<J>[] {
    return this.entries.filter(({ start }) => start !== undefined);
  }
}
