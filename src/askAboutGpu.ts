import { describeError } from './protocol/errorText';
import { FaceSwapError } from './protocol/errors';
import type { SwapJob } from './protocol/job';
import type { JobReport } from './protocol/report';

/**
 * Runs a job; where it stops because a GPU cannot be used and people want to be asked, asks them. On yes the job runs without
 * that GPU, on no it is cancelled; without an answer (undefined) it fails with what stopped it.
 */
export async function runAsking(
  job: SwapJob,
  run: (job: SwapJob) => Promise<JobReport>,
  ask: (question: string) => Promise<boolean | undefined>,
): Promise<JobReport> {
  try {
    return await run(job);
  } catch (error) {
    const mayAsk = job.execution.onGpuUnavailable === 'ask';
    if (!mayAsk || !(error instanceof FaceSwapError) || error.code !== 'gpu-unavailable') throw error;
    const answer = await ask(describeError(error));
    if (answer === undefined) throw error;
    if (!answer) throw new FaceSwapError('cancelled');
    return run({ ...job, execution: { ...job.execution, onGpuUnavailable: 'warn' } });
  }
}
