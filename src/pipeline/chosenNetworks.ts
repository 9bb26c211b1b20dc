import { stat } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { findModel, findNeuralModel, modelPlaces, recogniseModel } from '../models';
import { FaceSwapError } from '../protocol/errors';
import { ArcFaceRecognizer, arcfaceSide } from './faces/arcface';
import { BuiltInDetector } from './faces/builtInDetector';
import { BuiltInRecognizer } from './faces/builtInRecognizer';
import type { FaceDetector } from './faces/detector';
import { NetworkDetector } from './faces/networkDetector';
import type { FaceRecognizer } from './faces/recognizer';
import { scrfdNetwork } from './faces/scrfd';
import { yunetNetwork } from './faces/yunet';
import type { ModelSession } from './inference/session';

/** Input side for detectors that take any: what InsightFace and facefusion use when nothing is said. */
const ANY_SIZE = 640;

/** Opens a session that whoever passes this in will release; `shapes` for what the model leaves open. */
export type OpenSession = (path: string, shapes?: Record<string, number[]>) => Promise<ModelSession>;

/**
 * The built-in detector for `face_detector`, else a network of SCRFD's or YuNet's signature by id or absolute path.
 * Throws `model-missing`, `model-corrupt`, and `model-wrong` for a file that is something else.
 */
export async function openDetector(choice: string, open: OpenSession): Promise<FaceDetector> {
  const { path, name } = await locate(choice);
  if (choice === 'face_detector') return new BuiltInDetector(await open(path));
  const { family, reason, head } = await recogniseModel(path);
  if (family !== 'scrfd' && family !== 'yunet') throw notA('face_detector', path, reason);
  const [{ name: input, dims }] = head.inputs;
  const shape = [1, 3, ANY_SIZE, ANY_SIZE].map((usual, i) => (dims && dims[i] > 0 ? dims[i] : usual));
  const session = await open(path, { [input]: shape });
  return new NetworkDetector(session, name, family === 'scrfd' ? scrfdNetwork : yunetNetwork);
}

/** The built-in recogniser for `face_recognizer`, else a network of ArcFace's signature; throws as `openDetector` does. */
export async function openRecognizer(choice: string, open: OpenSession): Promise<FaceRecognizer> {
  const { path, name } = await locate(choice);
  if (choice === 'face_recognizer') return new BuiltInRecognizer(await open(path));
  const { family, reason, head } = await recogniseModel(path);
  if (family !== 'arcface') throw notA('face_recognizer', path, reason);
  const side = arcfaceSide;
  return new ArcFaceRecognizer(await open(path, { [head.inputs[0].name]: [1, 3, side, side] }), name);
}

/**
 * The file that an id or an absolute path stands for, and a name that no other file shares. A file of a known name and
 * size must also have the known content.
 */
async function locate(choice: string): Promise<{ path: string; name: string }> {
  if (!isAbsolute(choice)) return { path: (await findModel(choice)).path, name: choice };
  const found = await stat(choice).catch(() => undefined);
  if (!found) throw new FaceSwapError('model-missing', { file: choice });
  if (!found.isFile()) throw new FaceSwapError('input-is-directory', { file: choice });
  const { path } = await findNeuralModel(choice, modelPlaces());
  return { path, name: `${basename(choice)} (${found.size} bytes, ${choice})` };
}

function notA(role: string, file: string, reason: string): FaceSwapError {
  return new FaceSwapError('model-wrong', { file, reason: `as a ${role}: ${reason}` });
}
