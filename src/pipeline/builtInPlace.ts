import { isDefaultOrder, type ExecutionOptions } from '../protocol/job';
import type { SessionOptions } from './inference/session';

/**
 * Where the built-in networks that know faces run: on the CPU, unless people have chosen providers or insist on a GPU. They are
 * hundreds of tiny steps, of which a GPU starts one after the other: on an H100 the refined landmarker takes 6.1 ms a run and
 * 24 s for its first one in every process, on a core of a CPU 2 ms and nothing (docs/gpu-h100.md). The GPU stays with the processors.
 */
export function placeOfBuiltIn({
  providers,
  onGpuUnavailable,
}: ExecutionOptions): Partial<Pick<SessionOptions, 'providers' | 'cpuReason'>> {
  if (!isDefaultOrder(providers) || onGpuUnavailable !== 'warn') return {};
  return { providers: ['cpu'], cpuReason: 'built in and small: quicker there than on a GPU' };
}
