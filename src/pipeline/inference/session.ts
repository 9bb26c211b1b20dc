import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { FaceSwapError } from '../../protocol/errors';
import type { ExecutionProvider } from '../../protocol/job';
import type { LogLevel, ProviderChoice } from '../../protocol/report';
import { belongsHere, nodesOn, whyImpossible } from './providers';
import { emptyTensor, toFloats, toTensor } from './tensorTypes';

export interface SessionOptions {
  /** In order of preference; each is tried alone. */
  providers: readonly ExecutionProvider[];
  /** Intra-op threads; 0 lets the model's size decide. */
  threads: number;
  /** Sizes for dimensions that the model leaves open, by input; the default is 1. */
  shapes?: Readonly<Record<string, readonly number[]>>;
  log?(level: LogLevel, message: string): void;
}

/** A loaded model on the provider that was proven to run it. */
export interface ModelSession extends ProviderChoice {
  /** Input names and shapes; dimensions the model leaves open are those of the options, or 1. */
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  /** Output names and shapes in the model's order, as the warm-up run gave them. */
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
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0];
}

function shapesOf(metadata: readonly ort.InferenceSession.ValueMetadata[]): Map<string, number[]> {
  return new Map(
    metadata.map((value) => {
      const shape = value.isTensor ? value.shape : [];
      return [value.name, shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1))];
    }),
  );
}

function typesOf(metadata: readonly ort.InferenceSession.ValueMetadata[]): Map<string, string> {
  return new Map(metadata.map((value) => [value.name, value.isTensor ? value.type : 'float32']));
}

/**
 * A second thread speeds up the small built-in networks hardly at all but doubles their CPU time, which the encoder
 * needs: 192² landmarks take 1.4 ms on one core and 1.6 ms on two. Large models get all cores.
 */
const SMALL_MODEL_BYTES = 32e6;

function chooseThreads(threads: number, modelPath: string): number {
  if (threads > 0) return Math.min(threads, availableParallelism());
  return statSync(modelPath).size < SMALL_MODEL_BYTES ? 1 : availableParallelism();
}

function settings(threads: number, provider: ExecutionProvider): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Waiting threads that spin take the cores from ffmpeg's encoder.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 4,
  };
}

type Shapes = SessionOptions['shapes'];

function inputShapes(session: ort.InferenceSession, wanted: Shapes): Map<string, readonly number[]> {
  return new Map(
    [...shapesOf(session.inputMetadata)].map(([name, shape]) => [name, wanted?.[name] ?? shape]),
  );
}

async function warmUp(
  session: ort.InferenceSession,
  wanted: Shapes,
): Promise<ort.InferenceSession.ReturnType> {
  const feeds: Record<string, ort.Tensor> = {};
  const types = typesOf(session.inputMetadata);
  for (const [name, shape] of inputShapes(session, wanted)) feeds[name] = emptyTensor(types.get(name), shape);
  return session.run(feeds);
}

/** Runs once with the profiler on and returns what share of the nodes the provider really executed. */
async function prove(model: string, provider: ExecutionProvider, threads: number, shapes: Shapes) {
  const folder = await mkdtemp(join(tmpdir(), 'face-swap-profile-'));
  try {
    const session = await ort.InferenceSession.create(model, {
      ...settings(threads, provider),
      enableProfiling: true,
      profileFilePrefix: join(folder, 'run'),
    });
    try {
      await warmUp(session, shapes);
    } finally {
      session.endProfiling();
      await session.release();
    }
    const [file] = await readdir(folder);
    return nodesOn(provider, await readFile(join(folder, file), 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Session implements ModelSession {
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  readonly outputs: ReadonlyMap<string, readonly number[]>;
  /** Memory that runs write into; null lets onnxruntime allocate. */
  private readonly memory: Record<string, ort.Tensor | null>;
  private readonly inputTypes: Map<string, string>;

  constructor(
    private readonly session: ort.InferenceSession,
    results: ort.InferenceSession.ReturnType,
    shapes: Shapes,
    readonly model: string,
    readonly provider: ExecutionProvider,
    readonly reason: string,
    readonly fellBack: boolean,
  ) {
    this.inputs = inputShapes(session, shapes);
    this.outputs = new Map(session.outputNames.map((name) => [name, results[name].dims]));
    this.inputTypes = typesOf(session.inputMetadata);
    const outputTypes = typesOf(session.outputMetadata);
    // Where a model leaves its outputs' size open, or tells it wrong, the size may also depend on what it sees.
    this.memory = Object.fromEntries(
      [...shapesOf(session.outputMetadata)].map(([name, shape]) => [
        name,
        results[name].dims.join() === shape.join() ? emptyTensor(outputTypes.get(name), shape) : null,
      ]),
    );
  }

  async run(inputs: Record<string, Float32Array>): Promise<Record<string, Float32Array>> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, shape] of this.inputs) {
      feeds[name] = toTensor(this.inputTypes.get(name), inputs[name], shape);
    }
    const results = await this.session.run(feeds, this.memory);
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, toFloats(tensor)]));
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/**
 * Opens a model on the first provider of `options.providers` that is proven to run it: every provider is tried
 * alone with a real run; any but the CPU must also show in a profile that it executed nodes.
 * Throws `model-missing`, `model-corrupt` (the CPU cannot load it either) or `provider-unavailable`.
 */
export async function openSession(modelPath: string, options: SessionOptions): Promise<ModelSession> {
  if (!existsSync(modelPath)) throw new FaceSwapError('model-missing', { file: modelPath });
  ort.env.logLevel = 'fatal';
  const model = basename(modelPath, '.onnx');
  const built = ort.listSupportedBackends().map((backend) => backend.name);
  const threads = chooseThreads(options.threads, modelPath);
  const failures: string[] = [];
  const here = options.providers.filter(belongsHere);
  for (const provider of here.length > 0 ? here : options.providers) {
    let reason: string;
    const impossible = whyImpossible(provider, built);
    if (impossible) {
      failures.push(`${provider}: ${impossible}`);
      continue;
    }
    try {
      if (provider === 'cpu') reason = 'runs everywhere';
      else {
        const { own, all } = await prove(modelPath, provider, threads, options.shapes);
        if (own === 0) throw new Error('it loaded but executed no node of the model');
        reason = `proven by a profiled run: ${own} of ${all} nodes`;
      }
      const session = await ort.InferenceSession.create(modelPath, settings(threads, provider));
      const results = await warmUp(session, options.shapes);
      const fellBack = failures.length > 0;
      if (fellBack) reason = `${failures.join('; ')}; so ${provider}: ${reason}`;
      options.log?.(fellBack ? 'warn' : 'info', `${model} runs on ${provider} (${reason})`);
      return new Session(session, results, options.shapes, model, provider, reason, fellBack);
    } catch (error) {
      if (provider === 'cpu') {
        throw new FaceSwapError(
          'model-corrupt',
          { file: modelPath, reason: firstLine(error) },
          { cause: error },
        );
      }
      failures.push(`${provider}: ${firstLine(error)}`);
    }
  }
  throw new FaceSwapError('provider-unavailable', { file: modelPath, reason: failures.join('; ') });
}
