import { stat } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { findModel, recogniseModel } from '../models';
import { FaceSwapError } from '../protocol/errors';
import type { ExecutionOptions, ModelChoice } from '../protocol/job';
import type { LogLevel, ProviderChoice } from '../protocol/report';
import { ArcFaceRecognizer, arcfaceSide } from './faces/arcface';
import { BuiltInDetector } from './faces/builtInDetector';
import { BuiltInRecognizer } from './faces/builtInRecognizer';
import type { FaceDetector } from './faces/detector';
import { FaceLandmarker } from './faces/landmarker';
import type { FaceModels } from './faces/models';
import { NetworkDetector } from './faces/networkDetector';
import type { FaceRecognizer } from './faces/recognizer';
import { scrfdNetwork } from './faces/scrfd';
import { yunetNetwork } from './faces/yunet';
import { openSession, type ModelSession } from './inference/session';

export const faceModelIds = [
  'face_detector',
  'face_landmarker',
  'face_landmarker_refined',
  'face_recognizer',
] as const;

/** The networks that know faces, and how they run. */
export interface OpenFaceModels extends FaceModels {
  providers: ProviderChoice[];
  close(): Promise<void>;
}

/** Input side for detectors that take any: what InsightFace and facefusion use when nothing is said. */
const ANY_SIZE = 640;

type Open = (path: string, shapes?: Record<string, number[]>) => Promise<ModelSession>;
type Log = (level: LogLevel, message: string) => void;

/**
 * Verifies and opens the face models: the built-in ones, or those chosen by id or absolute path. Throws `model-missing`,
 * `model-corrupt`, `model-wrong` (a file that is no detector or recogniser) or `provider-unavailable`; what was opened until
 * then is closed again.
 */
export async function openFaceModels(
  execution: ExecutionOptions,
  log: Log,
  chosen: ModelChoice = {},
): Promise<OpenFaceModels> {
  const sessions: ModelSession[] = [];
  const close = async () => {
    for (const session of sessions.splice(0)) await session.release();
  };
  const open: Open = async (path, shapes = {}) => {
    const { providers, threads } = execution;
    const session = await openSession(path, { providers, threads, log, shapes });
    sessions.push(session);
    return session;
  };
  const builtIn = async (id: (typeof faceModelIds)[number]) => open((await findModel(id)).path);
  try {
    const detector = await openDetector(chosen.detector ?? 'face_detector', open);
    const landmarker = new FaceLandmarker(
      await builtIn('face_landmarker'),
      await builtIn('face_landmarker_refined'),
    );
    const recognizer = await openRecognizer(chosen.recognizer ?? 'face_recognizer', open);
    log('info', `Faces are found by ${detector.model} and recognised by ${recognizer.model}`);
    const providers = sessions.map(({ model, provider, reason, fellBack }) => {
      return { model, provider, reason, fellBack };
    });
    return { detector, landmarker, recognizer, providers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openDetector(choice: string, open: Open): Promise<FaceDetector> {
  const { path, name } = await locate(choice);
  if (choice === 'face_detector') return new BuiltInDetector(await open(path));
  const { family, reason, head } = await recogniseModel(path);
  if (family !== 'scrfd' && family !== 'yunet') throw notA('face_detector', path, reason);
  const [{ name: input, dims }] = head.inputs;
  const shape = [1, 3, ANY_SIZE, ANY_SIZE].map((usual, i) => (dims && dims[i] > 0 ? dims[i] : usual));
  const session = await open(path, { [input]: shape });
  return new NetworkDetector(session, name, family === 'scrfd' ? scrfdNetwork : yunetNetwork);
}

async function openRecognizer(choice: string, open: Open): Promise<FaceRecognizer> {
  const { path, name } = await locate(choice);
  if (choice === 'face_recognizer') return new BuiltInRecognizer(await open(path));
  const { family, reason, head } = await recogniseModel(path);
  if (family !== 'arcface') throw notA('face_recognizer', path, reason);
  const side = arcfaceSide;
  return new ArcFaceRecognizer(await open(path, { [head.inputs[0].name]: [1, 3, side, side] }), name);
}

/** The file that an id or an absolute path stands for, and a name that no other file shares. */
async function locate(choice: string): Promise<{ path: string; name: string }> {
  if (!isAbsolute(choice)) return { path: (await findModel(choice)).path, name: choice };
  const found = await stat(choice).catch(() => undefined);
  if (!found) throw new FaceSwapError('model-missing', { file: choice });
  if (!found.isFile()) throw new FaceSwapError('input-is-directory', { file: choice });
  return { path: choice, name: `${basename(choice)} (${found.size} bytes, ${choice})` };
}

function notA(role: string, file: string, reason: string): FaceSwapError {
  return new FaceSwapError('model-wrong', { file, reason: `as a ${role}: ${reason}` });
}
