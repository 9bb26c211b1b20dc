import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Timing {
  wallMs: number;
  /** User and system time of the program and every process it waited for; undefined where the system does not tell. */
  cpuMs?: number;
  stdout: string;
}

/**
 * CPU time of all finished, waited-for descendants so far (cutime + cstime of /proc/self/stat, in 10 ms ticks). Throws where there is no
 * such file, which is anywhere but on Linux.
 */
export function descendantsCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** Runs a program to its end and tells what it cost. Throws with its last words when it fails. */
export function timed(program: string, args: string[]): Timing {
  const cpuTime = () => (process.platform === 'linux' ? descendantsCpuMs() : undefined);
  const cpuBefore = cpuTime();
  const started = performance.now();
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const wallMs = performance.now() - started;
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr.slice(-2000)}`);
  const cpuAfter = cpuTime();
  const cpuMs = cpuBefore === undefined || cpuAfter === undefined ? {} : { cpuMs: cpuAfter - cpuBefore };
  return { wallMs, ...cpuMs, stdout: result.stdout };
}
