import {
  chooseModel,
  findNeuralModel,
  listModels,
  missingModel,
  modelPlaces,
  type InstalledNeuralModel,
} from '../models';
import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import { defaultProcessing } from '../protocol/processing';
import type { PipelineContext } from './context';
import { readLastInitializer, type StoredTensor } from './inference/lastInitializer';

/** Numbers in an embedding that swappers take. */
export const swapperEmbedding = 512;

/** The files of a face_swapper that is a network. */
export interface SwapperFiles {
  swapper: InstalledNeuralModel;
  /** The map that embeddings go through first, from the swapper's own file, where it has one. */
  map?: StoredTensor;
  /** The network that embeddings go through first, where the swapper wants one. */
  converter?: InstalledNeuralModel;
  /**
   * Who recognises the source: the job's own recogniser, a file, or for want of any the built-in one, whose embeddings
   * no network has learnt; undefined where the source is a picture.
   */
  recognizer?: 'own' | 'built-in' | { path: string };
}

type Finder = Pick<PipelineContext, 'onLog' | 'signal'>;

/** Finds all that the job's processors will load, so that what is missing is known before any work. Throws as they do. */
export async function checkProcessorFiles(job: SwapJob, { signal }: Finder): Promise<void> {
  const quiet: Finder = { signal, onLog: () => undefined };
  for (const name of job.processors) {
    await (name === 'face_enhancer' ? findEnhancer(job, quiet) : findSwapper(job, quiet));
  }
}

/**
 * The network that the job wants to swap with and what that needs, by id, by file, or the best that is there; undefined stands
 * for the built-in engine. Throws `model-missing`, `model-corrupt` or `model-wrong`.
 */
export async function findSwapper(job: SwapJob, finder: Finder): Promise<SwapperFiles | undefined> {
  const { onLog, signal } = finder;
  const swapper = await chooseSwapper((job.processing ?? defaultProcessing).swapper.model, finder);
  const source = swapper?.model.source;
  if (!swapper || source?.kind !== 'embedding') return swapper && { swapper };
  const recognizer = await findRecognizer(job, swapper, finder);
  if (source.form === 'mapped') return { swapper, recognizer, map: await embeddingMap(swapper.path) };
  if (source.converter === undefined) return { swapper, recognizer };
  const wanted = { role: 'embedding_converter', signal } as const;
  const converter = await findNeuralModel(source.converter, modelPlaces(), wanted);
  onLog('info', `face_swapper: ${swapper.model.id} takes embeddings through ${converter.model.id}`);
  return { swapper, recognizer, converter };
}

async function embeddingMap(file: string): Promise<StoredTensor> {
  const map = await readLastInitializer(file);
  if (map.shape.length === 2 && map.shape[0] === swapperEmbedding) return map;
  const reason = `its last initializer ${map.name} is no embedding map`;
  throw new FaceSwapError('model-wrong', { file, reason });
}

/** Whether the job's faces are drawn by the built-in engine, which needs to know what hides them. Throws as `findSwapper`. */
export async function usesMesh(job: SwapJob, { signal }: Finder): Promise<boolean> {
  if (!job.processors.includes('face_swapper')) return false;
  const { model } = (job.processing ?? defaultProcessing).swapper;
  return (await chooseSwapper(model, { signal, onLog: () => undefined })) === undefined;
}

async function chooseSwapper(
  choice: string,
  { onLog, signal }: Finder,
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
  const { models } = await listModels(places, { signal });
  const { chosen, reason, missing } = chooseModel('face_swapper', models);
  const isComplete = chosen !== undefined && missing.length === 0;
  onLog('info', isComplete ? `face_swapper: ${reason}` : `face_swapper: built-in mesh engine (${reason})`);
  return isComplete ? chosen : undefined;
}

/**
 * The recogniser whose embeddings the swapper has learnt: the job's own if it is an ArcFace, else the best one that is
 * installed. Without any, a model that is known to be genuine is refused, because its faces would be nobody's; with
 * other files the built-in recogniser steps in, and the log says what to expect.
 */
async function findRecognizer(
  { models }: SwapJob,
  { verified }: InstalledNeuralModel,
  { onLog, signal }: Finder,
): Promise<NonNullable<SwapperFiles['recognizer']>> {
  if ((models?.recognizer ?? 'face_recognizer') !== 'face_recognizer') return 'own';
  const places = modelPlaces();
  const { chosen, reason } = chooseModel('face_recognizer', (await listModels(places, { signal })).models);
  if (chosen) {
    onLog('info', `face_swapper, recogniser of the source: ${reason}`);
    return chosen;
  }
  if (verified) throw missingModel('w600k_r50', places);
  onLog(
    'warn',
    'face_swapper: no ArcFace recogniser is installed, and the built-in one stands in for it: the new face will not resemble the source. Install w600k_r50, or name a file with --face-recognizer-model',
  );
  return 'built-in';
}

/** The network that the job wants to restore faces with: by id, by file, or the best that is there. Throws as `findSwapper`. */
export async function findEnhancer(
  { processing = defaultProcessing }: SwapJob,
  { onLog, signal }: Finder,
): Promise<InstalledNeuralModel> {
  const places = modelPlaces();
  const choice = processing.enhancer.model;
  if (choice !== 'auto') {
    const found = await findNeuralModel(choice, places, { role: 'face_enhancer', signal });
    onLog('info', `face_enhancer: ${found.model.id}, ${found.reason}`);
    return found;
  }
  const { chosen, reason } = chooseModel('face_enhancer', (await listModels(places, { signal })).models);
  if (!chosen) throw missingModel('face_enhancer', places);
  onLog('info', `face_enhancer: ${reason}`);
  return chosen;
}
