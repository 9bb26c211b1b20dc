import type { GpuRelease } from '../protocol/gpu';
import type { PassState } from '../protocol/passes';
import type { JobProblem } from '../protocol/problems';
import type { LivePicture, LogLevel, Progress } from '../protocol/report';
import type { PauseGate } from './pauseGate';

/** What a pipeline call may use of the world above it: nothing else calls back upstream. */
export interface PipelineContext {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  onLog: (level: LogLevel, message: string) => void;
  /**
   * Told before a scratch folder is filled, so that whoever outlives this process can remove it. One that is `kept` is removed only
   * when the job has been cancelled: another run takes it up.
   */
  onScratch: (folder: string, kept?: boolean) => void;
  /** Told what a fresh process needs to go on from here. Without it, no other process could. */
  onCheckpoint?: (state: PassState) => void;
  /** Where the job stands still when it is paused. */
  gate?: PauseGate;
  /** Told of what is found; a problem that is told again with another end has grown. */
  onProblem?: (problem: JobProblem) => void;
  /** Told when a processor's memory on the GPU has been measured for the last time: back, or held by somebody. */
  onRelease?: (release: GpuRelease) => void;
  /** Present as long as somebody looks at live pictures. */
  pictures?: () => ((picture: LivePicture) => void) | undefined;
}
