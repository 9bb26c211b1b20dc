import { statSync } from 'node:fs';
import { release } from 'node:os';
import type { ExecutionProvider } from '../../protocol/job';
import { providerFailure } from '../../protocol/providerText';
import type { NodeShares, ProviderFailure } from '../../protocol/providers';
import { visibleGpu } from '../gpu/device';
import type { GpuIdentity } from '../gpu/smi';
import { explain, providerTrouble, type Surroundings } from './explain';
import { proveApart } from './proveApart';
import { providerFiles } from './providerFile';
import { Proofs } from './proofs';
import { isNvidia, whyImpossible } from './providers';
import type { Shapes } from './rawSession';
import { ort, runtimeFolder, runtimeTrouble } from './runtime';

/** One model that is to run on some provider. */
export interface Candidate {
  model: string;
  threads: number;
  shapes: Shapes;
  proofs: Proofs;
  /** The SHA-256 of the model's file; asked for only when a provider is worth a try. */
  hash: () => Promise<string>;
}

export type Tried = { shares: NodeShares } | { failure: ProviderFailure };

/**
 * Whether a provider runs a model: from an earlier proof, or from one that is made now in a process of its own. No process is
 * started for what cannot possibly run on this machine.
 */
export async function tryProvider(provider: ExecutionProvider, candidate: Candidate): Promise<Tried> {
  const { proofs } = candidate;
  const known = proofs.failed(provider);
  if (known) return { failure: known };
  const tried = await attempt(provider, candidate);
  if ('failure' in tried) proofs.remember(tried.failure);
  return tried;
}

async function attempt(
  provider: ExecutionProvider,
  { model, threads, shapes, proofs, hash }: Candidate,
): Promise<Tried> {
  const gpus = isNvidia(provider) ? await proofs.gpus() : [];
  const gpu = visibleGpu(gpus, process.env);
  const built = ort.listSupportedBackends().map((backend) => backend.name);
  const impossible = whyImpossible(provider, { built, folder: runtimeFolder, gpus });
  if (impossible?.cause === 'provider-missing' && runtimeTrouble !== undefined) {
    const file = process.env['FACE_SWAP_RUNTIME']!;
    return { failure: providerFailure(provider, 'provider-broken', { file, reason: runtimeTrouble }) };
  }
  if (impossible) return { failure: impossible };
  const key = keyOf(provider, gpu, await hash(), shapes);
  const proven = proofs.get(key);
  if (proven) return { shares: proven };
  const broken = await providerTrouble(provider, around(gpu));
  if (broken) return { failure: broken };
  const result = await proveApart({ model, provider, threads, shapes });
  // What an earlier proof says does not hold any more.
  if ('trouble' in result || result.proof.own === 0) proofs.put(key, undefined);
  if ('trouble' in result) return { failure: await explain(provider, result.trouble, around(gpu)) };
  const { own, all, left } = result.proof;
  if (own === 0) return { failure: providerFailure(provider, 'no-nodes') };
  proofs.put(key, { own, all, left });
  return { shares: { own, all, left } };
}

/** Why a session could not be made although there was a proof, which is forgotten. */
export async function explainHere(
  provider: ExecutionProvider,
  text: string,
  { proofs, hash, shapes }: Candidate,
): Promise<ProviderFailure> {
  const gpu = isNvidia(provider) ? visibleGpu(await proofs.gpus(), process.env) : undefined;
  const failure = await explain(provider, { text }, around(gpu));
  if (failure.cause !== 'out-of-memory') proofs.put(keyOf(provider, gpu, await hash(), shapes), undefined);
  proofs.remember(failure);
  return failure;
}

/** The version of the runtime's JavaScript part, whose native part is of the same release. */
export const runtimeVersion = (ort.env.versions as Record<string, string | undefined>)['node'] ?? '?';

const around = (gpu: GpuIdentity | undefined): Surroundings => ({
  folder: runtimeFolder,
  version: runtimeVersion,
  driver: gpu?.driver,
});

/** Everything on which a proof depends; without NVIDIA's tools the system's version stands for that of the driver. */
function keyOf(
  provider: ExecutionProvider,
  gpu: GpuIdentity | undefined,
  hash: string,
  shapes: Shapes,
): string {
  const device = gpu ? [gpu.uuid, gpu.name, gpu.driver] : [release()];
  const libraries = providerFiles(provider, runtimeFolder).map(stateOf);
  return Proofs.key([runtimeVersion, runtimeFolder, provider, device, libraries, hash, shapes]);
}

function stateOf(file: string): unknown {
  const state = statSync(file, { throwIfNoEntry: false });
  return state && [state.size, state.mtimeMs];
}
