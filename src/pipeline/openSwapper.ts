import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import { defaultProcessing } from '../protocol/processing';
import { openRecognizer } from './chosenNetworks';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import type { SourceFace } from './faces/identify';
import type { RgbImage } from './image/region';
import { swapperRecord } from './neuralRecords';
import { NetworkOpener } from './openNetworks';
import { findSwapper, swapperEmbedding, type SwapperFiles } from './processorFiles';
import { createMeshSwapper } from './processors/faceSwapper/meshSwapper';
import { NeuralSwapper, wayOf, type EmbedTarget } from './processors/faceSwapper/neuralSwapper';
import { sourceInput, type SwapPhoto } from './processors/faceSwapper/swapSource';
import { SwapNetwork } from './processors/faceSwapper/swapNetwork';
import type { FrameProcessor } from './processors/processor';

/** A source photo with its largest face. */
export interface SourcePhoto extends SourceFace {
  image: RgbImage;
}

/**
 * The face_swapper that the job wants: the built-in engine, or a network by id, by file, or the best that is there.
 * Throws `model-missing`, `model-corrupt`, `model-wrong` or `provider-unavailable`, with nothing left open.
 */
export async function openSwapper(
  job: SwapJob,
  photos: readonly SourcePhoto[],
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FrameProcessor> {
  const files = await findSwapper(job, context);
  if (!files)
    return createMeshSwapper(
      photos.map(({ image, face: { landmarks, pose } }) => ({ image, landmarks, pose })),
    );
  const opener = new NetworkOpener(job, context, models.providers);
  try {
    return await openNeural(job, files, photos, models, opener);
  } catch (error) {
    await opener.close();
    throw error;
  }
}

async function openNeural(
  job: SwapJob,
  { swapper: { path, model }, recognizer: chosen, map, converter }: SwapperFiles,
  photos: readonly SourcePhoto[],
  models: OpenFaceModels,
  opener: NetworkOpener,
): Promise<FrameProcessor> {
  const { swapper, mask } = job.processing ?? defaultProcessing;
  const record = swapperRecord(model);
  const network = new SwapNetwork(await opener.open(path, record.size), record, path);
  const recognizer =
    typeof chosen === 'object'
      ? await openRecognizer(chosen.path, (file, shapes) => opener.openShaped(file, shapes))
      : chosen && models.recognizer;
  const faces: SwapPhoto[] = [];
  for (const { image, face, rawEmbedding } of photos) {
    const known = recognizer ? (await recognizer.identify(image, face)).rawEmbedding : rawEmbedding;
    faces.push({ image, face, embedding: embeddingFor(known) });
  }
  const { source } = record;
  const isMapped = source.kind === 'embedding' && source.form === 'mapped';
  const input = await sourceInput(source, faces, {
    ...(map && { map }),
    ...(converter && { converter: await opener.open(converter.path, 1) }),
    projection: isMapped && wayOf(mask) === 'insightface' ? source.projection : 'facefusion',
  });
  if (input.length !== network.sourceLength) {
    const reason = `its source takes ${network.sourceLength} numbers instead of ${input.length}`;
    throw new FaceSwapError('model-wrong', { file: path, reason });
  }
  const embedTarget: EmbedTarget | undefined =
    recognizer &&
    (async (frame, face) => embeddingFor((await recognizer.identify(frame, face)).rawEmbedding));
  const { weight, pixelBoost, colourMatch } = swapper;
  const options = { masks: mask, weight, pixelBoost, colourMatch };
  return new NeuralSwapper(network, input, options, () => opener.close(), embedTarget);
}

/** Longer embeddings are folded to the length that swappers take. */
function embeddingFor(embedding: Float32Array): Float32Array {
  if (embedding.length === swapperEmbedding) return embedding;
  const folded = new Float32Array(swapperEmbedding);
  embedding.forEach((value, i) => (folded[i % swapperEmbedding] += value));
  return folded;
}
