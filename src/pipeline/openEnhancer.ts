import type { SwapJob } from '../protocol/job';
import { defaultProcessing } from '../protocol/processing';
import type { ProviderChoice } from '../protocol/report';
import type { PipelineContext } from './context';
import { enhancerRecord } from './neuralRecords';
import { NetworkOpener } from './openNetworks';
import { findEnhancer } from './processorFiles';
import { EnhanceNetwork } from './processors/faceEnhancer/enhanceNetwork';
import { NeuralEnhancer } from './processors/faceEnhancer/neuralEnhancer';
import type { FrameProcessor } from './processors/processor';

/**
 * The face_enhancer that the job wants: a network by id, by file, or the best that is there. Throws `model-missing`,
 * `model-corrupt`, `model-wrong` or `provider-unavailable`, with nothing left open.
 */
export async function openEnhancer(
  job: SwapJob,
  providers: ProviderChoice[],
  context: PipelineContext,
): Promise<FrameProcessor> {
  const { enhancer, mask } = job.processing ?? defaultProcessing;
  const { path, model } = await findEnhancer(job, context);
  const opener = new NetworkOpener(job, context, providers);
  try {
    const session = await opener.open(path, model.size ?? 512);
    const network = new EnhanceNetwork(session, enhancerRecord(model), path);
    return new NeuralEnhancer(
      network,
      {
        blend: enhancer.blend / 100,
        weight: enhancer.weight,
        maskBlur: mask.blur,
        occlusion: mask.types.includes('occlusion'),
        allFaces: enhancer.faces === 'all',
      },
      () => opener.close(),
    );
  } catch (error) {
    await opener.close();
    throw error;
  }
}
