import { findModel } from '../models';
import type { ExecutionOptions, ModelChoice } from '../protocol/job';
import type { LogLevel, ProviderChoice } from '../protocol/report';
import { placeOfBuiltIn } from './builtInPlace';
import { openDetector, openRecognizer, type OpenSession } from './chosenNetworks';
import { FaceLandmarker } from './faces/landmarker';
import type { FaceModels } from './faces/models';
import { HandDetector } from './hands/handDetector';
import { HandFinder } from './hands/handFinder';
import { HandLandmarker } from './hands/handLandmarker';
import type { ModelSession } from './inference/session';
import { openModel } from './openModel';

export const faceModelIds = [
  'face_detector',
  'face_landmarker',
  'face_landmarker_refined',
  'face_recognizer',
  'hand_detector',
  'hand_landmarker',
] as const;

type FaceModelId = (typeof faceModelIds)[number];

/** Whether a choice of a network means a built-in one that knows faces. */
export const isBuiltIn = (choice: string): boolean => (faceModelIds as readonly string[]).includes(choice);

/** The networks that know faces, and how they run. */
export interface OpenFaceModels extends FaceModels {
  providers: ProviderChoice[];
  close(): Promise<void>;
}

/**
 * Verifies and opens the face models: the built-in ones, or those chosen by id or absolute path. Throws `model-missing`,
 * `model-corrupt`, `model-wrong` (a file that is no detector or recogniser) or `provider-unavailable`; what was opened until
 * then is closed again.
 * @param withHands those that know hands as well
 */
export async function openFaceModels(
  execution: ExecutionOptions,
  log: (level: LogLevel, message: string) => void,
  chosen: ModelChoice = {},
  withHands = false,
): Promise<OpenFaceModels> {
  const sessions: ModelSession[] = [];
  const close = async () => {
    for (const session of sessions.splice(0)) await session.release();
  };
  const openOf = (choice: string): OpenSession => {
    const place = isBuiltIn(choice) ? placeOfBuiltIn(execution) : {};
    return async (path, shapes = {}) => {
      const session = await openModel(path, execution, log, { shapes, ...place });
      sessions.push(session);
      return session;
    };
  };
  const builtIn = async (id: FaceModelId) => openOf(id)((await findModel(id)).path);
  const { detector: detects = 'face_detector', recognizer: recognises = 'face_recognizer' } = chosen;
  try {
    const detector = await openDetector(detects, openOf(detects));
    const landmarker = new FaceLandmarker(
      await builtIn('face_landmarker'),
      await builtIn('face_landmarker_refined'),
    );
    const recognizer = await openRecognizer(recognises, openOf(recognises));
    const hands = withHands && {
      hands: new HandFinder(
        new HandDetector(await builtIn('hand_detector')),
        new HandLandmarker(await builtIn('hand_landmarker')),
      ),
    };
    log('info', `Faces are found by ${detector.model} and recognised by ${recognizer.model}`);
    if (hands) log('info', 'Hands before faces are found by hand_detector and hand_landmarker');
    const providers = sessions.map(({ choice }) => choice);
    return { detector, landmarker, recognizer, ...hands, providers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
