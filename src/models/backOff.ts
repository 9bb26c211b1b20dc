import { setTimeout as sleep } from 'node:timers/promises';

/** Waits between attempts; tests put in one that does not. */
export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

const firstWaitMs = 500;
const longestWaitMs = 30_000;

/**
 * How long to wait before attempt `attempt` (from 1): twice as long each time, and by chance up to half of it less, so
 * that many who lost a server at the same moment do not come back at the same moment.
 */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1)) * (1 - random() / 2);
}

export const realWait: Wait = async (milliseconds, signal) => {
  await sleep(milliseconds, undefined, signal ? { signal } : {});
};
