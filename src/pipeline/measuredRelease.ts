import type { GpuRelease } from '../protocol/gpu';
import type { PendingRelease } from '../protocol/passes';
import type { PipelineContext } from './context';
import { awaitRelease, describeRelease } from './gpu/release';
import { listHolders } from './gpu/smi';
import type { VramWatcher } from './gpu/vramWatcher';

/** A driver that has slept takes a while to wake up for the first reading. */
const firstReadingMs = 3000;

/** What is in use before models are loaded; undefined where no GPU can be watched. */
export async function baselineOf(gpu: VramWatcher): Promise<number | undefined> {
  return ((await gpu.next(firstReadingMs)) ?? gpu.latest)?.usedMb;
}

/** Waits until the memory of a process is back at the baseline, at most `waitSeconds`, and logs what came of it. */
export async function measureRelease(
  gpu: VramWatcher,
  pending: PendingRelease,
  by: GpuRelease['by'],
  waitSeconds: number,
  log: PipelineContext['onLog'],
  pid = process.pid,
): Promise<GpuRelease> {
  const { smi } = gpu;
  const uuid = gpu.latest?.uuid;
  const released = await awaitRelease(gpu, {
    baselineMb: pending.baselineMb,
    waitMs: waitSeconds * 1000,
    now: () => performance.now(),
    holders: () => (smi !== undefined && uuid !== undefined ? listHolders(smi, uuid) : Promise.resolve([])),
    pid,
  });
  const release: GpuRelease = { ...pending, ...released, ms: Math.round(pending.ms + released.ms), by };
  log(release.verdict === 'held' ? 'warn' : 'info', describeRelease(release));
  return release;
}
