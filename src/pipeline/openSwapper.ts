import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import { defaultProcessing } from '../protocol/processing';
import { openRecognizer } from './chosenNetworks';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import type { IdentifiedFace, IdentifiedPhoto } from './identifyPhotos';
import { swapperRecord } from './neuralRecords';
import { NetworkOpener } from './openNetworks';
import { findSwapper, swapperEmbedding, type SwapperFiles } from './processorFiles';
import { bestPhoto } from './processors/faceSwapper/bestPhoto';
import { createMeshSwapper } from './processors/faceSwapper/meshSwapper';
import { NeuralSwapper, wayOf, type EmbedTarget } from './processors/faceSwapper/neuralSwapper';
import { PeopleSwapper } from './processors/faceSwapper/peopleSwapper';
import { sourceInput, type SourceTools, type SwapPhoto } from './processors/faceSwapper/swapSource';
import { SwapNetwork } from './processors/faceSwapper/swapNetwork';
import type { FrameProcessor } from './processors/processor';
import { unheededByMesh } from './unheeded';

/**
 * The face_swapper that the job wants, with the new faces in it: the built-in engine, or a network by id, by file, or the best that
 * is there.
 * Throws `model-missing`, `model-corrupt`, `model-wrong` or `provider-unavailable`, with nothing left open.
 */
export async function openSwapper(
  job: SwapJob,
  faces: readonly IdentifiedFace[],
  models: OpenFaceModels,
  context: PipelineContext,
): Promise<FrameProcessor> {
  const files = await findSwapper(job, context);
  if (!files) {
    const unheeded = unheededByMesh(job).join(', ');
    if (unheeded !== '')
      context.onLog(
        'warn',
        `No effect with the built-in engine, only with a model for face_swapper: ${unheeded}`,
      );
    return forPeople(faces, (photos) => Promise.resolve(meshSwapper(photos, models)));
  }
  const opener = new NetworkOpener(job, context, models.providers);
  try {
    return await openNeural(job, files, faces, models, opener, context.onLog);
  } catch (error) {
    await opener.close();
    throw error;
  }
}

/** One swapper where there is one new face for everybody, else one for each. */
async function forPeople(
  faces: readonly IdentifiedFace[],
  make: (photos: readonly IdentifiedPhoto[]) => Promise<FrameProcessor>,
): Promise<FrameProcessor> {
  if (faces.length === 1 && faces[0].person === undefined) return make(faces[0].photos);
  const swappers = new Map<number | undefined, FrameProcessor>();
  for (const { person, photos } of faces) swappers.set(person, await make(photos));
  return new PeopleSwapper(swappers);
}

function meshSwapper(photos: readonly IdentifiedPhoto[], { landmarker }: OpenFaceModels): FrameProcessor {
  return createMeshSwapper(
    photos.map(({ image, face: { landmarks, pose } }) => ({ image, landmarks, pose })),
    { look: (frame, face) => landmarker.again(frame, face.landmarks) },
  );
}

async function openNeural(
  job: SwapJob,
  { swapper: { path, model }, recognizer: chosen, map, converter }: SwapperFiles,
  people: readonly IdentifiedFace[],
  models: OpenFaceModels,
  opener: NetworkOpener,
  log: PipelineContext['onLog'],
): Promise<FrameProcessor> {
  const { swapper, mask } = job.processing ?? defaultProcessing;
  const record = swapperRecord(model);
  const network = new SwapNetwork(await opener.open(path, record.size), record, path);
  const recognizer =
    typeof chosen === 'object'
      ? await openRecognizer(chosen.path, (file, shapes) => opener.openShaped(file, shapes))
      : chosen && models.recognizer;
  const photoOf = async ({ image, face, rawEmbedding }: IdentifiedPhoto): Promise<SwapPhoto> => {
    const known = recognizer ? (await recognizer.identify(image, face)).rawEmbedding : rawEmbedding;
    return { image, face, embedding: embeddingFor(known) };
  };
  const { source } = record;
  const isMapped = source.kind === 'embedding' && source.form === 'mapped';
  const sourcing: SourceTools = {
    ...(map && { map }),
    ...(converter && { converter: await opener.open(converter.path, 1) }),
    projection: isMapped && wayOf(mask) === 'insightface' ? source.projection : 'facefusion',
  };
  const embedTarget: EmbedTarget | undefined =
    recognizer &&
    (async (frame, face) => embeddingFor((await recognizer.identify(frame, face)).rawEmbedding));
  const { weight, pixelBoost, colourMatch } = swapper;
  const options = { masks: mask, weight, pixelBoost, colourMatch };
  // All of them share the network; what is closed again stays closed.
  return forPeople(people, async (photos) => {
    const shown = source.kind === 'image' ? [bestPhoto(photos, source.size)] : photos;
    if (shown.length < photos.length)
      log('info', `face_swapper is shown one photo only: ${shown[0].file}, the best of ${photos.length}`);
    const faces: SwapPhoto[] = [];
    for (const photo of shown) faces.push(await photoOf(photo));
    const input = await sourceInput(source, faces, sourcing);
    if (input.length !== network.sourceLength) {
      const reason = `its source takes ${network.sourceLength} numbers instead of ${input.length}`;
      throw new FaceSwapError('model-wrong', { file: path, reason });
    }
    return new NeuralSwapper(network, input, options, () => opener.close(), embedTarget);
  });
}

/** Longer embeddings are folded to the length that swappers take. */
function embeddingFor(embedding: Float32Array): Float32Array {
  if (embedding.length === swapperEmbedding) return embedding;
  const folded = new Float32Array(swapperEmbedding);
  embedding.forEach((value, i) => (folded[i % swapperEmbedding] += value));
  return folded;
}
