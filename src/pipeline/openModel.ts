import path from 'node:path';
import { modelPlaces } from '../models';
import { dataFolder } from '../models/places';
import { VerifiedFiles } from '../models/verifiedFiles';
import type { ExecutionOptions } from '../protocol/job';
import { providerFailure } from '../protocol/providerText';
import type { LogLevel } from '../protocol/report';
import { pinGpu } from './gpu/device';
import { Proofs } from './inference/proofs';
import { isNvidia } from './inference/providers';
import { openSession, type ModelSession, type SessionOptions } from './inference/session';

/** What each job has found out about providers; a job is told by its options, and with them it is forgotten. */
const known = new WeakMap<ExecutionOptions, Proofs>();

/** The file in which proofs of providers outlive a process. */
export const proofsFile = (): string => path.join(dataFolder(), 'provider-proofs.json');

/**
 * Opens a model as a job wants it, with what is known about the providers of this machine. Throws what `openSession` throws.
 */
export async function openModel(
  file: string,
  execution: ExecutionOptions,
  log?: (level: LogLevel, message: string) => void,
  more: Partial<Pick<SessionOptions, 'shapes' | 'providers' | 'cpuReason'>> = {},
): Promise<ModelSession> {
  const proofs = known.get(execution) ?? new Proofs(proofsFile());
  known.set(execution, proofs);
  const { providers, threads, onGpuUnavailable, full = [] } = execution;
  if (providers.some(isNvidia)) await pinGpu();
  return openSession(file, {
    providers,
    threads,
    proofs,
    onGpuUnavailable,
    failed: full.map((provider) => providerFailure(provider, 'out-of-memory')),
    ...(log && { log }),
    hash: () => new VerifiedFiles(modelPlaces().storage).sha256(file),
    ...more,
  });
}
