import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process whose environment holds this variable, or that inherited it, can be found by its value. */
export const markVariable = 'FACE_SWAP_TEST_MARK';

/** Only Linux shows the environment of other processes. */
export const canSeeProcesses = process.platform === 'linux';

export interface SeenProcess {
  pid: number;
  command: string[];
}

/** Living processes that carry the mark; orphans included, zombies not. */
export function processesMarked(mark: string): SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: commandOf(name, mark) }))
    .filter((seen): seen is SeenProcess => seen.command !== undefined);
}

function commandOf(pid: string, mark: string): string[] | undefined {
  try {
    if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${markVariable}=${mark}`)) return undefined;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // Gone meanwhile, or not ours to look at.
    return undefined;
  }
}

/** Polls until `condition` holds; throws when it has not for a long time. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await delay(10);
  }
}
