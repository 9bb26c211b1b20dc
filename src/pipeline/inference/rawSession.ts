import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ExecutionProvider } from '../../protocol/job';
import { ort } from './runtime';
import { emptyTensor } from './tensorTypes';

/** Sizes for dimensions that a model leaves open, by input. */
export type Shapes = Readonly<Record<string, readonly number[]>> | undefined;

/** Shapes by name; open dimensions are 1. */
export function shapesOf(metadata: readonly ort.InferenceSession.ValueMetadata[]): Map<string, number[]> {
  return new Map(
    metadata.map((value) => {
      const shape = value.isTensor ? value.shape : [];
      return [value.name, shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1))];
    }),
  );
}

export function typesOf(metadata: readonly ort.InferenceSession.ValueMetadata[]): Map<string, string> {
  return new Map(metadata.map((value) => [value.name, value.isTensor ? value.type : 'float32']));
}

/** The shapes that a session is run with. */
export function inputShapes(session: ort.InferenceSession, wanted: Shapes): Map<string, readonly number[]> {
  return new Map(
    [...shapesOf(session.inputMetadata)].map(([name, shape]) => [name, wanted?.[name] ?? shape]),
  );
}

/**
 * A second thread speeds up the small built-in networks hardly at all but doubles their CPU time, which the encoder
 * needs. Large models get all cores.
 */
const SMALL_MODEL_BYTES = 32e6;

/** Threads for a model; 0 lets its size decide. */
export function chooseThreads(threads: number, modelPath: string): number {
  if (threads > 0) return Math.min(threads, availableParallelism());
  return statSync(modelPath).size < SMALL_MODEL_BYTES ? 1 : availableParallelism();
}

/** A session on one provider, and on the CPU for the nodes that it does not take. */
export function createSession(
  model: string,
  provider: ExecutionProvider,
  threads: number,
  more: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Waiting threads that spin take the cores from ffmpeg's encoder.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 4,
    ...more,
  });
}

/** Runs a session once on zeros: some libraries are looked for at the first run only. */
export function warmUp(
  session: ort.InferenceSession,
  wanted: Shapes,
): Promise<ort.InferenceSession.ReturnType> {
  const feeds: Record<string, ort.Tensor> = {};
  const types = typesOf(session.inputMetadata);
  for (const [name, shape] of inputShapes(session, wanted)) feeds[name] = emptyTensor(types.get(name), shape);
  return session.run(feeds);
}
