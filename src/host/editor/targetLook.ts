import * as vscode from 'vscode';
import type { AnalysisRequest, TargetAnalysis } from '../../protocol/analysis';
import type { ExecutionProvider } from '../../protocol/job';
import type { AnalysisMessage } from '../../protocol/panel';
import { asFaceSwapError, sentenceOf } from '../outcome';
import type { CallOptions } from '../../workerClient';
import type { WorkerProcess } from '../workerProcess';
import { isOnProcessor, onProcessor } from './onProcessor';

const posterWidth = 640;

/** One look at a target, shared by all panels that show it: its facts and first picture at once, its people when they are found. */
export class TargetLook implements vscode.Disposable {
  private seen: AnalysisMessage = { type: 'analysis', state: 'idle', done: 0, message: '' };
  private abort: AbortController | undefined;
  /** Why a look is ended that is to begin again. */
  private readonly leaving = new Error('a job needs the GPU');
  private readonly changed = new vscode.EventEmitter<AnalysisMessage>();
  readonly onDidChange = this.changed.event;

  /** Of the look under way, as soon as it is known. */
  private provider: ExecutionProvider | undefined;

  /**
   * @param looker the process that answers quickly
   * @param analyse looks for everybody, which may take long
   * @param isGpuTaken a job runs, which is to have the GPU to itself
   */
  constructor(
    private readonly request: AnalysisRequest,
    private readonly looker: WorkerProcess,
    private readonly analyse: (request: AnalysisRequest, options: CallOptions) => Promise<TargetAnalysis>,
    private readonly isGpuTaken: () => boolean,
  ) {
    void this.glimpse();
  }

  get latest(): AnalysisMessage {
    return this.seen;
  }

  /** Looks for everybody, unless that is under way or done. */
  async start(): Promise<void> {
    if (this.seen.state === 'running' || this.seen.state === 'done') return;
    const abort = new AbortController();
    const withoutGpu = this.isGpuTaken();
    this.abort = abort;
    this.provider = undefined;
    this.tell({ state: 'running', done: 0, message: '', withoutGpu });
    try {
      const analysis = await this.analyse(withoutGpu ? onProcessor(this.request) : this.request, {
        signal: abort.signal,
        onProgress: ({ frame, total, faces, provider }) => {
          this.provider = provider;
          this.tell({ done: total > 0 ? frame / total : 0, ...(faces && { glance: faces }) });
        },
      });
      this.tell({ state: 'done', done: 1, analysis, facts: analysis });
    } catch (error) {
      const known = asFaceSwapError(error);
      if (known.code !== 'cancelled') {
        this.tell({ state: 'failed', message: sentenceOf(known) });
        return;
      }
      this.tell({ state: 'idle', done: 0 });
      if (abort.signal.reason === this.leaving) await this.start();
    }
  }

  /**
   * A look that may use the GPU ends, and begins again without it. False for one that goes on where it is, because it has found no
   * GPU.
   */
  leaveGpu(): boolean {
    if (this.seen.state !== 'running' || isOnProcessor(this.request) || this.seen.withoutGpu) return true;
    if (this.provider === 'cpu') return false;
    this.abort?.abort(this.leaving);
    return true;
  }

  stop(): void {
    this.abort?.abort();
  }

  dispose(): void {
    this.stop();
    this.changed.dispose();
  }

  /** Says nothing when it fails: the analysis tells what is wrong with the file. */
  private async glimpse(): Promise<void> {
    const { file, tools } = this.request;
    try {
      this.tell({ facts: await this.looker.call('facts', { file, tools }) });
      const still = await this.looker.call('still', { file, seconds: 0, maxWidth: posterWidth, tools });
      this.tell({ poster: still.jpegBase64 });
    } catch {
      return;
    }
  }

  private tell(news: Partial<AnalysisMessage>): void {
    this.seen = { ...this.seen, ...news };
    this.changed.fire(this.seen);
  }
}
