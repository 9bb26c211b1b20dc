import type { SwapJob } from '../protocol/job';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import { identifySource } from './faces/identify';
import { readRgb } from './media/images';
import { createMeshSwapper, type MeshSource } from './processors/faceSwapper/meshSwapper';
import { FaceSwapError } from '../protocol/errors';
import type { FrameProcessor } from './processors/processor';

/** Opens the job's processors in order. Throws `no-source-face`, `model-missing` and what reading a photo throws. */
export async function openProcessors(
  job: SwapJob,
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FrameProcessor[]> {
  const processors: FrameProcessor[] = [];
  for (const name of job.processors) {
    if (name === 'face_enhancer') throw new FaceSwapError('model-missing', { model: name });
    const sources = await identifySources(job.sources, models, context);
    context.onLog('info', 'face_swapper: built-in mesh engine');
    processors.push(createMeshSwapper(sources));
  }
  return processors;
}

/** The largest face of each source photo. */
async function identifySources(
  files: readonly string[],
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<MeshSource[]> {
  const sources: MeshSource[] = [];
  for (const file of files) {
    const image = await readRgb(file);
    const [{ face, sharpness }, ...others] = await identifySource(models, image, file);
    const more = others.length > 0 ? `, the largest of ${others.length + 1} faces` : '';
    const { width, height } = face.box;
    context.onLog(
      'info',
      `Source ${file}: face of ${width.toFixed(0)}×${height.toFixed(0)} px${more}, yaw ${face.pose.yaw.toFixed(0)}°, sharpness ${sharpness.toFixed(2)}`,
    );
    sources.push({ image, landmarks: face.landmarks, pose: face.pose });
  }
  return sources;
}
