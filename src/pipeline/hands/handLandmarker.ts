import { cropToPicture, cropToTensor, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import { handPointCount, type MeasuredHand } from './hand';

const SIDE = 224;
const SCALE = { mul: 1 / 255, add: 0 };

/** The built-in hand_landmarker: 21 points of a hand (RGB 224² in [0, 1]). */
export class HandLandmarker {
  private readonly input = new Float32Array(SIDE * SIDE * 3);

  constructor(private readonly session: ModelSession) {}

  /** Points of the hand that fills a square of the picture, fingers upwards. */
  async inSquare(picture: FrameSource, square: Square): Promise<MeasuredHand> {
    cropToTensor(picture, square, SIDE, SCALE, this.input);
    const outputs = await this.session.run({ input: this.input });
    const landmarks = new Float32Array(handPointCount * 3);
    for (let i = 0; i < landmarks.length; i += 3) {
      const [x, y, z] = outputs['landmarks'].subarray(i, i + 3);
      [landmarks[i], landmarks[i + 1]] = cropToPicture(square, SIDE, x, y);
      landmarks[i + 2] = (z * square.size) / SIDE;
    }
    return { landmarks, score: outputs['score'][0], square };
  }
}
