import type * as vscode from 'vscode';
import type { AnalysisRequest, PhotoReport, PhotoRequest } from '../../protocol/analysis';
import type { JobRun } from '../jobRun';
import { WorkerProcess } from '../workerProcess';
import { KeptByFile } from './keptByFile';
import { TargetLook } from './targetLook';

/** Somebody who thinks about a frame comes back to it; the models of a preview stay loaded meanwhile. */
const lookerIdleMs = 300_000;

/**
 * What panels share and what outlives them: findings about photos and targets, the processes that look for them, and the last run of every job file.
 * Looking has processes of its own, because a job blocks the one that it runs in.
 */
export class Studio implements vscode.Disposable {
  readonly looker: WorkerProcess;
  private readonly analyst: WorkerProcess;
  private readonly photos = new KeptByFile<Promise<PhotoReport>>(64);
  private readonly looks = new KeptByFile<TargetLook>(8, (look) => look.dispose());
  private readonly runs = new Map<string, JobRun>();

  constructor(environment: () => NodeJS.ProcessEnv) {
    this.looker = new WorkerProcess(environment, lookerIdleMs);
    this.analyst = new WorkerProcess(environment);
  }

  photo(request: PhotoRequest): Promise<PhotoReport> {
    return this.photos.get(request.file, JSON.stringify(request), () => this.looker.call('photo', request));
  }

  look(request: AnalysisRequest): TargetLook {
    const make = (): TargetLook => new TargetLook(request, this.looker, this.analyst);
    return this.looks.get(request.file, JSON.stringify(request), make);
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
    this.looker.dispose();
    this.analyst.dispose();
  }
}
