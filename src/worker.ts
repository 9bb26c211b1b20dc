import { rmSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ErrorCode, ErrorFacts } from './protocol/errors';
import type { WorkerEvent, WorkerRequest } from './protocol/workerMessages';

/**
 * The forked child's door. This thread only answers messages, so that a cancel is heard while the pipeline's
 * thread is busy; every call is answered exactly once, whatever becomes of that thread.
 */

/** A cancelled job that has not ended by itself after this long is ended together with its thread. */
const graceMs = 3000;
const memoryCheckMs = 500;

interface Call {
  scratch: string[];
  memoryLimit: number;
  grace?: NodeJS.Timeout;
}

const methods = new Set<string>(['swap', 'faces', 'still', 'doctor']);
const calls = new Map<number, Call>();
let thread: Worker | undefined;

process.on('message', (request: WorkerRequest) => receive(request));
process.on('disconnect', () => leave());
// The parent decides when a job is over: a Ctrl-C in the terminal reaches the whole group, this process included.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('SIGTERM', () => leave());
setInterval(watchMemory, memoryCheckMs).unref();
send({ type: 'ready' });

function receive(request: WorkerRequest): void {
  if (request.type === 'cancel') {
    cancel(request.id);
    return;
  }
  const { id } = request;
  if (!Number.isInteger(id)) return;
  if ((request.type as string) !== 'call' || !methods.has(request.method) || calls.has(id)) {
    send({
      type: 'reply',
      id,
      ok: false,
      error: { code: 'internal', facts: { reason: 'message not understood' } },
    });
    return;
  }
  const memory = request.method === 'swap' ? request.argument.execution.maxMemoryGb : 0;
  calls.set(id, { scratch: [], memoryLimit: memory * 1e9 });
  thread ??= startThread();
  thread.postMessage(request);
}

function startThread(): Worker {
  const started = new Worker(path.join(__dirname, 'pipelineThread.js'));
  started.on('message', (event: WorkerEvent) => {
    const call = 'id' in event ? calls.get(event.id) : undefined;
    if (!call) return;
    if (event.type === 'scratch') call.scratch.push(event.folder);
    if (event.type === 'reply') {
      clearTimeout(call.grace);
      calls.delete(event.id);
    }
    send(event);
  });
  started.on('error', (error) => failAll('internal', { reason: error.message }, started));
  started.on('exit', (code) =>
    failAll('internal', { reason: `the pipeline's thread ended (${code})` }, started),
  );
  return started;
}

function cancel(id: number): void {
  const call = calls.get(id);
  if (!call || call.grace) return;
  send({ type: 'cancelling', id });
  thread?.postMessage({ type: 'cancel', id } satisfies WorkerRequest);
  call.grace = setTimeout(() => void endThread('cancelled', {}), graceMs);
}

/** Ends the thread and with it every call it was working on. Its ffmpeg processes end with their pipes. */
async function endThread(code: ErrorCode, facts: ErrorFacts): Promise<void> {
  const ended = thread;
  thread = undefined;
  await ended?.terminate();
  failAll(code, facts);
}

function failAll(code: ErrorCode, facts: ErrorFacts, of?: Worker): void {
  // A thread that was replaced has nothing left to answer for.
  if (of && of !== thread) return;
  thread = undefined;
  for (const [id, call] of calls) {
    clearTimeout(call.grace);
    removeScratch(call);
    send({ type: 'reply', id, ok: false, error: { code, facts } });
  }
  calls.clear();
}

function removeScratch(call: Call): void {
  for (const folder of call.scratch) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function watchMemory(): void {
  const limits = [...calls.values()].map((call) => call.memoryLimit).filter((limit) => limit > 0);
  if (limits.length === 0) return;
  const limit = Math.min(...limits);
  if (process.memoryUsage.rss() > limit) void endThread('out-of-memory', { limit: limit / 1e9 });
}

/** The parent is gone or wants us gone: nothing may stay behind. */
function leave(): void {
  for (const id of calls.keys()) thread?.postMessage({ type: 'cancel', id } satisfies WorkerRequest);
  const done = () => {
    for (const call of calls.values()) removeScratch(call);
    process.exit(0);
  };
  const started = performance.now();
  const wait = setInterval(() => {
    if (calls.size > 0 && performance.now() - started < graceMs) return;
    clearInterval(wait);
    done();
  }, 20);
}

function send(event: WorkerEvent): void {
  if (process.connected) process.send?.(event, undefined, undefined, () => undefined);
}
