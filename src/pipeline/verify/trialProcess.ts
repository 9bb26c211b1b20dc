import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import type { VerifiedModel } from '../../protocol/verify';
import type { TrialRequest } from './trial';

export type TrialOrder = { type: 'run'; request: TrialRequest } | { type: 'release' };
export type TrialAnswer =
  { type: 'loaded'; models: VerifiedModel[] } | { type: 'released' } | { type: 'failed'; reason: string };

/** Proofs have limits of their own; this is for a driver that falls silent later. */
const limitMs = 1_800_000;

/** Beside the bundle; when run from the sources, the one that was built last. */
function trialScript(): string {
  const [beside, built] = [
    join(__dirname, 'trial.js'),
    join(__dirname, '..', '..', '..', 'dist', 'trial.js'),
  ];
  return existsSync(beside) ? beside : built;
}

/** A process in which networks are loaded, run and released, and which can be ended to get its memory back. */
export class TrialProcess {
  private readonly child: ChildProcess;
  private readonly closed: Promise<string>;
  private words = '';

  constructor(private readonly signal: AbortSignal) {
    this.child = fork(trialScript(), [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.words = (this.words + text).slice(-2000);
    });
    this.closed = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('close', (code, killer) => resolve(killer ?? `exit code ${code ?? '?'}`));
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Loads and runs. Throws `worker-died` when the process does not survive that. */
  async run(request: TrialRequest): Promise<VerifiedModel[]> {
    const answer = await this.ask({ type: 'run', request });
    return answer.type === 'loaded' ? answer.models : [];
  }

  /** Releases the sessions; what the driver keeps stays until the end. */
  async release(): Promise<void> {
    await this.ask({ type: 'release' });
  }

  /** Ends the process; it has gone when this returns. */
  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }

  private async ask(order: TrialOrder): Promise<TrialAnswer> {
    const stop = AbortSignal.any([this.signal, AbortSignal.timeout(limitMs)]);
    const answered = new Promise<TrialAnswer>((resolve) => this.child.once('message', resolve));
    const died = this.closed.then((end): TrialAnswer => ({ type: 'failed', reason: end }));
    const stopped = new Promise<TrialAnswer>((resolve) => {
      const reason = () => resolve({ type: 'failed', reason: 'no answer' });
      if (stop.aborted) reason();
      else stop.addEventListener('abort', reason, { once: true });
    });
    this.child.send(order, () => undefined);
    const answer = await Promise.race([answered, died, stopped]);
    if (this.signal.aborted) throw new FaceSwapError('cancelled');
    if (answer.type === 'failed')
      throw new FaceSwapError('worker-died', { reason: answer.reason, stderr: this.words });
    return answer;
  }
}
