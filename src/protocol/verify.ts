import type { SerializedError } from './errors';
import type { GpuRelease } from './gpu';
import type { ExecutionOptions, ExecutionProvider, ModelChoice } from './job';
import type { NodeShares, ProviderFailure } from './providers';

/** What is to be verified: the providers, and the networks that jobs would use. */
export interface VerifyRequest {
  execution: ExecutionOptions;
  models?: ModelChoice;
  /** As in the options of the processors: `auto`, `mesh`, an id or the path of a file. */
  swapper: string;
  enhancer: string;
}

export type VerifiedRole =
  | 'face_detector'
  | 'face_landmarker'
  | 'face_recognizer'
  | 'hand_detector'
  | 'hand_landmarker'
  | 'face_swapper'
  | 'face_enhancer';

/** One network after its try. */
export interface VerifiedModel {
  role: VerifiedRole;
  /** An id, or the name of a file. */
  model: string;
  /** `built-in`: an engine without a network; `absent`: nothing is installed, and nothing needs it. */
  state: 'runs' | 'failed' | 'built-in' | 'absent';
  /** Of one that runs. */
  provider?: ExecutionProvider;
  nodes?: NodeShares;
  createMs?: number;
  warmUpMs?: number;
  /** Median of a few runs after the first. */
  msPerRun?: number;
  /** Jobs run it on the CPU whatever else there is, because it is quicker there. */
  onCpu?: true;
  /** Better providers that were passed over. */
  failures: ProviderFailure[];
  /** Why it does not run. */
  error?: SerializedError;
}

export interface VerifiedGpu {
  name: string;
  driver: string;
  totalMb?: number;
  freeMb?: number;
  /** The one that CUDA takes. */
  used: boolean;
}

/** The CUDA provider and the libraries that it wants. */
export interface VerifiedCuda {
  provider: 'present' | 'absent' | 'damaged';
  /** What is wrong with it. */
  damage?: string;
  found: { name: string; file: string; from: string; version?: string }[];
  missing: { name: string; title: string }[];
  /** What no package manager brings, by name, and commands of which each brings all the rest. */
  others: string[];
  commands: string[];
}

/** Memory in use of the watched GPU over the time of the tries. */
export interface VramTrace {
  totalMb: number;
  samples: { seconds: number; usedMb: number }[];
  marks: { seconds: number; step: string; event: 'begin' | 'loaded' | 'released' | 'ended' }[];
}

export interface VerifyReport {
  version: string;
  system: string;
  node: string;
  runtime: { version: string; folder: string; built: string[]; trouble?: string };
  /** The first provider of the list that belongs to this system. */
  wanted: ExecutionProvider;
  gpus: VerifiedGpu[];
  /** Absent where nothing of NVIDIA is there or wanted. */
  cuda?: VerifiedCuda;
  models: VerifiedModel[];
  /** In order: face analysis, face_swapper, face_enhancer, as far as they have networks. */
  releases: GpuRelease[];
  /** Absent where no GPU can be watched. */
  trace?: VramTrace;
  /** Folders that appear in sentences and are nobody else's business, with what may stand for them. */
  folders: Record<string, string>;
}

/** All on the wanted provider; usable all the same; not usable. The exit codes of `face-swap verify` in this order. */
export const verifyOutcomes = ['wanted', 'fallback', 'unusable'] as const;
export type VerifyOutcome = (typeof verifyOutcomes)[number];

/** The networks that are to run on the provider that is wanted most, and run. */
export const placeable = (models: readonly VerifiedModel[]): VerifiedModel[] =>
  models.filter(({ state, onCpu }) => state === 'runs' && !onCpu);

/** How the setup is, all in all. Engines without networks run anywhere, and what is absent is not needed. */
export function outcomeOf({ models, wanted }: Pick<VerifyReport, 'models' | 'wanted'>): VerifyOutcome {
  if (models.some(({ state }) => state === 'failed')) return 'unusable';
  return placeable(models).every(({ provider }) => provider === wanted) ? 'wanted' : 'fallback';
}
