import { existsSync, readFileSync } from 'node:fs';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** What passed only when it was tried a second time, each with what went wrong before. */
  secondTries: string[];
}

/**
 * Reads what a suite wrote at its very end. An extension host that crashes reports success, so only this file proves anything:
 * without it, or with no test in it, the run has failed.
 */
export function readCounts(file: string, exitCode: number): Counts {
  const failedRun = { passed: 0, failed: 1, skipped: 0, secondTries: [] };
  if (!existsSync(file)) {
    console.error('The extension host ended before the suite did.');
    return failedRun;
  }
  const counts = JSON.parse(readFileSync(file, 'utf8')) as Counts;
  if (counts.passed + counts.failed === 0) {
    console.error('No test ran.');
    return failedRun;
  }
  if (exitCode !== 0 && counts.failed === 0) {
    console.error(`Every test passed, and VS Code ended with ${exitCode} all the same.`);
    return { ...counts, failed: 1 };
  }
  return counts;
}
