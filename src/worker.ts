import { rmSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { ChildMemory } from './machine/childMemory';
import { treeMemory } from './machine/treeMemory';
import type { SerializedError } from './protocol/errors';
import { workerMethods, type WorkerEvent, type WorkerRequest } from './protocol/workerMessages';

/**
 * The forked child's door. This thread only answers messages, so that a cancel is heard while the pipeline's
 * thread is busy; every call is answered exactly once, whatever becomes of that thread. A thread that is stuck or has
 * broken takes the whole process with it: that alone surely ends its ffmpeg processes and gives its memory back.
 */

/** A cancelled job that has not ended by itself after this long is ended together with the process. */
const graceMs = 3000;
const memoryCheckMs = 250;
/**
 * Buffers for pixels weigh nothing in V8's young generation, and at its usual size they pile up until all of the heap is searched, over
 * and over.
 */
const youngGenerationMb = 8;

interface Call {
  scratch: string[];
  /** Those of them that outlive this process, unless the call is cancelled. */
  kept: Set<string>;
  /** Bytes; 0 means none. */
  memoryLimit: number;
  cancelled: boolean;
}

const calls = new Map<number, Call>();
/** Nothing on Linux, where `treeMemory` counts them. */
const children = new ChildMemory();
let thread: Worker | undefined;
let ending = false;

process.on('message', (message) => receive(message));
process.on('disconnect', () => leave());
process.on('SIGTERM', () => leave());
// The parent decides when a job is over. A Ctrl-C or a closing terminal that reaches the whole group reaches it as well.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('uncaughtException', (error) => end(() => internal(error)));
setInterval(watchMemory, memoryCheckMs).unref();

/** `message` is what another process sent, and so may be anything. */
function receive(message: unknown): void {
  if (ending) return;
  const request = (typeof message === 'object' ? message : undefined) as Partial<WorkerRequest> | undefined;
  const id = Number.isInteger(request?.id) ? request!.id! : -1;
  if (request?.type === 'cancel') {
    cancel(id);
  } else if (request?.type === 'pause' || request?.type === 'resume' || request?.type === 'pictures') {
    if (calls.has(id)) thread?.postMessage(request);
  } else if (request?.type === 'call' && isMethod(request.method) && id >= 0 && !calls.has(id)) {
    calls.set(id, {
      scratch: [],
      kept: new Set(),
      memoryLimit: memoryLimitOf(request.argument),
      cancelled: false,
    });
    thread ??= startThread(memoryLimitOf(request.argument));
    thread.postMessage(request);
  } else {
    const facts = { reason: `message not understood: ${inspect(message).slice(0, 200)}` };
    send({ type: 'reply', id, ok: false, error: { code: 'internal', facts } });
  }
}

function isMethod(name: unknown): boolean {
  return (workerMethods as readonly unknown[]).includes(name);
}

function memoryLimitOf(argument: unknown): number {
  const { execution } = (argument ?? {}) as { execution?: { maxMemoryGb?: number } };
  return (execution?.maxMemoryGb ?? 0) * 1e9;
}

function startThread(memoryLimit: number): Worker {
  const started = new Worker(path.join(__dirname, 'pipelineThread.js'), {
    // Native libraries see the variables of the process, and nothing of a thread's own copy.
    env: SHARE_ENV,
    resourceLimits: {
      maxYoungGenerationSizeMb: youngGenerationMb,
      // V8 cleans up before it grows beyond that; everything else is watched.
      ...(memoryLimit > 0 && { maxOldGenerationSizeMb: Math.ceil(memoryLimit / 1e6) }),
    },
  });
  started.on('message', (event: WorkerEvent) => {
    const call = 'id' in event ? calls.get(event.id) : undefined;
    if (!call || ending) return;
    if (event.type === 'scratch') {
      call.scratch.push(event.folder);
      if (event.kept) call.kept.add(event.folder);
    }
    if (event.type === 'reply' || event.type === 'recycle') calls.delete(event.id);
    send(event);
  });
  started.on('error', (error) => end((call) => internal(error, call)));
  started.on('exit', (code) => end(() => internal(new Error(`the pipeline's thread ended with ${code}`))));
  return started;
}

function cancel(id: number): void {
  const call = calls.get(id);
  if (!call) return;
  send({ type: 'cancelling', id });
  if (call.cancelled) return;
  call.cancelled = true;
  thread?.postMessage({ type: 'cancel', id } satisfies WorkerRequest);
  setTimeout(() => {
    if (calls.get(id) === call) end(lostWithAnother);
  }, graceMs);
}

/** What a call hears when a stuck one ends the process. */
function lostWithAnother({ cancelled }: Call): SerializedError {
  if (cancelled) return { code: 'cancelled', facts: {} };
  return { code: 'worker-died', facts: { reason: 'ended together with a cancelled job that was stuck' } };
}

/** Answers whatever is open, cleans up after it, and ends this process together with its children. */
function end(errorOf: (call: Call) => SerializedError): void {
  if (ending) return;
  ending = true;
  // First, so that the parent sends its next call to another process.
  send({ type: 'ending' });
  for (const [id, call] of calls) {
    removeScratch(call);
    send({ type: 'reply', id, ok: false, error: errorOf(call) });
  }
  // Once more, because what has been sent before it has then left as well.
  send({ type: 'ending' }, killGroup);
}

/**
 * At once, ffmpeg and a thread inside native code included, for which `process.exit` would wait. The group is this
 * process's own when the parent made it so; without one, ffmpeg ends as its pipes close.
 */
function killGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}

function removeScratch(call: Call): void {
  for (const folder of call.scratch) {
    if (call.kept.has(folder) && !call.cancelled) continue;
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // The answer matters more; the parent tries again when this process has gone.
    }
  }
}

function watchMemory(): void {
  const limits = [...calls.values()].map((call) => call.memoryLimit).filter((limit) => limit > 0);
  const limit = Math.min(...limits);
  if (limit === Infinity) return;
  const used = treeMemory() + children.bytes;
  if (used <= limit) return;
  // Rounded up: what was taken is more than the limit in the sentence as well.
  const facts = { limit: limit / 1e9, used: Math.ceil(used / 1e7) / 100 };
  end(() => ({ code: 'out-of-memory', facts }));
}

/**
 * The parent is gone or wants us gone: jobs may end properly, but not for long, and nothing may stay behind but what others are to
 * take up.
 */
function leave(): void {
  const toCancel = [...calls].filter(([, { kept }]) => kept.size === 0);
  for (const [id] of toCancel) cancel(id);
  const started = performance.now();
  const wait = setInterval(() => {
    const isDone = !toCancel.some(([id]) => calls.has(id));
    if (!isDone && performance.now() - started < graceMs) return;
    clearInterval(wait);
    if (calls.size > 0) end(lostWithAnother);
    else leaveNobody();
  }, 20);
}

/** Ends this process; ffmpeg ends as its pipes close, which one that stands still would not notice. */
function leaveNobody(): void {
  try {
    process.kill(-process.pid, 'SIGCONT');
  } catch {
    // There is no such group where nothing stands still.
  }
  process.exit(0);
}

function internal(error: Error, call?: Call): SerializedError {
  const isFull = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
  const limit = isFull && call ? call.memoryLimit / 1e9 : 0;
  return {
    code: isFull ? 'out-of-memory' : 'internal',
    facts: { reason: error.message, ...(limit > 0 && { limit }) },
    ...(error.stack === undefined ? {} : { stack: error.stack }),
  };
}

function send(event: WorkerEvent, done: () => void = () => undefined): void {
  if (process.connected) process.send?.(event, undefined, undefined, () => done());
  else done();
}
