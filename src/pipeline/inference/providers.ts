import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import { executionProviders, type ExecutionProvider } from '../../protocol/job';
import { providerFailure } from '../../protocol/providerText';
import type { ProviderFailure } from '../../protocol/providers';
import { visibleGpu } from '../gpu/device';
import type { GpuIdentity } from '../gpu/smi';
import { libraryTrouble, providerFiles } from './providerFile';

/** Checks provider names from outside. Throws `usage`: onnxruntime itself would drop unknown names silently. */
export function parseProviders(names: readonly string[]): ExecutionProvider[] {
  const known: readonly string[] = executionProviders;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0 || names.length === 0) {
    const reason =
      unknown.length > 0
        ? `there is no execution provider ${unknown.join(', ')}; it must be one of ${known.join(', ')}`
        : 'there must be at least one execution provider';
    throw new FaceSwapError('usage', { reason });
  }
  return [...new Set(names)] as ExecutionProvider[];
}

/** Whether a provider computes with CUDA. */
export const isNvidia = (provider: ExecutionProvider): provider is 'cuda' | 'tensorrt' =>
  provider === 'cuda' || provider === 'tensorrt';

/**
 * Whether a provider belongs to this operating system at all. The default list names those of every platform; passing
 * over a foreign one is no fall-back.
 */
export function belongsHere(provider: ExecutionProvider): boolean {
  if (provider === 'coreml') return process.platform === 'darwin';
  if (provider === 'dml') return process.platform === 'win32';
  return true;
}

/** What is known of the machine before a provider is tried. */
export interface Machine {
  /** Providers that the runtime was built with. */
  built: readonly string[];
  /** The folder of its native libraries. */
  folder: string;
  /** NVIDIA's GPUs, as the driver lists them; looked at for NVIDIA's providers only. */
  gpus: readonly Pick<GpuIdentity, 'uuid' | 'instances'>[];
  env?: NodeJS.ProcessEnv;
}

/**
 * Why a provider cannot possibly run here, found without loading it: a try in a process of its own costs the better part of
 * a second. Undefined means: worth a try, not: works.
 */
export function whyImpossible(provider: ExecutionProvider, machine: Machine): ProviderFailure | undefined {
  if (provider === 'cpu') return undefined;
  if (!belongsHere(provider))
    return providerFailure(provider, 'other-platform', { needed: provider === 'dml' ? 'Windows' : 'macOS' });
  if (isNvidia(provider)) return whyNoNvidia(provider, machine);
  if (!machine.built.includes(provider)) return providerFailure(provider, 'not-built');
  const mayHaveGpu = process.platform !== 'linux' || hasNvidiaDevice() || hasRenderNode();
  return mayHaveGpu ? undefined : providerFailure(provider, 'no-device');
}

function whyNoNvidia(
  provider: 'cuda' | 'tensorrt',
  { built, folder, gpus, env = process.env }: Machine,
): ProviderFailure | undefined {
  if (process.platform === 'darwin')
    return providerFailure(provider, 'other-platform', { needed: 'Linux and Windows' });
  if (gpus.length === 0 && !hasNvidiaDevice()) return providerFailure(provider, 'no-device');
  const visible = env['CUDA_VISIBLE_DEVICES']?.trim();
  const isHidden = gpus.length > 0 ? !visibleGpu(gpus, env) : visible === '' || visible === '-1';
  if (isHidden) return providerFailure(provider, 'device-hidden', { found: visible ?? '' });
  if (!built.includes(provider)) return providerFailure(provider, 'not-built');
  for (const file of providerFiles(provider, folder)) {
    if (!existsSync(file)) return providerFailure(provider, 'provider-missing', { library: basename(file) });
    // What cannot be read now is explained by the attempt.
    const reason = troubleIfReadable(file);
    if (reason !== undefined) return providerFailure(provider, 'provider-broken', { file, reason });
  }
  return undefined;
}

function troubleIfReadable(file: string): string | undefined {
  try {
    return libraryTrouble(file);
  } catch {
    return undefined;
  }
}

/** Whether the system has the device files or the library of NVIDIA's driver. */
function hasNvidiaDevice(): boolean {
  if (process.platform === 'win32')
    return existsSync(join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'nvcuda.dll'));
  // /dev/dxg is how WSL hands over a GPU.
  return ['/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg', '/proc/driver/nvidia/version'].some((name) =>
    existsSync(name),
  );
}

/** Whether the kernel offers a GPU that can compute; screens alone have no such node. */
function hasRenderNode(): boolean {
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    return false;
  }
}
