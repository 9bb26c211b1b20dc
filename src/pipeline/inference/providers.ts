import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import { executionProviders, type ExecutionProvider } from '../../protocol/job';

/** The names onnxruntime's profile uses for the providers it ran nodes on. */
const profileNames: Record<ExecutionProvider, string> = {
  cuda: 'CUDAExecutionProvider',
  tensorrt: 'TensorrtExecutionProvider',
  coreml: 'CoreMLExecutionProvider',
  dml: 'DmlExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
  cpu: 'CPUExecutionProvider',
};

/** Checks user-written provider names. Throws `usage`: onnxruntime itself would drop unknown names silently. */
export function parseProviders(names: readonly string[]): ExecutionProvider[] {
  const known: readonly string[] = executionProviders;
  for (const name of names) {
    if (!known.includes(name)) {
      throw new FaceSwapError('usage', {
        reason: `unknown execution provider ${name}`,
        known: known.join(', '),
      });
    }
  }
  return [...new Set(names)] as ExecutionProvider[];
}

/** Folder of onnxruntime's native library on this platform. */
export function runtimeFolder(): string {
  const main = createRequire(__filename).resolve('onnxruntime-node');
  return join(dirname(main), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

/**
 * Whether a provider belongs to this operating system at all. The default list names those of every platform; passing
 * over a foreign one is no fall-back.
 */
export function belongsHere(provider: ExecutionProvider): boolean {
  if (provider === 'coreml') return process.platform === 'darwin';
  if (provider === 'dml') return process.platform === 'win32';
  return true;
}

/**
 * Why a provider cannot possibly run here, found without loading it: a failed load costs seconds and writes
 * native messages over the user's terminal. Undefined means: worth a try, not: works.
 */
export function whyImpossible(provider: ExecutionProvider, built: readonly string[]): string | undefined {
  if (provider === 'cpu') return undefined;
  if (provider === 'coreml' && process.platform !== 'darwin') return 'CoreML exists on macOS only';
  if (provider === 'dml' && process.platform !== 'win32') return 'DirectML exists on Windows only';
  if (!built.includes(provider)) return `this build of onnxruntime has no ${provider} provider`;
  if (provider === 'cuda' || provider === 'tensorrt') return whyNoCuda(provider);
  return undefined;
}

function whyNoCuda(provider: 'cuda' | 'tensorrt'): string | undefined {
  if (process.platform === 'linux') {
    // /dev/dxg is how WSL hands over a GPU.
    const device = ['/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg', '/proc/driver/nvidia/version'].some(
      existsSync,
    );
    if (!device) return 'no NVIDIA device or driver on this machine';
    const library = `libonnxruntime_providers_${provider}.so`;
    if (!existsSync(join(runtimeFolder(), library))) return `${library} is not installed beside onnxruntime`;
  }
  if (process.platform === 'win32') {
    const system = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'nvcuda.dll');
    if (!existsSync(system)) return 'no NVIDIA driver on this machine';
    const library = `onnxruntime_providers_${provider}.dll`;
    if (!existsSync(join(runtimeFolder(), library))) return `${library} is not installed beside onnxruntime`;
  }
  return undefined;
}

/** Counts how many nodes of a profiled run each provider executed; keys are onnxruntime's long names. */
export function countNodes(profile: string): Map<string, number> {
  const counts = new Map<string, number>();
  const events = JSON.parse(profile) as { cat?: string; args?: { provider?: string } }[];
  for (const event of events) {
    const provider = event.cat === 'Node' ? event.args?.provider : undefined;
    if (provider) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  }
  return counts;
}

/** How many nodes ran on `provider`, and how many in all. */
export function nodesOn(provider: ExecutionProvider, profile: string): { own: number; all: number } {
  const counts = countNodes(profile);
  let all = 0;
  for (const count of counts.values()) all += count;
  return { own: counts.get(profileNames[provider]) ?? 0, all };
}
