import type { FaceDetector } from './detector';
import type { FaceLandmarker } from './landmarker';
import type { FaceRecognizer } from './recognizer';

/** The three networks that know faces, opened once per job. */
export interface FaceModels {
  detector: FaceDetector;
  landmarker: FaceLandmarker;
  recognizer: FaceRecognizer;
}
