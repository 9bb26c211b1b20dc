import { FaceSwapError } from '../../protocol/errors';
import { findSmi, listGpus, type GpuIdentity } from './smi';

/** What a GPU is known by: its own UUID, and those of the instances that it is parted into. */
type Named = Pick<GpuIdentity, 'uuid' | 'instances'>;

/** The GPUs that CUDA_VISIBLE_DEVICES leaves to CUDA, in its order: numbers, and (beginnings of) UUIDs, up to the first wrong one. */
function visibleGpus<G extends Named>(gpus: readonly G[], env: NodeJS.ProcessEnv): G[] {
  const visible = env['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined) return [...gpus];
  const found: G[] = [];
  for (const entry of visible.split(',').map((one) => one.trim())) {
    const gpu = gpuNamed(gpus, entry);
    if (!gpu) break;
    found.push(gpu);
  }
  return found;
}

function gpuNamed<G extends Named>(gpus: readonly G[], name: string): G | undefined {
  if (/^\d+$/.test(name)) return gpus[Number(name)];
  if (!/^(GPU|MIG)-/i.test(name)) return undefined;
  return gpus.find(({ uuid, instances = [] }) => [uuid, ...instances].some((one) => one.startsWith(name)));
}

/** The GPU that CUDA takes by itself: the first that it may see. Undefined when there is none, or all are hidden. */
export function visibleGpu<G extends Named>(gpus: readonly G[], env: NodeJS.ProcessEnv): G | undefined {
  return visibleGpus(gpus, env).at(0);
}

/**
 * The GPU for CUDA: the one that is wanted, by its number in the driver's order or (the beginning of) its UUID; else of those that
 * CUDA may see the one with the most free memory. Undefined when there is nothing to choose. Throws `usage` when the
 * one that is wanted is not there.
 */
export function chooseGpu(
  gpus: readonly GpuIdentity[],
  wanted: string,
  env: NodeJS.ProcessEnv,
): GpuIdentity | undefined {
  if (wanted !== '' && gpus.length > 0) {
    const gpu = gpuNamed(gpus, wanted);
    if (gpu) return gpu;
    const there = gpus.map(({ uuid, name }, index) => `${index} (${name}, ${uuid})`).join(', ');
    throw new FaceSwapError('usage', { reason: `There is no GPU ${wanted}; this machine has ${there}` });
  }
  const [first, ...others] = visibleGpus(gpus, env) as [GpuIdentity | undefined, ...GpuIdentity[]];
  return others.reduce((best, gpu) => ((gpu.freeMb ?? 0) > (best?.freeMb ?? 0) ? gpu : best), first);
}

/** The GPU that CUDA was bound to, and what there is to say about it. */
export interface PinnedGpu {
  uuid: string;
  text: string;
}

let pinned: Promise<PinnedGpu | undefined> | undefined;

/**
 * Lets CUDA see one GPU only, by its UUID: the one that FACE_SWAP_CUDA_DEVICE names, else the one that a job has `begun` on, else
 * the one with the most free memory. Has to happen before CUDA awakes, and holds as long as this process lives.
 * Undefined without a GPU that the driver lists. Throws `usage` when the GPU that is wanted is not there.
 */
export function pinGpu(begun?: string): Promise<PinnedGpu | undefined> {
  return (pinned ??= pin(process.env, begun));
}

/** Exported for tests: a process is bound once. */
export async function pin(env: NodeJS.ProcessEnv, begun?: string): Promise<PinnedGpu | undefined> {
  const wanted = env['FACE_SWAP_CUDA_DEVICE'] ?? '';
  const gpus = await listGpus(findSmi(env));
  const gpu = gpus.find(({ uuid }) => wanted === '' && uuid === begun) ?? chooseGpu(gpus, wanted, env);
  if (!gpu) {
    // Without the driver's tools CUDA itself finds out; numbers then mean the same as with them.
    if (wanted !== '') Object.assign(env, { CUDA_VISIBLE_DEVICES: wanted, CUDA_DEVICE_ORDER: 'PCI_BUS_ID' });
    return undefined;
  }
  const count = visibleGpus(gpus, env).length;
  const named = [wanted, ...(env['CUDA_VISIBLE_DEVICES'] ?? '').split(',')].map((one) => one.trim());
  // Whoever names an instance may not have the rest of the GPU.
  const instance = named.find((one) => /^MIG-/i.test(one) && gpuNamed([gpu], one));
  env['CUDA_VISIBLE_DEVICES'] = instance ?? gpu.uuid;
  const why =
    wanted !== '' ? 'as chosen' : count > 1 ? `the most free memory of ${count} GPUs` : 'the only one';
  const text = `GPU for CUDA: ${gpu.name} (${instance ?? gpu.uuid}, driver ${gpu.driver}, ${gpu.freeMb ?? '?'} of ${gpu.totalMb ?? '?'} MB free), ${why}`;
  return { uuid: gpu.uuid, text };
}
