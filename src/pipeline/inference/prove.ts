import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionProvider } from '../../protocol/job';
import type { NodeShares } from '../../protocol/providers';
import { nodeShares } from './profile';
import { createSession, warmUp, type Shapes } from './rawSession';
import { ort } from './runtime';

/** What is to be proven: that a provider runs a model. */
export interface ProofRequest {
  model: string;
  provider: ExecutionProvider;
  threads: number;
  shapes?: Shapes;
  /** An empty folder for the profile. */
  folder: string;
}

/** What a run under the profiler has shown, and how long it took. */
export interface Proof extends NodeShares {
  createMs: number;
  warmUpMs: number;
}

/**
 * Runs a model once on one provider with the profiler on. Throws what the runtime throws; what it writes to standard error says
 * more, and it may take the whole process down with it.
 */
export async function prove({ model, provider, threads, shapes, folder }: ProofRequest): Promise<Proof> {
  // The real cause of a failure to load is told nowhere else.
  ort.env.logLevel = 'error';
  const started = performance.now();
  const session = await createSession(model, provider, threads, {
    logSeverityLevel: 3,
    enableProfiling: true,
    profileFilePrefix: join(folder, 'run'),
  });
  const created = performance.now();
  await warmUp(session, shapes);
  const warm = performance.now();
  session.endProfiling();
  await session.release();
  const [file] = await readdir(folder);
  const shares = nodeShares(provider, await readFile(join(folder, file), 'utf8'));
  return { ...shares, createMs: created - started, warmUpMs: warm - created };
}
