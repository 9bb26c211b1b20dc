import type * as vscode from 'vscode';
import type { AnalysisRequest, PhotoReport, PhotoRequest, TargetAnalysis } from '../../protocol/analysis';
import type { FrameHint, Preview, PreviewRequest } from '../../protocol/preview';
import type { CallOptions } from '../../workerClient';
import type { JobRun } from '../jobRun';
import { WorkerProcess } from '../workerProcess';
import { GivesWay } from './givesWay';
import { KeptByFile } from './keptByFile';
import { isOnProcessor, onProcessor } from './onProcessor';
import { TargetLook } from './targetLook';

/** Somebody who thinks about a frame comes back to it; the models of a preview stay loaded meanwhile. */
const previewIdleMs = 300_000;

/**
 * What panels share and what outlives them: findings about photos and targets, the processes that look for them, and the last run of every job file.
 * Looking has processes of its own, because a job blocks the one that it runs in; those that may use the GPU leave it to jobs.
 */
export class Studio implements vscode.Disposable {
  /** For what is answered at once: facts, stills, and photos, which are quicker looked at than a GPU is made ready. */
  readonly looker: WorkerProcess;
  private readonly previewer: WorkerProcess;
  private readonly analyst: WorkerProcess;
  /** Looks for people without the GPU; both let panels and previews go first. */
  private readonly modestAnalyst: WorkerProcess;
  private readonly photos = new KeptByFile<Promise<PhotoReport>>(64);
  private readonly looks = new KeptByFile<TargetLook>(8, (look) => look.dispose());
  private readonly runs = new Map<string, JobRun>();
  private previews: Promise<unknown> = Promise.resolve();
  private previewing = new AbortController();
  /** Looks for people, to previews. */
  private readonly givesWay = new GivesWay();

  /** @param isGpuTaken a job runs, which is to have the GPU to itself */
  constructor(
    environment: () => NodeJS.ProcessEnv,
    private readonly isGpuTaken: () => boolean,
  ) {
    this.looker = new WorkerProcess(environment);
    this.previewer = new WorkerProcess(environment, { idleMs: previewIdleMs });
    this.analyst = new WorkerProcess(environment, { isPatient: true });
    this.modestAnalyst = new WorkerProcess(environment, { isPatient: true });
  }

  photo(request: PhotoRequest): Promise<PhotoReport> {
    const look = (): Promise<PhotoReport> => this.looker.call('photo', onProcessor(request));
    return this.photos.get(request.file, JSON.stringify(request), look);
  }

  look(request: AnalysisRequest): TargetLook {
    const analyse = (asked: AnalysisRequest, options: CallOptions): Promise<TargetAnalysis> =>
      (isOnProcessor(asked) ? this.modestAnalyst : this.analyst).call('analyse', asked, {
        ...options,
        control: this.givesWay.control,
      });
    const make = (): TargetLook => new TargetLook(request, this.looker, analyse, this.isGpuTaken);
    return this.looks.get(request.file, JSON.stringify(request), make);
  }

  /**
   * Those of all panels one after the other: the process takes a newer one for the end of those before it.
   * @param closed nobody waits for it any more
   */
  preview(request: PreviewRequest, closed: AbortSignal): Promise<Preview> {
    const signal = AbortSignal.any([this.previewing.signal, closed]);
    const made = this.previews.then(() => this.previewer.call('preview', request, { signal }));
    this.previews = made.catch(() => undefined);
    this.givesWay.to(this.previews);
    return made;
  }

  /** Somebody may want to see a frame next. */
  expect(hint: FrameHint): void {
    this.previewer.tell('expect', hint).catch(() => undefined);
  }

  /** Somebody has closed a panel: nothing is made ahead of time any more until the next preview. */
  restPreviews(): void {
    // A process that has ended meanwhile has nothing to rest from.
    this.previewer.tell('rest', {}).catch(() => undefined);
  }

  /**
   * Resolves when none of these processes holds memory of the GPU. Previews become `cancelled`; people are looked for without it
   * from then on.
   */
  async leaveGpu(): Promise<void> {
    this.previewing.abort();
    this.previewing = new AbortController();
    const hasLeft = this.looks.values.map((look) => look.leaveGpu()).every(Boolean);
    await Promise.all([this.previewer.retire(), hasLeft && this.analyst.retire()]);
  }

  /** By the path of the job file, saved or not. */
  runOf(jobFile: string): JobRun | undefined {
    return this.runs.get(jobFile);
  }

  keepRun(jobFile: string, run: JobRun): void {
    this.runs.set(jobFile, run);
  }

  dispose(): void {
    this.looks.clear();
    this.runs.clear();
    this.givesWay.dispose();
    for (const one of [this.looker, this.previewer, this.analyst, this.modestAnalyst]) one.dispose();
  }
}
