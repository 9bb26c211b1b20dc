import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { stepBack } from './machine/stepBack';
import { FaceSwapError, type ErrorFacts } from './protocol/errors';
import type { CallWishes } from './callControl';
import type { WorkerApi, WorkerEvent, WorkerMethod, WorkerRequest } from './protocol/workerMessages';
import type { PassState } from './protocol/passes';
import type { CallOptions, WorkerClientOptions } from './workerClient';

interface Pending extends CallOptions {
  resolve: (answer: Answer<never>) => void;
  reject: (error: FaceSwapError) => void;
  /** Set when the call has been cancelled. */
  deadline?: NodeJS.Timeout;
  /** How far it has come, for a process that takes over. */
  state?: PassState;
  /** A scratch folder that another run takes up, unless the call is cancelled. */
  kept?: string;
}

/** The child itself ends a stuck job after three seconds; after this, so must we. */
const cancelDeadlineMs = 6000;
const tailLength = 4000;

/** What became of a call: its result, or a state from which another process is to go on, perhaps because this one died. */
export type Answer<R> = { result: R } | { state: PassState; died?: FaceSwapError };

/** One worker process, from fork to exit, and the calls it has not answered yet. */
export class WorkerConnection {
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  /** Of all calls there were: most are long gone, and a call that was answered in haste may have left one. */
  private readonly scratch = new Set<string>();
  private nextId = 0;
  private stderrTail = '';
  private open = true;
  private retiring = false;
  private readonly gone: Promise<void>;

  constructor(options: WorkerClientOptions) {
    this.child = startChild(options);
    this.child.stderr?.setEncoding('utf8');
    this.child.stderr?.on('data', (text: string) => {
      this.stderrTail = (this.stderrTail + text).slice(-tailLength);
      options.onStderr?.(text);
    });
    this.child.on('message', (event: WorkerEvent) => this.receive(event));
    this.child.on('error', (error) => {
      if (this.child.pid === undefined) this.ended({ reason: error.message });
    });
    this.child.on('exit', () => {
      this.open = false;
      this.killGroup();
    });
    // Later than 'exit': the last words and the last answers have arrived.
    this.gone = new Promise((resolve) => {
      this.child.on('close', (exitCode, signal) => {
        this.ended(endOf(exitCode, signal));
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Whether it takes calls. */
  get isOpen(): boolean {
    return this.open;
  }

  call<M extends WorkerMethod>(
    method: M,
    argument: Parameters<WorkerApi[M]>[0],
    options: CallOptions,
  ): Promise<Answer<ReturnType<WorkerApi[M]>>> {
    const id = this.nextId++;
    const { signal, control } = options;
    return new Promise((resolve, reject) => {
      const cancel = () => {
        pending.deadline = setTimeout(() => this.killGroup(), cancelDeadlineMs);
        this.post({ type: 'cancel', id });
      };
      const settle = <T>(how: (value: T) => void) => {
        return (value: T): void => {
          this.pending.delete(id);
          clearTimeout(pending.deadline);
          signal?.removeEventListener('abort', cancel);
          forgetControl?.();
          how(value);
          if (this.retiring && this.pending.size === 0) this.killGroup();
        };
      };
      const pending: Pending = { ...options, resolve: settle(resolve), reject: settle(reject) };
      this.pending.set(id, pending);
      signal?.addEventListener('abort', cancel, { once: true });
      this.post({ type: 'call', id, method, argument } as WorkerRequest);
      const forgetControl = control?.onChange((wishes) => this.postWishes(id, wishes));
      if (control) this.postWishes(id, control.current);
    });
  }

  private postWishes(id: number, { paused, pictures }: CallWishes): void {
    this.post({ type: paused ? 'pause' : 'resume', id });
    this.post({ type: 'pictures', id, wanted: pictures });
  }

  /** Removes a folder with the child from now on, should the child not get to it. */
  adopt(scratch: string): void {
    this.scratch.add(scratch);
  }

  /** Takes no more calls, lets those that nobody has cancelled end, and ends the child; resolves when it has gone. */
  retire(): Promise<void> {
    this.open = false;
    if ([...this.pending.values()].every(({ signal }) => signal?.aborted)) this.killGroup();
    else this.retiring = true;
    return this.gone;
  }

  /** Ends the child: politely when it is idle, with everything it started when it is not. */
  close(): void {
    const wasOpen = this.open;
    this.open = false;
    if (this.pending.size === 0) {
      // Whoever waits for the end of one that retires would never hear of it: Node tells no 'close' once the line is cut from here.
      if (wasOpen && this.child.connected) this.child.disconnect();
      return;
    }
    this.killGroup();
    for (const call of this.pending.values()) {
      if (call.kept !== undefined && call.signal?.aborted) this.scratch.add(call.kept);
      // Decided: a queue that is closed cancels its jobs once their processes have been ended.
      delete call.kept;
    }
    // Now and not when its end is told: the caller may be about to exit.
    this.removeScratch();
  }

  private post(request: WorkerRequest): void {
    // A child that is gone is told by 'close'; a send that fails needs no second telling.
    if (this.child.connected) this.child.send(request, () => undefined);
  }

  private receive(event: WorkerEvent): void {
    if (event.type === 'ending') {
      this.open = false;
      return;
    }
    const pending = this.pending.get(event.id);
    if (!pending) return;
    switch (event.type) {
      case 'progress':
        return pending.onProgress?.(event.progress);
      case 'log':
        return pending.onLog?.(event.level, event.message);
      case 'cancelling':
        return pending.onCancelling?.();
      case 'paused':
        return pending.onPaused?.(event.paused);
      case 'picture':
        return pending.onPicture?.(event.picture);
      case 'problem':
        return pending.onProblem?.(event.problem);
      case 'release':
        return pending.onRelease?.(event.release);
      case 'scratch':
        if (event.kept) pending.kept = event.folder;
        else this.scratch.add(event.folder);
        return pending.onScratch?.(event.folder);
      case 'checkpoint':
        pending.state = event.state;
        return;
      case 'recycle':
        this.handOver(pending, event.state);
        return;
      case 'reply':
        if (event.ok) pending.resolve({ result: event.result as never });
        else pending.reject(errorFor(pending, event.error.code, event.error.facts, event.error.stack));
    }
  }

  /** Whatever was still asked is rejected, and what it left on disk removed. */
  private ended(facts: ErrorFacts): void {
    this.open = false;
    const pending = [...this.pending.values()];
    for (const { state, signal, kept } of pending) {
      if (state && !signal?.aborted) this.scratch.delete(state.scratch);
      if (kept !== undefined && signal?.aborted) this.scratch.add(kept);
    }
    this.removeScratch();
    for (const call of pending) {
      const error = errorFor(call, 'worker-died', { ...facts, stderr: this.stderrTail.trim() });
      if (call.state && !call.signal?.aborted) this.handOver(call, call.state, error);
      else call.reject(error);
    }
  }

  /** From now on the scratch folder is the caller's. */
  private handOver(pending: Pending, state: PassState, died?: FaceSwapError): void {
    this.scratch.delete(state.scratch);
    pending.resolve(died ? { state, died } : { state });
  }

  private removeScratch(): void {
    for (const folder of this.scratch) {
      try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      } catch {
        // Nothing that could be done about it, here or by the caller.
      }
    }
  }

  /** The child leads a group of its own, so its ffmpeg processes go with it even when it has gone before them. */
  private killGroup(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(hasGroup ? -pid : pid, 'SIGKILL');
    } catch {
      // Nobody left.
    }
  }
}

/** Windows has no process groups; there ffmpeg ends as its pipes close. */
const hasGroup = process.platform !== 'win32';

function startChild({ script, env, execPath, isPatient }: WorkerClientOptions): ChildProcess {
  const environment: NodeJS.ProcessEnv = { ...process.env, ...env };
  // In the extension host `process.execPath` is Electron, which is Node only when told so.
  if (process.versions['electron'] !== undefined) environment['ELECTRON_RUN_AS_NODE'] = '1';
  const child = fork(script, [], {
    env: environment,
    ...(execPath === undefined ? {} : { execPath }),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Also keeps a Ctrl-C in the terminal from ffmpeg, whose sudden end would look like a failure.
    detached: hasGroup,
  });
  if (isPatient) stepBack(child.pid, hasGroup);
  return child;
}

function endOf(exitCode: number | null, signal: NodeJS.Signals | null): ErrorFacts {
  return signal === null
    ? { reason: `exit code ${exitCode ?? '?'}`, exitCode: exitCode ?? undefined }
    : { reason: signal, signal };
}

/** After a cancel every failure is one: what broke on the way to the end interests nobody. */
function errorFor(
  { signal }: Pending,
  code: FaceSwapError['code'],
  facts: ErrorFacts,
  stack?: string,
): FaceSwapError {
  if (signal?.aborted) return new FaceSwapError('cancelled');
  const error = new FaceSwapError(code, facts);
  if (stack !== undefined) error.stack = stack;
  return error;
}
