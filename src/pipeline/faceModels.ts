import { findModel } from '../models';
import type { ExecutionOptions } from '../protocol/job';
import type { LogLevel, ProviderChoice } from '../protocol/report';
import { FaceDetector } from './faces/detector';
import { FaceLandmarker } from './faces/landmarker';
import type { FaceModels } from './faces/models';
import { FaceRecognizer } from './faces/recognizer';
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

/**
 * Verifies and opens the face models. Throws `model-missing`, `model-corrupt` or `provider-unavailable`; what was
 * opened until then is closed again.
 */
export async function openFaceModels(
  execution: ExecutionOptions,
  log: (level: LogLevel, message: string) => void,
): Promise<OpenFaceModels> {
  const sessions: ModelSession[] = [];
  const close = async () => {
    for (const session of sessions.splice(0)) await session.release();
  };
  try {
    for (const id of faceModelIds) {
      const { path } = await findModel(id);
      const { providers, threads } = execution;
      sessions.push(await openSession(path, { providers, threads, log }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [detector, landmarker, refined, recognizer] = sessions;
  return {
    detector: new FaceDetector(detector),
    landmarker: new FaceLandmarker(landmarker, refined),
    recognizer: new FaceRecognizer(recognizer),
    providers: sessions.map(({ model, provider, reason, fellBack }) => ({
      model,
      provider,
      reason,
      fellBack,
    })),
    close,
  };
}
