import { cropToTensor, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import type { Candidate } from './detector';
import { landmarkCount, type Face, type Landmarks } from './face';
import { boxOfLandmarks, squareAroundLandmarks } from './geometry';
import { estimatePose } from './pose';

const SIDE = 192;
/** The model sees RGB in [0, 1]. */
const SCALE = { mul: 1 / 255, add: 0 };
/** How much larger than the face the crop is: what the model was trained with. */
const MARGIN = 1.5;

/** The built-in face_landmarker: 468 points of the MediaPipe face mesh. */
export class FaceLandmarker {
  private readonly input = new Float32Array(SIDE * SIDE * 3);

  constructor(private readonly session: ModelSession) {}

  /** Landmarks of a detected face. Looks twice, because the detector's box is rough. */
  async fromDetection(picture: FrameSource, face: Candidate): Promise<Face> {
    const { box, angle } = face;
    const rough = await this.inSquare(picture, {
      cx: box.x + box.width / 2,
      cy: box.y + box.height / 2,
      size: Math.max(box.width, box.height) * MARGIN,
      angle,
    });
    return this.fromLandmarks(picture, rough.landmarks);
  }

  /** Landmarks of a face whose landmarks are known nearly, from the frame before or a first look. */
  fromLandmarks(picture: FrameSource, landmarks: Landmarks): Promise<Face> {
    return this.inSquare(picture, squareAroundLandmarks(landmarks, MARGIN));
  }

  /** Landmarks of the face that fills a square of the picture. */
  async inSquare(picture: FrameSource, square: Square): Promise<Face> {
    cropToTensor(picture, square, SIDE, SCALE, this.input);
    const outputs = await this.session.run({ input: this.input });
    const landmarks = new Float32Array(landmarkCount * 3);
    const k = square.size / SIDE;
    const cos = Math.cos(square.angle) * k;
    const sin = Math.sin(square.angle) * k;
    for (let i = 0; i < landmarks.length; i += 3) {
      const x = outputs['landmarks'][i] - SIDE / 2;
      const y = outputs['landmarks'][i + 1] - SIDE / 2;
      landmarks[i] = square.cx + cos * x - sin * y;
      landmarks[i + 1] = square.cy + sin * x + cos * y;
      landmarks[i + 2] = outputs['landmarks'][i + 2] * k;
    }
    return {
      box: boxOfLandmarks(landmarks),
      landmarks,
      score: 1 / (1 + Math.exp(-outputs['score'][0])),
      pose: estimatePose(landmarks),
    };
  }
}
