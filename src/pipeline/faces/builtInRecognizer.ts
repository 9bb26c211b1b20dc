import { cropToTensor, type Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { ModelSession } from '../inference/session';
import { fivePoints } from './geometry';
import { embeddingOf, type AlignedFace, type FaceRecognizer, type Identity } from './recognizer';

const SIDE = 224;
/** The model sees RGB 0–255 less the mean of its training pictures. */
const SCALE = { mul: 1, add: -113 };
/** Eye centres, nose tip, mouth corners of the common 112² alignment (ArcFace, InsightFace). */
const template: readonly (readonly [number, number])[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];
const TEMPLATE_SIDE = 112;
/** This model was trained on looser crops than ArcFace. */
const MARGIN = 1.25;

/** The square that brings the five points onto the alignment template: least-squares similarity (Umeyama). */
export function alignmentSquare(points: readonly (readonly [number, number])[], margin = MARGIN): Square {
  const n = template.length;
  const mean = (values: readonly (readonly [number, number])[], axis: 0 | 1) =>
    values.reduce((sum, value) => sum + value[axis], 0) / n;
  const tx = mean(template, 0);
  const ty = mean(template, 1);
  const px = mean(points, 0);
  const py = mean(points, 1);
  let a = 0;
  let b = 0;
  let variance = 0;
  for (let i = 0; i < n; i++) {
    const x = template[i][0] - tx;
    const y = template[i][1] - ty;
    const u = points[i][0] - px;
    const v = points[i][1] - py;
    a += x * u + y * v;
    b += x * v - y * u;
    variance += x * x + y * y;
  }
  a /= variance;
  b /= variance;
  const dx = TEMPLATE_SIDE / 2 - tx;
  const dy = TEMPLATE_SIDE / 2 - ty;
  return {
    cx: px + a * dx - b * dy,
    cy: py + b * dx + a * dy,
    size: TEMPLATE_SIDE * Math.hypot(a, b) * margin,
    angle: Math.atan2(b, a),
  };
}

/**
 * This recogniser's embeddings lie closer together than ArcFace's, for which roop's limit of 0.85 was chosen. On
 * photos altered by blur, JPEG, light, mirroring and size, 95 % of the pairs of one person differ by less than
 * 0.42 and 99.9 % of the pairs of two persons by more than 0.62: 0.65 here decides as strictly as 0.85 there.
 */
const ROOP_SCALE = 0.85 / 0.65;

/** The built-in face_recognizer (faceres of vladmandic/human): 1024 values, age and gender. */
export class BuiltInRecognizer implements FaceRecognizer {
  readonly model = 'face_recognizer';
  private readonly input = new Float32Array(SIDE * SIDE * 3);

  constructor(private readonly session: ModelSession) {}

  /** Aligned by the landmarks always: what its distances mean was measured with them. */
  async identify(picture: FrameSource, { landmarks }: Pick<AlignedFace, 'landmarks'>): Promise<Identity> {
    cropToTensor(picture, alignmentSquare(fivePoints(landmarks)), SIDE, SCALE, this.input);
    const { embedding, age, gender } = await this.session.run({ input: this.input });
    const male = gender[0];
    return {
      ...embeddingOf({ model: this.model, roopScale: ROOP_SCALE }, embedding),
      age: expectedAge(age),
      gender: male > 0.5 ? 'male' : 'female',
      genderScore: Math.abs(male - 0.5) * 2,
    };
  }
}

/** Mean of the model's distribution over 100 one-year classes. */
function expectedAge(distribution: Float32Array): number {
  let sum = 0;
  let weight = 0;
  distribution.forEach((probability, year) => {
    sum += probability * year;
    weight += probability;
  });
  return weight > 0 ? sum / weight : 0;
}
