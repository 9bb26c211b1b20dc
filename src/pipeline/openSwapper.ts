import {
  chooseModel,
  findNeuralModel,
  listModels,
  modelPlaces,
  type InstalledNeuralModel,
  type NeuralModel,
} from '../models';
import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import { defaultProcessing } from '../protocol/processing';
import { openRecognizer } from './chosenNetworks';
import type { PipelineContext } from './context';
import type { OpenFaceModels } from './faceModels';
import type { SourceFace } from './faces/identify';
import type { FaceRecognizer } from './faces/recognizer';
import type { RgbImage } from './image/region';
import { readLastInitializer, type StoredTensor } from './inference/lastInitializer';
import { swapperRecord } from './neuralRecords';
import { NetworkOpener } from './openNetworks';
import { createMeshSwapper } from './processors/faceSwapper/meshSwapper';
import { NeuralSwapper, wayOf, type EmbedTarget } from './processors/faceSwapper/neuralSwapper';
import { sourceInput, type SwapPhoto } from './processors/faceSwapper/swapSource';
import { SwapNetwork } from './processors/faceSwapper/swapNetwork';
import type { SwapSource } from './processors/faceSwapper/swapperRecords';
import type { FrameProcessor } from './processors/processor';

/** A source photo with its largest face. */
export interface SourcePhoto extends SourceFace {
  image: RgbImage;
}

/** Numbers in an embedding that swappers take. */
const EMBEDDING = 512;

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
  const { swapper } = job.processing ?? defaultProcessing;
  const model = await chooseSwapper(swapper.model, context);
  if (!model)
    return createMeshSwapper(
      photos.map(({ image, face: { landmarks, pose } }) => ({ image, landmarks, pose })),
    );
  const opener = new NetworkOpener(job, context, models.providers);
  try {
    return await openNeural(job, model, photos, models, context, opener);
  } catch (error) {
    await opener.close();
    throw error;
  }
}

/** Undefined stands for the built-in engine. */
async function chooseSwapper(
  choice: string,
  { onLog, signal }: PipelineContext,
): Promise<InstalledNeuralModel | undefined> {
  if (choice === 'mesh') {
    onLog('info', 'face_swapper: built-in mesh engine');
    return undefined;
  }
  const places = modelPlaces();
  if (choice !== 'auto') {
    const found = await findNeuralModel(choice, places, { role: 'face_swapper', signal });
    onLog('info', `face_swapper: ${found.model.id}, ${found.reason}`);
    return found;
  }
  const { chosen, reason, missing } = chooseModel(
    'face_swapper',
    (await listModels(places, { signal })).models,
  );
  const isComplete = chosen !== undefined && missing.length === 0;
  onLog('info', isComplete ? `face_swapper: ${reason}` : `face_swapper: built-in mesh engine (${reason})`);
  return isComplete ? chosen : undefined;
}

async function openNeural(
  job: SwapJob,
  { path, model, verified }: InstalledNeuralModel,
  photos: readonly SourcePhoto[],
  models: OpenFaceModels,
  context: PipelineContext,
  opener: NetworkOpener,
): Promise<FrameProcessor> {
  const { swapper, mask } = job.processing ?? defaultProcessing;
  const record = swapperRecord(model);
  const network = new SwapNetwork(await opener.open(path, record.size), record, path);
  const { source } = record;
  let recognizer: FaceRecognizer | undefined;
  let faces: SwapPhoto[] = photos.map(({ image, face, rawEmbedding }) => ({
    image,
    face,
    embedding: rawEmbedding,
  }));
  if (source.kind === 'embedding') {
    recognizer = await swapperRecognizer(photos, models, verified, context, opener);
    const identify = recognizer;
    faces = [];
    for (const { image, face } of photos) {
      faces.push({
        image,
        face,
        embedding: embeddingFor((await identify.identify(image, face)).rawEmbedding),
      });
    }
  }
  const way = wayOf({ ...mask });
  const input = await sourceInput(source, faces, {
    ...(await sourceTools(source, path, model, context, opener)),
    projection:
      way === 'facefusion' || source.kind === 'image' || source.form !== 'mapped'
        ? 'facefusion'
        : source.projection,
  });
  if (input.length !== network.sourceLength) {
    const reason = `its source takes ${network.sourceLength} numbers instead of ${input.length}`;
    throw new FaceSwapError('model-wrong', { file: path, reason });
  }
  const target = recognizer;
  const embedTarget: EmbedTarget | undefined =
    target && (async (frame, face) => embeddingFor((await target.identify(frame, face)).rawEmbedding));
  const { weight, pixelBoost, colourMatch } = swapper;
  const options = { masks: mask, weight, pixelBoost, colourMatch };
  return new NeuralSwapper(network, input, options, () => opener.close(), embedTarget);
}

/** The map in the model's file or the network that translates embeddings, where the model needs one of them. */
async function sourceTools(
  source: SwapSource,
  path: string,
  model: NeuralModel,
  { onLog, signal }: PipelineContext,
  opener: NetworkOpener,
): Promise<{ map?: StoredTensor; converter?: Awaited<ReturnType<NetworkOpener['open']>> }> {
  if (source.kind === 'image') return {};
  if (source.form === 'mapped') {
    const map = await readLastInitializer(path);
    if (map.shape.length !== 2 || map.shape[0] !== EMBEDDING) {
      const reason = `its last initializer ${map.name} is no embedding map`;
      throw new FaceSwapError('model-wrong', { file: path, reason });
    }
    return { map };
  }
  if (source.converter === undefined) return {};
  const found = await findNeuralModel(source.converter, modelPlaces(), {
    role: 'embedding_converter',
    signal,
  });
  onLog('info', `face_swapper: ${model.id} takes embeddings through ${found.model.id}`);
  return { converter: await opener.open(found.path, 1) };
}

/**
 * The recogniser whose embeddings the swapper has learnt: the job's own if it is an ArcFace, else the best one that is
 * installed. Without any, a model that is known to be genuine is refused, because its faces would be nobody's; with
 * other files the built-in recogniser steps in, and the log says what to expect.
 */
async function swapperRecognizer(
  photos: readonly SourcePhoto[],
  models: OpenFaceModels,
  verified: boolean,
  { onLog, signal }: PipelineContext,
  opener: NetworkOpener,
): Promise<FaceRecognizer> {
  if (photos.every(({ rawEmbedding }) => rawEmbedding.length === EMBEDDING)) return models.recognizer;
  const places = modelPlaces();
  const { chosen, reason } = chooseModel('face_recognizer', (await listModels(places, { signal })).models);
  if (chosen) {
    onLog('info', `face_swapper: the source is recognised by ${reason}`);
    return openRecognizer(chosen.path, (path, shapes) => opener.openShaped(path, shapes));
  }
  if (verified) await findNeuralModel('w600k_r50', places, { role: 'face_recognizer', signal });
  onLog(
    'warn',
    'face_swapper: no ArcFace recogniser is installed, and the built-in one stands in for it: the new face will not resemble the source. Install w600k_r50, or name a file with --face-recognizer-model',
  );
  return models.recognizer;
}

/** Longer embeddings are folded to the length that swappers take. */
function embeddingFor(embedding: Float32Array): Float32Array {
  if (embedding.length === EMBEDDING) return embedding;
  const folded = new Float32Array(EMBEDDING);
  embedding.forEach((value, i) => (folded[i % EMBEDDING] += value));
  return folded;
}
