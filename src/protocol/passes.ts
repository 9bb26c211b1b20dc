import type { GpuRelease, GpuUse } from './gpu';
import type { ExecutionProvider, FrameProcessorName } from './job';
import type { JobProblem } from './problems';
import type { ProviderChoice } from './report';

/** One way through (a stretch of) the video with few models loaded. Segments are counted from 0; `end` is not part of it. */
export type Pass =
  | { kind: 'faces' }
  /** `end` is known once the first processor has found out how much fits on the disk. */
  | {
      kind: 'processor';
      index: number;
      first: number;
      end?: number;
      /** The segment it has come to; those before are done, should it have to start again. */
      from?: number;
    };

/** Work that has models of its own. */
export type PassName = 'faces' | FrameProcessorName;

/** What a job has given up because the memory of the GPU was full. */
export interface MemoryLadder {
  /** Side of swapped pictures in place of the one that the job wants; 0 is the network's own. */
  pixelBoost?: number;
  /** Providers that are passed over, by the work that they had no room for. */
  full?: Partial<Record<PassName, ExecutionProvider[]>>;
}

/** A release whose memory has not come back yet. */
export type PendingRelease = Pick<GpuRelease, 'processor' | 'baselineMb' | 'beforeMb' | 'ms'>;

/**
 * How far a job has come that takes one processor after the other. Plain data: with it another process goes on where
 * this one stopped. Everything that was finished lies in the scratch folder.
 */
export interface PassState {
  scratch: string;
  /** Absent when all that is left is to join the segments. */
  next?: Pass;
  pending?: PendingRelease;
  /** Segments that were encoded before the processors were parted. */
  finished?: number;
  ladder?: MemoryLadder;
  framesWithSwap: number;
  facesSwapped: number;
  /** What the look at all faces has found. */
  problems?: JobProblem[];
  providers: ProviderChoice[];
  releases: GpuRelease[];
  timings: Record<string, number>;
  seconds: number;
  peakMemoryMb: number;
  gpu?: GpuUse;
}
