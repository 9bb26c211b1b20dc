import type { GpuHolder, GpuRelease } from '../../protocol/gpu';
import type { VramReadings } from './vramWatcher';

/** Other programs come and go by this much; what a model or a CUDA context leaves behind is more. */
export const toleranceMb = 64;

/** When nothing has moved for so long, it is worth asking who holds the memory. */
const stillMs = 2000;

/** Timers count whole milliseconds and may end this much early; a wait that ended so would pass for readings that stopped. */
const timerMs = 1;

export interface ReleaseWait {
  baselineMb: number;
  /** Longest wait; 0 means none. */
  waitMs: number;
  now: () => number;
  /** Programs with memory on this GPU. */
  holders(): Promise<GpuHolder[]>;
  /** This process, by which its own memory is told from that of others. */
  pid: number;
  /** It has used CUDA, whose context goes with the process and not before. */
  usedCuda: boolean;
}

export type Released = Pick<GpuRelease, 'afterMb' | 'ms' | 'verdict' | 'own' | 'holders'>;

/**
 * Reads until the memory in use is within the tolerance of the baseline; ends with that very reading. It gives up when the
 * time is over, when there are no more readings, and early when nothing moves and this very process sits on what is missing, as
 * the driver says or, where it does not tell of single processes, CUDA makes likely: waiting frees no context.
 */
export async function awaitRelease(readings: VramReadings, wait: ReleaseWait): Promise<Released> {
  const { baselineMb, waitMs, now, pid, usedCuda } = wait;
  const started = now();
  const most = baselineMb + toleranceMb;
  let afterMb = readings.latest?.usedMb ?? baselineMb;
  const told = (verdict: GpuRelease['verdict']): Released => ({ afterMb, ms: now() - started, verdict });
  /** What is missing is this process's own, as the driver says, or keeps to itself and CUDA makes likely. */
  const held = (holders: readonly GpuHolder[]): Released => {
    const own = holders.find((holder) => holder.pid === pid)?.usedMb;
    const isHidden = own === undefined && holders.every(({ usedMb }) => usedMb === undefined);
    const isOwn = (own ?? 0) >= afterMb - most || (isHidden && usedCuda);
    const others = holders.filter((holder) => holder.pid !== pid);
    return {
      ...told('held'),
      ...(isOwn && { own: true }),
      ...(others.length > 0 && { holders: others }),
    };
  };
  if (waitMs <= 0) return told('unknown');
  for (let [movedAt, asked] = [started, false]; ;) {
    const left = waitMs - (now() - started);
    const sample = left > 0 ? await readings.next(Math.ceil(left) + timerMs) : undefined;
    if (sample === undefined) {
      const isOver = now() - started >= waitMs;
      return isOver ? held(await wait.holders()) : told('unknown');
    }
    if (sample.usedMb !== afterMb) [movedAt, asked] = [now(), false];
    afterMb = sample.usedMb;
    if (afterMb <= most) return told('back');
    if (!asked && now() - movedAt >= stillMs) {
      asked = true;
      const reason = held(await wait.holders());
      if (reason.own) return reason;
    }
  }
}

/** One line for the log. */
export function describeRelease(release: GpuRelease): string {
  const { processor, baselineMb, beforeMb, afterMb, ms, by, verdict, own, holders } = release;
  const how = by === 'recycling' ? 'by a fresh process' : 'by release';
  const outcome = {
    back: `back ${how} after ${(ms / 1000).toFixed(1)} s`,
    held: own
      ? `the rest is CUDA’s own and comes back with the end of the process${heldBy(holders ?? [])}`
      : `not back ${how} after ${(ms / 1000).toFixed(1)} s${heldBy(holders ?? [])}`,
    unknown: 'not waited for, or no longer readable',
  };
  return `GPU memory after ${processor}: ${beforeMb} → ${afterMb} MB, baseline ${baselineMb} MB: ${outcome[verdict]}`;
}

function heldBy(holders: readonly GpuHolder[]): string {
  if (holders.length === 0) return '';
  const names = holders.map(({ name, pid, usedMb }) => {
    return `${name} (${pid}${usedMb === undefined ? '' : `, ${usedMb} MB`})`;
  });
  return `; on this GPU are also ${names.join(', ')}`;
}
