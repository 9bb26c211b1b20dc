import type { SwapJob } from '../protocol/job';
import type { PipelineContext } from './context';
import { openFaceModels, type OpenFaceModels } from './faceModels';
import { usesMesh } from './processorFiles';

/** The networks that a job needs to know faces, and hands before them where it has to draw around those. Throws what opening them throws. */
export async function openFaceModelsFor(job: SwapJob, context: PipelineContext): Promise<OpenFaceModels> {
  return openFaceModels(job.execution, context.onLog, job.models, await usesMesh(job, context));
}
