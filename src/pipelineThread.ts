import { parentPort } from 'node:worker_threads';
import { RecycleWanted } from './pipeline/recycle';
import { inspectFile, listFaces, runDoctor, swapVideo, takeStill, type PipelineContext } from './pipeline';
import { FaceSwapError, type SerializedError } from './protocol/errors';
import type { WorkerApi, WorkerEvent, WorkerMethod, WorkerRequest } from './protocol/workerMessages';

/** Where the pipeline runs: beside the door, because onnxruntime blocks the thread it is called on. */

type Implementation = {
  [M in WorkerMethod]: (
    argument: Parameters<WorkerApi[M]>[0],
    context: PipelineContext,
  ) => Promise<ReturnType<WorkerApi[M]>>;
};

const methods: Implementation = {
  swap: swapVideo,
  faces: listFaces,
  still: takeStill,
  doctor: runDoctor,
  inspect: inspectFile,
};
const running = new Map<number, AbortController>();
const send = (event: WorkerEvent) => parentPort?.postMessage(event);

/** More often nobody reads it. */
const progressEveryMs = 100;

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.type === 'cancel') running.get(request.id)?.abort();
  else void answer(request);
});

async function answer({ id, method, argument }: Extract<WorkerRequest, { type: 'call' }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const run = methods[method] as (argument: unknown, context: PipelineContext) => Promise<never>;
    send({ type: 'reply', id, ok: true, result: await run(argument, contextOf(id, abort.signal)) });
  } catch (error) {
    if (error instanceof RecycleWanted && !abort.signal.aborted) {
      send({ type: 'recycle', id, state: error.resume });
      return;
    }
    send({ type: 'reply', id, ok: false, error: abort.signal.aborted ? cancelled() : serialise(error) });
  } finally {
    running.delete(id);
  }
}

function contextOf(id: number, signal: AbortSignal): PipelineContext {
  let last = -Infinity;
  let stage = '';
  return {
    signal,
    onProgress(progress) {
      const now = performance.now();
      const finished = progress.frame === progress.total;
      if (progress.stage === stage && !finished && now - last < progressEveryMs) return;
      last = now;
      stage = progress.stage;
      send({ type: 'progress', id, progress });
    },
    onLog: (level, message) => send({ type: 'log', id, level, message }),
    onScratch: (folder) => send({ type: 'scratch', id, folder }),
    onCheckpoint: (state) => send({ type: 'checkpoint', id, state }),
  };
}

function cancelled(): SerializedError {
  return { code: 'cancelled', facts: {} };
}

function serialise(error: unknown): SerializedError {
  if (error instanceof FaceSwapError) {
    return { code: error.code, facts: error.facts, ...(error.stack ? { stack: error.stack } : {}) };
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const outOfMemory = /allocat|out of memory|bad_alloc/i.test(message);
  return {
    code: outOfMemory ? 'out-of-memory' : 'internal',
    facts: { reason: message },
    ...(stack ? { stack } : {}),
  };
}
