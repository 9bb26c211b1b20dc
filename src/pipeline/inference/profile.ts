import type { ExecutionProvider } from '../../protocol/job';
import type { NodeShares } from '../../protocol/providers';

/** The names onnxruntime's profile uses for the providers it ran nodes on. */
const profileNames: Record<ExecutionProvider, string> = {
  cuda: 'CUDAExecutionProvider',
  tensorrt: 'TensorrtExecutionProvider',
  coreml: 'CoreMLExecutionProvider',
  dml: 'DmlExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
  cpu: 'CPUExecutionProvider',
};

interface ProfileEvent {
  cat?: string;
  args?: { provider?: string; op_name?: string };
}

/** Counts the nodes of a profiled run that `provider` executed, and those that it left to others by their operator. */
export function nodeShares(provider: ExecutionProvider, profile: string): NodeShares {
  const shares: NodeShares = { own: 0, all: 0, left: {} };
  for (const { cat, args } of JSON.parse(profile) as ProfileEvent[]) {
    if (cat !== 'Node' || !args?.provider) continue;
    shares.all++;
    const { op_name: operator = 'unknown' } = args;
    if (args.provider === profileNames[provider]) shares.own++;
    else shares.left[operator] = (shares.left[operator] ?? 0) + 1;
  }
  return shares;
}

/** `243 of 250 nodes, 97 %; on the CPU stay Shape ×4, Gather ×3`. */
export function describeShares({ own, all, left }: NodeShares): string {
  const percent = all === 0 ? 0 : Math.floor((100 * own) / all);
  const rest = Object.entries(left)
    .sort(([, a], [, b]) => b - a)
    .map(([operator, count]) => `${operator} ×${count}`);
  return `${own} of ${all} nodes, ${percent} %${rest.length > 0 ? `; on the CPU stay ${rest.join(', ')}` : ''}`;
}
