import { parentPort } from 'node:worker_threads';
import { RecycleWanted } from './pipeline/recycle';
import {
  analyseTarget,
  describePhoto,
  expectFrame,
  forgetPreviews,
  inspectFile,
  listFaces,
  previewFrame,
  readFacts,
  restPreviews,
  runDoctor,
  swapVideo,
  takeStill,
  verifyGpu,
  type PipelineContext,
} from './pipeline';
import { PauseGate } from './pipeline/pauseGate';
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
  async swap(job, context) {
    // A job may need all the memory there is.
    await forgetPreviews();
    return swapVideo(job, context);
  },
  faces: listFaces,
  still: takeStill,
  facts: readFacts,
  photo: describePhoto,
  analyse: analyseTarget,
  async preview(request, context) {
    if ([...running.values()].some(({ method }) => method === 'swap')) throw new FaceSwapError('busy');
    return previewFrame(request, context);
  },
  expect: expectFrame,
  rest: restPreviews,
  forget: forgetPreviews,
  doctor: runDoctor,
  verify: verifyGpu,
  inspect: inspectFile,
};

/** A call at work. */
interface Running {
  method: WorkerMethod;
  abort: AbortController;
  gate: PauseGate;
  pictures: boolean;
}

const running = new Map<number, Running>();
const send = (event: WorkerEvent) => parentPort?.postMessage(event);

/** More often nobody reads it. */
const progressEveryMs = 100;

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.type === 'call') {
    void answer(request);
    return;
  }
  const call = running.get(request.id);
  if (!call) return;
  if (request.type === 'cancel') call.abort.abort();
  else if (request.type === 'pictures') call.pictures = request.wanted;
  else call.gate.set(request.type === 'pause');
});

async function answer({ id, method, argument }: Extract<WorkerRequest, { type: 'call' }>): Promise<void> {
  const abort = new AbortController();
  const gate = new PauseGate((paused) => send({ type: 'paused', id, paused }));
  const call: Running = { method, abort, gate, pictures: false };
  running.set(id, call);
  try {
    const run = methods[method] as (argument: unknown, context: PipelineContext) => Promise<never>;
    send({ type: 'reply', id, ok: true, result: await run(argument, contextOf(id, call)) });
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

function contextOf(id: number, call: Running): PipelineContext {
  let last = -Infinity;
  let stage = '';
  return {
    signal: call.abort.signal,
    gate: call.gate,
    onProgress(progress) {
      const now = performance.now();
      const finished = progress.frame === progress.total;
      if (progress.stage === stage && !finished && now - last < progressEveryMs) return;
      last = now;
      stage = progress.stage;
      send({ type: 'progress', id, progress });
    },
    onLog: (level, message) => send({ type: 'log', id, level, message }),
    onScratch: (folder, kept = false) => send({ type: 'scratch', id, folder, kept }),
    onCheckpoint: (state) => send({ type: 'checkpoint', id, state }),
    onProblem: (problem) => send({ type: 'problem', id, problem }),
    onRelease: (release) => send({ type: 'release', id, release }),
    pictures: () => (call.pictures ? (picture) => send({ type: 'picture', id, picture }) : undefined),
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
