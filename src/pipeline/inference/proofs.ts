import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ExecutionProvider } from '../../protocol/job';
import type { NodeShares, ProviderFailure } from '../../protocol/providers';
import { listGpus, type GpuIdentity } from '../gpu/smi';

/** Of proofs that are kept; every model has one for each provider and driver it ever met. */
const mostKept = 200;

/** Causes that lie in the model or the moment: another model may still run. */
const ofOneModel: readonly ProviderFailure['cause'][] = ['out-of-memory', 'no-nodes', 'unknown'];

/** Whether a failure says nothing about other models. */
export const isOfOneModel = ({ cause }: ProviderFailure): boolean => ofOneModel.includes(cause);

/**
 * What is known about providers. Proofs are kept in a file, under everything that they depend on. Failures are remembered no
 * longer than this object lives, one job: whoever installs what is missing finds it used in the next one. A file that cannot
 * be read or written only means that proofs are made again.
 */
export class Proofs {
  private readonly failures = new Map<ExecutionProvider, ProviderFailure>();
  private readonly told = new Set<string>();
  private listed: Promise<GpuIdentity[]> | undefined;

  /** @param isAnew nothing that is kept counts; what is proven is kept for others */
  constructor(
    private readonly file?: string,
    private readonly isAnew = false,
  ) {}

  /** A key for `get` and `put` from all that a proof depends on. */
  static key(parts: readonly unknown[]): string {
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  get(key: string): NodeShares | undefined {
    return this.isAnew ? undefined : this.read().get(key);
  }

  put(key: string, shares: NodeShares | undefined): void {
    if (this.file === undefined) return;
    const entries = this.read();
    entries.delete(key);
    if (shares) entries.set(key, shares);
    const kept = [...entries].slice(-mostKept);
    const temporary = `${this.file}.${process.pid}`;
    try {
      mkdirSync(dirname(this.file), { recursive: true });
      writeFileSync(temporary, `${JSON.stringify({ version: 1, proofs: Object.fromEntries(kept) })}\n`);
      renameSync(temporary, this.file);
    } catch {
      removeQuietly(temporary);
    }
  }

  /** Why a provider need not be tried for another model of this job. */
  failed(provider: ExecutionProvider): ProviderFailure | undefined {
    return this.failures.get(provider);
  }

  remember(failure: ProviderFailure): void {
    if (!isOfOneModel(failure)) this.failures.set(failure.provider, failure);
  }

  /** NVIDIA's GPUs, as the driver lists them; asked once, because the answer takes a while. */
  gpus(): Promise<GpuIdentity[]> {
    return (this.listed ??= listGpus());
  }

  /** True once for each text: what concerns the machine is not told for every model. */
  tellOnce(text: string): boolean {
    const isNew = !this.told.has(text);
    this.told.add(text);
    return isNew;
  }

  private read(): Map<string, NodeShares> {
    if (this.file === undefined) return new Map();
    try {
      const { version, proofs } = JSON.parse(readFileSync(this.file, 'utf8')) as {
        version: unknown;
        proofs: Record<string, unknown>;
      };
      if (version !== 1) return new Map();
      return new Map(
        Object.entries(proofs).filter((entry): entry is [string, NodeShares] => isShares(entry[1])),
      );
    } catch {
      return new Map();
    }
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Where nothing can be written nothing lies about.
  }
}

function isShares(value: unknown): value is NodeShares {
  const { own, all, left } = (value ?? {}) as Partial<NodeShares>;
  return (
    Number.isInteger(own) && Number.isInteger(all) && own! > 0 && own! <= all! && typeof left === 'object'
  );
}
