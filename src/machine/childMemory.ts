import { execFile } from 'node:child_process';

/** One line of a list of processes. */
export interface ListedProcess {
  pid: number;
  parent: number;
  bytes: number;
}

/** How a platform lists its processes: a line for each with its number, that of its parent, and its memory in units of `bytes`. */
interface Listing {
  program: string;
  args: readonly string[];
  bytes: number;
  /** Between two lists: one must cost little beside the job that it watches. */
  pauseMs: number;
}

const cim =
  'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $($_.WorkingSetSize)" }';

const listings: Readonly<Record<string, Listing | undefined>> = {
  darwin: { program: '/bin/ps', args: ['-axo', 'pid=,ppid=,rss='], bytes: 1024, pauseMs: 1000 },
  win32: {
    program: 'powershell.exe',
    args: ['-NoProfile', '-NonInteractive', '-Command', cim],
    bytes: 1,
    pauseMs: 5000,
  },
};

/** Lines that are not three numbers are passed over. */
export function parseProcesses(text: string, unit: number): ListedProcess[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(line);
    if (!found) return [];
    const [pid, parent, size] = found.slice(1).map(Number);
    return [{ pid, parent, bytes: size * unit }];
  });
}

/** Bytes of everything that a process has started, and of what that has started, without itself and without `except`. */
export function descendantBytes(processes: readonly ListedProcess[], pid: number, except?: number): number {
  const family = new Set([pid]);
  let bytes = 0;
  // Children may stand before their parents.
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const one of processes) {
      if (!family.has(one.parent) || family.has(one.pid) || one.pid === except) continue;
      family.add(one.pid);
      bytes += one.bytes;
    }
  }
  return bytes;
}

/**
 * Memory of this process's children where the system tells of it only through a program, which takes its time: what is known is that of
 * the last list. Where there is no such program, or it fails, nothing is counted.
 */
export class ChildMemory {
  private known = 0;
  private isListing = false;
  private listed = -Infinity;

  constructor(private readonly platform: string = process.platform) {}

  /** Bytes at the last list; asks for a newer one when it is time. */
  get bytes(): number {
    const listing = listings[this.platform];
    if (listing && !this.isListing && performance.now() - this.listed > listing.pauseMs) this.list(listing);
    return this.known;
  }

  private list({ program, args, bytes }: Listing): void {
    this.isListing = true;
    const child = execFile(program, args, { windowsHide: true, maxBuffer: 8e6 }, (error, stdout) => {
      this.known = error ? 0 : descendantBytes(parseProcesses(stdout, bytes), process.pid, child.pid);
      this.listed = performance.now();
      this.isListing = false;
    });
  }
}
