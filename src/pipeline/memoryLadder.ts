import { FaceSwapError } from '../protocol/errors';
import type { ExecutionProvider, FrameProcessorName, SwapJob } from '../protocol/job';
import type { MemoryLadder, PassName } from '../protocol/passes';
import { defaultProcessing } from '../protocol/processing';

/** Below this side no network swaps anything. */
const smallestBoost = 128;

/** What was finished when the memory of the GPU was full. */
export interface GpuFull {
  error: FaceSwapError;
  /** Where segments were being encoded, and how many of them are complete. */
  begun?: { scratch: string; finished: number };
}

/** Carries what is finished past those who release models and close files. */
export class GpuFullHalfWay extends Error {
  override readonly name = 'GpuFullHalfWay';
  constructor(readonly full: GpuFull) {
    super(full.error.message);
  }
}

/** Whether a model ran out of memory on a GPU, where less of everything may help; on the CPU nothing would. */
export function isGpuFull(error: unknown): error is FaceSwapError {
  return (
    error instanceof FaceSwapError && error.code === 'out-of-memory' && error.facts['provider'] !== undefined
  );
}

/** A job as it is after what it had to give up, for the work that is named. */
export function withLadder(job: SwapJob, ladder: MemoryLadder | undefined, work: PassName): SwapJob {
  if (!ladder) return job;
  const { pixelBoost, full } = ladder;
  const processing = job.processing ?? defaultProcessing;
  return {
    ...job,
    execution: { ...job.execution, full: full?.[work] ?? [] },
    ...(pixelBoost !== undefined && {
      processing: { ...processing, swapper: { ...processing.swapper, pixelBoost } },
    }),
  };
}

/**
 * One step down: a smaller pixel boost where faces are swapped, else the next provider for that work. That processors work one
 * at a time comes before; frames pass through models one by one in any case. Throws `error` when nothing is left to give
 * up.
 */
export function stepDown(
  job: SwapJob,
  ladder: MemoryLadder | undefined,
  works: readonly PassName[],
  error: FaceSwapError,
): { ladder: MemoryLadder; told: string } {
  const boost = ladder?.pixelBoost ?? (job.processing ?? defaultProcessing).swapper.pixelBoost;
  if (works.includes('face_swapper') && boost > smallestBoost) {
    const pixelBoost = boost / 2 > smallestBoost ? Math.floor(boost / 2) : 0;
    const size = pixelBoost === 0 ? 'the network’s own size' : `${pixelBoost} pixels`;
    return {
      ladder: { ...ladder, pixelBoost },
      told: `faces are swapped in ${size} instead of ${boost} pixels`,
    };
  }
  const provider = error.facts['provider'] as ExecutionProvider;
  const full = { ...ladder?.full };
  for (const work of works) full[work] = [...new Set([...(full[work] ?? []), provider])];
  const left = job.execution.providers.filter((one) => !works.some((work) => full[work]?.includes(one)));
  if (left.length === 0) throw error;
  return { ladder: { ...ladder, full }, told: `${works.join(' and ')} without ${provider} from here on` };
}

/** All the work of a job, for when everything is loaded at once. */
export function worksOf(processors: readonly FrameProcessorName[]): PassName[] {
  return ['faces', ...processors];
}

/** The step in one line of the log. */
export function describeStep(error: FaceSwapError, told: string): string {
  const { model, provider } = error.facts;
  return `The memory of the GPU was full while ${model ?? 'a model'} ran on ${provider ?? 'it'}; ${told}`;
}
