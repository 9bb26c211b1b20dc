import { readdirSync, readFileSync } from 'node:fs';

/** The size of a page of memory on Linux wherever Node runs; /proc counts in it. */
const pageBytes = 4096;

/**
 * Bytes that a process holds in memory together with everything it has started: ffmpeg takes as much as the pipeline. Only Linux
 * tells of children at no cost; elsewhere it is this process alone, and `ChildMemory` tells of the others.
 */
export function treeMemory(pid = process.pid): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss();
  return familyOf(String(pid)).reduce((sum, one) => sum + residentBytes(one), 0);
}

function familyOf(pid: string): string[] {
  const tasks = `/proc/${pid}/task`;
  try {
    // Children are listed under the thread that has started them.
    const children = readdirSync(tasks).flatMap((thread) =>
      readFileSync(`${tasks}/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return [pid, ...children.flatMap(familyOf)];
  } catch {
    // A thread or a process that has just ended, or a kernel that does not tell.
    return [pid];
  }
}

function residentBytes(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes;
  } catch {
    return 0;
  }
}

/**
 * Between one look and the next, at first and in the end: a look opens a file for every thread, and four a second took longer than writing
 * the result.
 */
const firstMs = 250;
const lastMs = 1000;
const growth = 1.1;

/** Looks from time to time how much memory a job takes, from when it is made until it is closed. */
export class PeakMemory {
  private peak = 0;
  private pauseMs = firstMs;
  private timer = this.lookLater();

  /** The most so far, in MB; of this process alone not even the shortest moment is missed. */
  get mb(): number {
    this.look();
    return Math.max(this.peak / 1e6, (process.resourceUsage().maxRSS * 1024) / 1e6);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private lookLater(): NodeJS.Timeout {
    return setTimeout(() => {
      this.look();
      this.pauseMs = Math.min(lastMs, this.pauseMs * growth);
      this.timer = this.lookLater();
    }, this.pauseMs).unref();
  }

  private look(): void {
    this.peak = Math.max(this.peak, treeMemory());
  }
}
