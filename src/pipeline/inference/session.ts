import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import { isDefaultOrder, type ExecutionProvider } from '../../protocol/job';
import { describeFailure } from '../../protocol/providerText';
import type { GpuUnavailableAction, ProviderFailure } from '../../protocol/providers';
import type { LogLevel, ProviderChoice } from '../../protocol/report';
import { isOutOfMemory } from './causes';
import { describeShares } from './profile';
import { isOfOneModel, Proofs } from './proofs';
import { belongsHere } from './providers';
import {
  chooseThreads,
  createSession,
  inputShapes,
  shapesOf,
  typesOf,
  warmUp,
  type Shapes,
} from './rawSession';
import { ort } from './runtime';
import { emptyTensor, toFloats, toTensor } from './tensorTypes';
import { explainHere, tryProvider, type Candidate } from './tryProvider';

export interface SessionOptions {
  /** In order of preference; each is tried alone. */
  providers: readonly ExecutionProvider[];
  /** Intra-op threads; 0 lets the model's size decide. */
  threads: number;
  /** Sizes for dimensions that the model leaves open, by input; the default is 1. */
  shapes?: Shapes;
  /** No run before the first one that is wanted: for built-in models on the CPU, of which it would show nothing that is not known. */
  known?: boolean;
  log?(level: LogLevel, message: string): void;
  /** Why the CPU, where that is a choice. */
  cpuReason?: string;
  /** What is known about providers already; without it everything is found out anew. */
  proofs?: Proofs;
  /** The SHA-256 of the model's file, by which proofs are found again. */
  hash?: () => Promise<string>;
  /** What to do when a preferred provider cannot be used; without it, to warn. */
  onGpuUnavailable?: GpuUnavailableAction;
  /** Providers that are not to be tried, because they have failed this job before. */
  failed?: readonly ProviderFailure[];
}

/** A loaded model on the provider that was proven to run it. */
export interface ModelSession {
  /** The provider it runs on, and why that one. */
  readonly choice: ProviderChoice;
  /** Input names and shapes; dimensions the model leaves open are those of the options, or 1. */
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  /** Output names and shapes in the model's order, as the warm-up run gave them; without one, as the model tells them. */
  readonly outputs: ReadonlyMap<string, readonly number[]>;
  /**
   * Runs the model on inputs by name. Float32 on both sides, whatever the model stores: half and double precision are
   * converted. The returned arrays may be reused by the next run: copy what is to be kept. Runs of one session must
   * not overlap.
   */
  run(inputs: Record<string, Float32Array>): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0];
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

class Session implements ModelSession {
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  readonly outputs: ReadonlyMap<string, readonly number[]>;
  /** Memory that runs write into; null lets onnxruntime allocate. */
  private readonly memory: Record<string, ort.Tensor | null>;
  private readonly inputTypes: Map<string, string>;

  constructor(
    private readonly session: ort.InferenceSession,
    results: ort.InferenceSession.ReturnType | undefined,
    shapes: Shapes,
    readonly choice: ProviderChoice,
  ) {
    this.inputs = inputShapes(session, shapes);
    const told = shapesOf(session.outputMetadata);
    this.outputs = new Map([...told].map(([name, shape]) => [name, results?.[name].dims ?? shape]));
    this.inputTypes = typesOf(session.inputMetadata);
    const outputTypes = typesOf(session.outputMetadata);
    // Where a model leaves its outputs' size open, or tells it wrong, the size may also depend on what it sees.
    this.memory = Object.fromEntries(
      [...told].map(([name, shape]) => [
        name,
        this.outputs.get(name)!.join() === shape.join() ? emptyTensor(outputTypes.get(name), shape) : null,
      ]),
    );
  }

  async run(inputs: Record<string, Float32Array>): Promise<Record<string, Float32Array>> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, shape] of this.inputs) {
      feeds[name] = toTensor(this.inputTypes.get(name), inputs[name], shape);
    }
    const results = await this.session.run(feeds, this.memory).catch((error: unknown) => {
      throw this.failure(error);
    });
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, toFloats(tensor)]));
  }

  release(): Promise<void> {
    return this.session.release();
  }

  /** A GPU that is full is something to act on: the same may run elsewhere, or with less beside it. */
  private failure(error: unknown): unknown {
    const { model, provider } = this.choice;
    if (provider === 'cpu' || !isOutOfMemory(messageOf(error))) return error;
    return new FaceSwapError(
      'out-of-memory',
      { model, provider, reason: firstLine(error) },
      { cause: error },
    );
  }
}

/** That these are missing is no news for people who have not asked for them. */
const absent: readonly ProviderFailure['cause'][] = ['no-device', 'not-built', 'other-platform'];

/**
 * Opens a model on the first provider of `options.providers` that is proven to run it: any but the CPU must have executed nodes of
 * this very model in a process of its own. Throws `model-missing`, `model-corrupt` (the CPU cannot load it either),
 * `provider-unavailable`, and `gpu-unavailable` in place of falling back when `options.onGpuUnavailable` says so.
 */
export async function openSession(modelPath: string, options: SessionOptions): Promise<ModelSession> {
  if (!existsSync(modelPath)) throw new FaceSwapError('model-missing', { file: modelPath });
  ort.env.logLevel = 'fatal';
  const candidate: Candidate = {
    model: modelPath,
    threads: chooseThreads(options.threads, modelPath),
    shapes: options.shapes,
    proofs: options.proofs ?? new Proofs(),
    hash: options.hash ?? (() => Promise.resolve(modelPath)),
  };
  const failures: ProviderFailure[] = [];
  const here = options.providers.filter(belongsHere);
  for (const provider of here.length > 0 ? here : options.providers) {
    const opened = await openOn(provider, candidate, failures, options);
    if (opened instanceof Session) return opened;
    failures.push(opened);
  }
  options.log?.('warn', failures.map(describeFailure).join('; '));
  throw unavailable('provider-unavailable', basename(modelPath, '.onnx'), failures);
}

async function openOn(
  provider: ExecutionProvider,
  candidate: Candidate,
  failures: readonly ProviderFailure[],
  options: SessionOptions,
): Promise<Session | ProviderFailure> {
  const { model: file, threads, shapes, proofs } = candidate;
  const known = options.failed?.find((failure) => failure.provider === provider);
  if (known) return known;
  const tried = provider === 'cpu' ? undefined : await tryProvider(provider, candidate);
  if (tried && 'failure' in tried) return tried.failure;
  const model = basename(file, '.onnx');
  const fellBack = isFallBack(provider, failures, options);
  if (fellBack) refuse(model, failures, options);
  try {
    const started = performance.now();
    const session = await createSession(file, provider, threads);
    const createMs = performance.now() - started;
    const results = options.known && provider === 'cpu' ? undefined : await warmUp(session, shapes);
    const warmUpMs = performance.now() - started - createMs;
    const times = `created in ${createMs.toFixed(0)} ms, warmed up in ${warmUpMs.toFixed(0)} ms`;
    const proof = tried
      ? `proven by a profiled run: ${describeShares(tried.shares)}; ${times}`
      : (options.cpuReason ?? 'runs everywhere');
    const passedOver = failures.map(describeFailure).join('; ');
    const reason = fellBack ? `${passedOver}; so ${provider}: ${proof}` : proof;
    const isNews =
      failures.length > 0 &&
      proofs.tellOnce(failures.some(isOfOneModel) ? `${model} ${passedOver}` : passedOver);
    if (!fellBack && isNews)
      options.log?.(
        'info',
        `No GPU is used: ${failures.map(({ provider: name, why }) => `${name}: ${why}`).join('; ')}`,
      );
    // One warning for each cause: the models after the first have the same.
    options.log?.(fellBack && isNews ? 'warn' : 'info', `${model} runs on ${provider} (${reason})`);
    return new Session(session, results, shapes, {
      model,
      provider,
      reason,
      fellBack,
      createMs,
      ...(results && { warmUpMs }),
      ...(tried && { nodes: tried.shares }),
      ...(failures.length > 0 && { failures: [...failures] }),
    });
  } catch (error) {
    if (provider !== 'cpu') return explainHere(provider, messageOf(error), candidate);
    throw new FaceSwapError('model-corrupt', { file, reason: firstLine(error) }, { cause: error });
  }
}

/**
 * Whether `provider` is taken in place of a better one. On a machine that simply has no GPU nobody is told so for each
 * job, unless they have asked for one.
 */
function isFallBack(
  provider: ExecutionProvider,
  failures: readonly ProviderFailure[],
  { providers, onGpuUnavailable = 'warn' }: SessionOptions,
): boolean {
  const isWanted = !isDefaultOrder(providers) || (provider === 'cpu' && onGpuUnavailable !== 'warn');
  return failures.some(({ cause }) => isWanted || !absent.includes(cause));
}

function refuse(
  model: string,
  failures: readonly ProviderFailure[],
  { onGpuUnavailable }: SessionOptions,
): void {
  if (onGpuUnavailable !== 'ask' && onGpuUnavailable !== 'fail') return;
  throw unavailable('gpu-unavailable', model, failures);
}

/** The first failure that concerns this machine says most. */
function unavailable(
  code: 'gpu-unavailable' | 'provider-unavailable',
  model: string,
  failures: readonly ProviderFailure[],
): FaceSwapError {
  const { provider, cause, facts } = failures.find((one) => !absent.includes(one.cause)) ?? failures[0];
  return new FaceSwapError(code, { model, provider, cause, ...facts });
}
