import path from 'node:path';
import * as vscode from 'vscode';
import { CallControl } from '../callControl';
import type { GpuRelease } from '../protocol/gpu';
import type { SwapJob } from '../protocol/job';
import type { JobProblem, ProblemKind } from '../protocol/problems';
import type { JobReport, LivePicture, Progress } from '../protocol/report';
import { percentOf, stageTitle } from './jobStatus';
import type { KeptJob } from './keptQueue';
import { t } from './texts';

/** `interrupted`: it was not over when VS Code was closed, and waits for somebody to say that it is to go on. */
export type RunState = 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled' | 'interrupted';

export interface VramPoint {
  second: number;
  usedMb: number;
  totalMb: number;
}

/** A chart needs no more; of a longer job every other reading is forgotten each time that there are so many. */
const mostPoints = 600;

let runs = 0;

/**
 * One job from its start to whatever follows: the queue and the worker tell it what happens, and panels that come and go read
 * what has happened so far.
 */
export class JobRun implements vscode.Disposable {
  state: RunState = 'waiting';
  ahead = 0;
  /** Milliseconds since 1970; 0 before the end. */
  endedAt = 0;
  readonly id = `job ${++runs}`;
  latest: Progress = { stage: 'probe', frame: 0, total: 0, fps: 0 };
  picture: LivePicture | undefined;
  report: JobReport | undefined;
  /** The sentence for people when it failed. */
  failure = '';
  readonly vram: VramPoint[] = [];
  readonly releases: { second: number; release: GpuRelease }[] = [];
  readonly control = new CallControl();
  readonly abort = new AbortController();
  private readonly found = new Map<string, JobProblem>();
  private readonly changed = new vscode.EventEmitter<'state' | 'picture'>();
  private startedAt = Date.now();
  private nextPointAt = 0;
  private pointEverySeconds = 0.5;
  private viewers = 0;

  readonly onDidChange = this.changed.event;

  /** @param kept how it is kept over a restart */
  constructor(
    readonly job: SwapJob,
    readonly kept: KeptJob,
  ) {}

  /** Path of the job file that it was started from. */
  get jobFile(): string | undefined {
    return this.kept.jobFile;
  }

  /** `ann.jpg → clip.mp4` */
  get label(): string {
    return jobLabel(this.job);
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get isRunning(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }

  get isOver(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'cancelled';
  }

  /** In the order of their first frames. */
  get problems(): JobProblem[] {
    return [...this.found.values()].sort((a, b) => a.first - b.first);
  }

  cancel(): void {
    this.abort.abort();
  }

  /** Frames are made into pictures only while somebody looks; the returned function ends the looking. */
  watch(): () => void {
    this.control.showPictures(++this.viewers > 0);
    return () => this.control.showPictures(--this.viewers > 0);
  }

  waiting(ahead: number): void {
    this.ahead = ahead;
    this.tell();
  }

  started(): void {
    this.startedAt = Date.now();
    this.become('running');
  }

  progressed(progress: Progress): void {
    this.latest = progress;
    if (progress.vram) this.addPoint(progress.vram);
    this.tell();
  }

  paused(isPaused: boolean): void {
    this.become(isPaused ? 'paused' : 'running');
  }

  released(release: GpuRelease): void {
    const { seconds: second } = this;
    this.releases.push({ second, release });
    // Readings come with frames, of which there are none while memory is given back.
    const { totalMb } = this.vram.at(-1) ?? {};
    if (totalMb !== undefined)
      for (const usedMb of [release.beforeMb, release.afterMb]) this.vram.push({ second, usedMb, totalMb });
    this.tell();
  }

  problem(problem: JobProblem): void {
    this.found.set(`${problem.kind} ${problem.person ?? ''} ${problem.first}`, problem);
    this.tell();
  }

  pictured(picture: LivePicture): void {
    this.picture = picture;
    this.changed.fire('picture');
  }

  finished(report: JobReport): void {
    this.report = report;
    for (const problem of report.problems ?? []) this.problem(problem);
    this.become('done');
  }

  failed(sentence: string): void {
    this.failure = sentence;
    this.become('failed');
  }

  cancelled(): void {
    this.become('cancelled');
  }

  dispose(): void {
    this.changed.dispose();
  }

  private get seconds(): number {
    return (Date.now() - this.startedAt) / 1000;
  }

  private addPoint({ usedMb, totalMb }: { usedMb: number; totalMb: number }): void {
    const second = this.seconds;
    if (second < this.nextPointAt) return;
    this.nextPointAt = second + this.pointEverySeconds;
    this.vram.push({ second, usedMb, totalMb });
    if (this.vram.length < mostPoints) return;
    this.pointEverySeconds *= 2;
    this.vram.splice(0, this.vram.length, ...this.vram.filter((_, i) => i % 2 === 0));
  }

  private become(state: RunState): void {
    this.state = state;
    if (this.isOver) this.endedAt = Date.now();
    this.tell();
  }

  private tell(): void {
    this.changed.fire('state');
  }
}

/** `ann.jpg → clip.mp4`: how lists and notifications name a job. */
export function jobLabel({ sources, faceMap, target }: SwapJob): string {
  const source = sources.at(0) ?? faceMap?.flatMap((person) => person.sources)[0]?.file ?? '';
  return `${path.basename(source)} → ${path.basename(target)}`;
}

/** `No face from 0:12 to 0:15`. */
export function problemText({ kind, fromSeconds, toSeconds }: JobProblem): string {
  const texts: Record<ProblemKind, string> = {
    'no-face': t('No face from {0} to {1}', clock(fromSeconds), clock(toSeconds)),
    'low-confidence': t('Face hard to see from {0} to {1}', clock(fromSeconds), clock(toSeconds)),
    'turned-away': t('Face turned away from {0} to {1}', clock(fromSeconds), clock(toSeconds)),
    'track-lost': t('Face lost from {0} to {1}', clock(fromSeconds), clock(toSeconds)),
  };
  return texts[kind];
}

/** `00:12.4`. */
function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const [minutes, rest] = [Math.floor(tenths / 600), (tenths % 600) / 10];
  return `${String(minutes).padStart(2, '0')}:${rest.toFixed(1).padStart(4, '0')}`;
}

/** What is told of a run while it lasts, for status lines. */
export const runStatus = ({ latest }: JobRun): { stage: string; percent: number } => ({
  stage: stageTitle(latest.stage, t),
  percent: percentOf(latest),
});
