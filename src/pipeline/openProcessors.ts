import type { SwapJob } from '../protocol/job';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import { identifySource } from './faces/identify';
import { readRgb } from './media/images';
import { openEnhancer } from './openEnhancer';
import { openSwapper, type SourcePhoto } from './openSwapper';
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

/** The swapper with the source's face in it. Throws what `openProcessors` throws. */
export async function openSwapperFor(
  job: SwapJob,
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FrameProcessor> {
  return openSwapper(job, await identifySources(job.sources, models, context), models, context);
}

/** The largest face of each source photo. */
async function identifySources(
  files: readonly string[],
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<SourcePhoto[]> {
  const photos: SourcePhoto[] = [];
  for (const file of files) {
    const image = await readRgb(file);
    const [source, ...others] = await identifySource(models, image, file);
    const { face, sharpness } = source;
    const more = others.length > 0 ? `, the largest of ${others.length + 1} faces` : '';
    const { width, height } = face.box;
    context.onLog(
      'info',
      `Source ${file}: face of ${width.toFixed(0)}×${height.toFixed(0)} px${more}, yaw ${face.pose.yaw.toFixed(0)}°, sharpness ${sharpness.toFixed(2)}`,
    );
    photos.push({ ...source, image });
  }
  return photos;
}
