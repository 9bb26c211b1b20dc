import type { GpuRelease, GpuUse } from './gpu';
import type { ProviderChoice } from './report';

/** One way through (a stretch of) the video with few models loaded. Segments are counted from 0; `end` is not part of it. */
export type Pass =
  | { kind: 'faces' }
  /** `end` is known once the first processor has found out how much fits on the disk. */
  | { kind: 'processor'; index: number; first: number; end?: number };

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
  framesWithSwap: number;
  facesSwapped: number;
  providers: ProviderChoice[];
  releases: GpuRelease[];
  timings: Record<string, number>;
  seconds: number;
  peakMemoryMb: number;
  gpu?: GpuUse;
}
