import type { Progress, ProviderChoice } from '../protocol/report';

/** Speed over this many milliseconds back; shorter jumps about, longer lags behind a change of scene. */
const windowMs = 4000;
/** Before this much of the work has been seen, an estimate of the time left would be a guess. */
const minimumMs = 1500;

/** Counts frames against the clock, from the first finished one on: what was opened and looked at before it takes no longer for more frames. */
export class Speedometer {
  private readonly marks: { ms: number; frames: number }[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** `frames` finished so far, of `total` (0: unknown). Frames per second over the last seconds, and the time left. */
  measure(frames: number, total: number): { fps: number; secondsLeft?: number } {
    const ms = this.now();
    this.marks.push({ ms, frames });
    while (this.marks.length > 2 && ms - this.marks[1].ms > windowMs) this.marks.shift();
    const [first] = this.marks;
    const elapsed = ms - first.ms;
    const fps = elapsed > 0 ? ((frames - first.frames) * 1000) / elapsed : 0;
    if (elapsed < minimumMs || fps === 0 || total < frames) return { fps };
    return { fps, secondsLeft: (total - frames) / fps };
  }
}

/** Adds up wall milliseconds by name. */
export class Stopwatch {
  readonly totals: Record<string, number> = {};

  constructor(private readonly now: () => number = () => performance.now()) {}

  async time<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    const started = this.now();
    try {
      return await work();
    } finally {
      this.totals[name] = (this.totals[name] ?? 0) + this.now() - started;
    }
  }
}

/**
 * What progress tells of providers: the one that does the heavy work, which is a GPU's as soon as one network runs there, and whether
 * any network had to fall back.
 */
export function runningWith(choices: readonly ProviderChoice[]): Pick<Progress, 'provider' | 'fellBack'> {
  const heavy = choices.find(({ provider }) => provider !== 'cpu') ?? choices.at(0);
  return {
    ...(heavy && { provider: heavy.provider }),
    fellBack: choices.some(({ fellBack }) => fellBack),
  };
}
