import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

const { PRIORITY_BELOW_NORMAL: below } = constants.priority;
/** A third of the share that other sessions have: a window comes first, and other programs at work do not bring a job to a stand. */
const SESSION = 5;

/**
 * Lets everything else on the machine go before a process. The threads and programs that it starts later take their priority from
 * it, so this comes right after its start.
 * @param isLeader it leads a session: Linux shares the processor among sessions first, and by the priority of processes only within each
 */
export function stepBack(pid: number | undefined, isLeader = false): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, below);
  } catch {
    // Not everywhere allowed, or it has ended already; it works all the same.
  }
  if (isLeader && process.platform === 'linux') stepSessionBack(pid);
}

/** Linux takes one such wish in a tenth of a second, whoever has it. */
const AGAIN_MS = 150;

function stepSessionBack(pid: number, tries = 3): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(SESSION));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN' && tries > 1)
      setTimeout(() => stepSessionBack(pid, tries - 1), AGAIN_MS).unref();
    // Otherwise this Linux knows no such groups.
  }
}
