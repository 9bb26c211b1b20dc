import { cropToPicture, cropToTensor, pictureSize, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import { mergeOverlapping } from './boxes';
import { wholeSquare, type Candidate, type FaceDetector } from './detector';

/** Side of the model's input; its grid has one anchor every 4 pixels. */
const SIDE = 192;
const GRID = 48;
/** Values per anchor: box centre and size, then six points (eyes, nose tip, mouth centre, ears). */
const VALUES = 16;
/** The model sees RGB in [-1, 1]. */
const SCALE = { mul: 1 / 127.5, add: -1 };

/**
 * The built-in face_detector (MediaPipe full range, RGB 192² in [-1, 1]). Finds upright faces up to about 40° of
 * roll in the square it is given; faces under about 5 % of the square's side are beyond it.
 */
export class BuiltInDetector implements FaceDetector {
  readonly model = 'face_detector';
  readonly nearLimit = 0.06;
  private readonly input = new Float32Array(SIDE * SIDE * 3);

  constructor(private readonly session: ModelSession) {}

  /** Looks for faces in one square of the picture. Coordinates of the result are picture pixels. */
  async scan(picture: FrameSource, square: Square, threshold: number): Promise<Candidate[]> {
    cropToTensor(picture, square, SIDE, SCALE, this.input);
    const { regressors, classifiers } = await this.session.run({ input: this.input });
    const found: Candidate[] = [];
    // Compare logits, so that the sigmoid is computed for hits only.
    const limit = Math.log(threshold / (1 - threshold));
    for (let i = 0; i < classifiers.length; i++) {
      if (classifiers[i] >= limit)
        found.push(decode(regressors, i, 1 / (1 + Math.exp(-classifiers[i])), square));
    }
    return mergeOverlapping(found, 0.3);
  }

  /** One pass over the whole picture, turned by `angle` radians clockwise. */
  scanWhole(picture: FrameSource, threshold: number, angle = 0): Promise<Candidate[]> {
    const { width, height } = pictureSize(picture);
    return this.scan(picture, wholeSquare(width, height, angle), threshold);
  }
}

function decode(values: Float32Array, anchor: number, score: number, square: Square): Candidate {
  const at = anchor * VALUES;
  const ax = (((anchor % GRID) + 0.5) / GRID) * SIDE;
  const ay = ((Math.floor(anchor / GRID) + 0.5) / GRID) * SIDE;
  const point = (i: number) =>
    cropToPicture(square, SIDE, values[at + 2 * i] + ax, values[at + 2 * i + 1] + ay);
  const [cx, cy] = point(0);
  const k = square.size / SIDE;
  const width = values[at + 2] * k;
  const height = values[at + 3] * k;
  const leftEye = point(2);
  const rightEye = point(3);
  const mouth = point(5);
  // The model knows only the mouth's centre: its corners lie about 0.4 eye distances to either side.
  const dx = (rightEye[0] - leftEye[0]) * 0.4;
  const dy = (rightEye[1] - leftEye[1]) * 0.4;
  return {
    box: { x: cx - width / 2, y: cy - height / 2, width, height },
    points: [leftEye, rightEye, point(4), [mouth[0] - dx, mouth[1] - dy], [mouth[0] + dx, mouth[1] + dy]],
    score,
    isMeasured: false,
    angle: Math.atan2(rightEye[1] - leftEye[1], rightEye[0] - leftEye[0]),
  };
}
