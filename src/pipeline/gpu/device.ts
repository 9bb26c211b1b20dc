import type { GpuIdentity } from './smi';

/**
 * The GPU that CUDA takes when nothing is said: the first entry of CUDA_VISIBLE_DEVICES, a number or (the beginning of) a
 * UUID, else the first one. Undefined when there is none, or when that entry names none.
 */
export function visibleGpu<G extends Pick<GpuIdentity, 'uuid'>>(
  gpus: readonly G[],
  env: NodeJS.ProcessEnv,
): G | undefined {
  const first = env['CUDA_VISIBLE_DEVICES']?.split(',')[0].trim() ?? '0';
  if (/^(GPU|MIG)-/i.test(first)) return gpus.find(({ uuid }) => uuid.startsWith(first));
  // Anything else, nothing included, hides them all.
  return /^\d+$/.test(first) ? gpus[Number(first)] : undefined;
}
