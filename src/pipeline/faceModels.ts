import { findModel } from '../models';
import type { ExecutionOptions, ModelChoice } from '../protocol/job';
import type { LogLevel, ProviderChoice } from '../protocol/report';
import { openDetector, openRecognizer, type OpenSession } from './chosenNetworks';
import { FaceLandmarker } from './faces/landmarker';
import type { FaceModels } from './faces/models';
import type { ModelSession } from './inference/session';
import { openModel } from './openModel';

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

/**
 * Verifies and opens the face models: the built-in ones, or those chosen by id or absolute path. Throws `model-missing`,
 * `model-corrupt`, `model-wrong` (a file that is no detector or recogniser) or `provider-unavailable`; what was opened until
 * then is closed again.
 */
export async function openFaceModels(
  execution: ExecutionOptions,
  log: (level: LogLevel, message: string) => void,
  chosen: ModelChoice = {},
): Promise<OpenFaceModels> {
  const sessions: ModelSession[] = [];
  const close = async () => {
    for (const session of sessions.splice(0)) await session.release();
  };
  const open: OpenSession = async (path, shapes = {}) => {
    const session = await openModel(path, execution, log, { shapes });
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
    const providers = sessions.map(({ choice }) => choice);
    return { detector, landmarker, recognizer, providers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
