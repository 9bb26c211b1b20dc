import { readFileSync } from 'node:fs';

/** Whether a process still works. One that has ended and only waits to be buried by its parent, as in containers, does not. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isDead(pid);
}

/** Linux tells; elsewhere a number that is taken counts as a process that works. */
function isDead(pid: number): boolean {
  try {
    // The name before the state stands in brackets and may hold any.
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
