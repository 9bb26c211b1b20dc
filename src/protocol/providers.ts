import type { ExecutionProvider } from './job';

/** Why an execution provider cannot be used; a closed set, each with a sentence and a cure in `providerText.ts`. */
export const providerCauses = [
  'other-platform',
  'not-built',
  'no-device',
  'device-hidden',
  'device-busy',
  'device-unsupported',
  'device-lost',
  'driver-missing',
  'driver-old',
  'driver-mismatch',
  'driver-failed',
  'provider-missing',
  'provider-broken',
  'provider-version',
  'library-missing',
  'library-broken',
  'library-elsewhere',
  'library-mismatch',
  'wrong-cuda',
  'permission',
  'out-of-memory',
  'no-nodes',
  'crash',
  'hang',
  'unknown',
] as const;

export type ProviderCause = (typeof providerCauses)[number];

export const isProviderCause = (value: unknown): value is ProviderCause =>
  (providerCauses as readonly unknown[]).includes(value);

/** What the sentences of a cause are about. */
export interface ProviderFacts {
  /** A library by its file name, as the loader asked for it. */
  library?: string;
  /** What that library belongs to, and the other things that are missing with it, in words. */
  title?: string;
  more?: string;
  /** Commands that bring all of it, one a line, each for another package manager; and what none of them brings, by name. */
  install?: string;
  other?: string;
  /** A file or folder by its path. */
  file?: string;
  /** The version that was found where another one is needed. */
  found?: string;
  needed?: string;
  /** The runtime's own words, one line. */
  reason?: string;
}

/** A provider that was passed over, with the cause and the cure in one sentence each, in English. */
export interface ProviderFailure {
  provider: ExecutionProvider;
  cause: ProviderCause;
  facts: ProviderFacts;
  why: string;
  cure: string;
}

/** What a profiled run of a model has shown: nodes are counted as the runtime executed them, after its optimisations. */
export interface NodeShares {
  /** Nodes that ran on the provider, and nodes in all. */
  own: number;
  all: number;
  /** Nodes that stayed on the CPU, by their operator. */
  left: Record<string, number>;
}

/** What is done when a GPU that is wanted or there cannot be used. */
export const gpuUnavailableActions = ['warn', 'ask', 'fail'] as const;
export type GpuUnavailableAction = (typeof gpuUnavailableActions)[number];
