import { toWholeCentres, type Points } from '../image/affine';
import { cutFace, type FaceCrop } from '../image/faceCrop';
import type { FrameSource } from '../image/region';
import { alignTo } from '../image/templates';
import type { ModelSession } from '../inference/session';
import { alignmentPoints } from './geometry';
import { embeddingOf, type FaceRecognizer, type Identity, type AlignedFace } from './recognizer';

/** Side of the crop that every ArcFace network takes. */
export const arcfaceSide = 112;
/** InsightFace's blob: (value − 127.5) / 127.5. */
const MEAN = 127.5;

/**
 * InsightFace's norm_crop: five points (frame pixels, centres at whole numbers) brought onto the template by the best
 * similarity, sampled bilinearly, black outside the picture. RGB.
 */
export function normCrop(picture: FrameSource, points: Points): FaceCrop {
  const map = alignTo('insightface_112', arcfaceSide, points);
  return cutFace(picture, map, arcfaceSide, arcfaceSide, 'black');
}

/** The network's input [1, 3, 112, 112]: RGB in −1…1. */
export function arcfaceBlob(
  { width, height, data }: FaceCrop,
  out: Float32Array = new Float32Array(width * height * 3),
): Float32Array {
  const plane = width * height;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) out[c * plane + i] = (data[i * 3 + c] - MEAN) / MEAN;
  }
  return out;
}

/** A face_recognizer of ArcFace's signature: one picture of 112 × 112 in, one embedding out. */
export class ArcFaceRecognizer implements FaceRecognizer {
  private readonly blob = new Float32Array(3 * arcfaceSide * arcfaceSide);
  private readonly input: string;
  private readonly output: string;

  /** `model` names the file, so that its embeddings are not taken for another's. */
  constructor(
    private readonly session: ModelSession,
    readonly model: string,
  ) {
    [this.input] = session.inputs.keys();
    [this.output] = session.outputs.keys();
  }

  /** The embedding of a face; these networks tell neither age nor gender. */
  async identify(picture: FrameSource, face: AlignedFace): Promise<Identity> {
    arcfaceBlob(normCrop(picture, toWholeCentres(alignmentPoints(face))), this.blob);
    const results = await this.session.run({ [this.input]: this.blob });
    // roop's limits were chosen for these embeddings: their distance is taken as it is.
    return embeddingOf({ model: this.model, roopScale: 1 }, results[this.output]);
  }
}
