/**
 * Where a job stands still while it is paused: between two frames. Its clock stands still as well, so that neither speed nor time
 * left suffers.
 */
export class PauseGate {
  private wanted = false;
  /** Set while the job stands. */
  private since: number | undefined;
  private stoodMs = 0;
  private goOn: (() => void) | undefined;

  /** `onStanding` is told when the job has come to a stand, and when it goes on. */
  constructor(
    private readonly onStanding: (standing: boolean) => void = () => undefined,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Milliseconds without those in which the job stood still. */
  readonly now = (): number => (this.since ?? this.clock()) - this.stoodMs;

  set(paused: boolean): void {
    this.wanted = paused;
    if (!paused) this.goOn?.();
  }

  /** Returns at once, or when the job goes on or `signal` ends it. A job has one road: it never waits here twice at a time. */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.wanted && !signal.aborted) await this.stand(signal);
  }

  private async stand(signal: AbortSignal): Promise<void> {
    const since = (this.since = this.clock());
    this.onStanding(true);
    await new Promise<void>((resolve) => {
      this.goOn = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.goOn = undefined;
    this.stoodMs += this.clock() - since;
    this.since = undefined;
    this.onStanding(false);
  }
}
