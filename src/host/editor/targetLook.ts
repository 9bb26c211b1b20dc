import * as vscode from 'vscode';
import type { AnalysisRequest } from '../../protocol/analysis';
import type { AnalysisMessage } from '../../protocol/panel';
import { asFaceSwapError, sentenceOf } from '../outcome';
import type { WorkerProcess } from '../workerProcess';

const posterWidth = 640;

/** One look at a target, shared by all panels that show it: its facts and first picture at once, its people when they are found. */
export class TargetLook implements vscode.Disposable {
  private seen: AnalysisMessage = { type: 'analysis', state: 'idle', done: 0, message: '' };
  private abort: AbortController | undefined;
  private readonly changed = new vscode.EventEmitter<AnalysisMessage>();
  readonly onDidChange = this.changed.event;

  /**
   * @param looker the process that answers quickly
   * @param analyst the process that may take long
   */
  constructor(
    private readonly request: AnalysisRequest,
    private readonly looker: WorkerProcess,
    private readonly analyst: WorkerProcess,
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
    this.abort = abort;
    this.tell({ state: 'running', done: 0, message: '' });
    try {
      const analysis = await this.analyst.call('analyse', this.request, {
        signal: abort.signal,
        onProgress: ({ frame, total, faces }) =>
          this.tell({ done: total > 0 ? frame / total : 0, ...(faces && { glance: faces }) }),
      });
      this.tell({ state: 'done', done: 1, analysis, facts: analysis });
    } catch (error) {
      const known = asFaceSwapError(error);
      if (known.code === 'cancelled') this.tell({ state: 'idle', done: 0 });
      else this.tell({ state: 'failed', message: sentenceOf(known) });
    }
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
