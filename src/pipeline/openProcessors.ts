import type { SwapJob } from '../protocol/job';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import { identifyPhotos } from './identifyPhotos';
import { openEnhancer } from './openEnhancer';
import { openSwapper } from './openSwapper';
import type { FrameProcessor } from './processors/processor';

/**
 * Opens the job's processors in order. Throws `no-source-face`, what opening a model throws and what reading a photo
 * throws; what was opened until then is closed again.
 */
export async function openProcessors(
  job: SwapJob,
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FrameProcessor[]> {
  const processors: FrameProcessor[] = [];
  try {
    for (const name of job.processors) {
      processors.push(
        name === 'face_enhancer'
          ? await openEnhancer(job, models.providers, context)
          : await openSwapperFor(job, models, context),
      );
    }
  } catch (error) {
    for (const processor of processors) await processor.close();
    throw error;
  }
  return processors;
}

/** The swapper with the new faces in it. Throws what `openProcessors` throws. */
export async function openSwapperFor(
  job: SwapJob,
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FrameProcessor> {
  return openSwapper(job, await identifyPhotos(job, models, context), models, context);
}
