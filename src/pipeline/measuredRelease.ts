import type { GpuRelease } from '../protocol/gpu';
import type { PendingRelease } from '../protocol/passes';
import type { ExecutionProvider } from '../protocol/job';
import type { PipelineContext } from './context';
import { awaitRelease, describeRelease, type ReleaseWait } from './gpu/release';
import { listHolders } from './gpu/smi';
import type { VramWatcher } from './gpu/vramWatcher';
import { isNvidia } from './inference/providers';

/** A driver that has slept takes a while to wake up for the first reading. */
const firstReadingMs = 3000;

/** What is in use before models are loaded; undefined where no GPU can be watched. */
export async function baselineOf(gpu: VramWatcher): Promise<number | undefined> {
  return ((await gpu.next(firstReadingMs)) ?? gpu.latest)?.usedMb;
}

/** Whose memory is waited for: a process, and whether it has used CUDA. */
export type Waited = Pick<ReleaseWait, 'pid' | 'usedCuda'>;

/** A process whose models run on these providers; this one without a number. */
export function runningOn(models: readonly { provider?: ExecutionProvider }[], pid = process.pid): Waited {
  return { pid, usedCuda: models.some(({ provider }) => provider !== undefined && isNvidia(provider)) };
}

/** Waits until the memory of a process is back at the baseline, at most `waitSeconds`, and logs what came of it. */
export async function measureRelease(
  gpu: VramWatcher,
  pending: PendingRelease,
  by: GpuRelease['by'],
  waitSeconds: number,
  log: PipelineContext['onLog'],
  waited: Waited,
): Promise<GpuRelease> {
  const { smi } = gpu;
  const uuid = gpu.latest?.uuid;
  const released = await awaitRelease(gpu, {
    baselineMb: pending.baselineMb,
    waitMs: waitSeconds * 1000,
    now: () => performance.now(),
    holders: () => (smi !== undefined && uuid !== undefined ? listHolders(smi, uuid) : Promise.resolve([])),
    ...waited,
  });
  const release: GpuRelease = { ...pending, ...released, ms: Math.round(pending.ms + released.ms), by };
  // CUDA's context stays to the end of every process that has used it: no reason to be alarmed.
  log(release.verdict === 'held' && !release.own ? 'warn' : 'info', describeRelease(release));
  return release;
}
