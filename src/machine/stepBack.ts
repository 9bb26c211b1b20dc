import { constants, setPriority } from 'node:os';

/**
 * Lets everything else on the machine go before a process. The threads and programs that it starts later take their priority from
 * it, so this comes right after its start.
 */
export function stepBack(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not everywhere allowed, or it has ended already; it works all the same.
  }
}
