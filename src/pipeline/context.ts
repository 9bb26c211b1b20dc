import type { PassState } from '../protocol/passes';
import type { LogLevel, Progress } from '../protocol/report';

/** What a pipeline call may use of the world above it: nothing else calls back upstream. */
export interface PipelineContext {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  onLog: (level: LogLevel, message: string) => void;
  /** Told before a scratch folder is filled, so that whoever outlives this process can remove it. */
  onScratch: (folder: string) => void;
  /** Told what a fresh process needs to go on from here. Without it, no other process could. */
  onCheckpoint?: (state: PassState) => void;
}
