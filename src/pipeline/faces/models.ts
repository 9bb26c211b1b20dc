import type { FaceDetector } from './detector';
import type { FaceLandmarker } from './landmarker';
import type { HandFinder } from '../hands/handFinder';
import type { FaceRecognizer } from './recognizer';

/** The networks that know faces, opened once per job. */
export interface FaceModels {
  detector: FaceDetector;
  landmarker: FaceLandmarker;
  recognizer: FaceRecognizer;
  /** Finds hands on faces, where somebody draws around them. */
  hands?: HandFinder;
}
