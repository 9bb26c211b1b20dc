import { FaceSwapError } from '../../protocol/errors';
import type { FaceRecord } from '../../protocol/report';
import type { FrameSource } from '../image/region';
import type { Face } from './face';
import { findFaces } from './find';
import { sharpness } from './sharpness';
import type { FaceModels } from './models';
import type { Identity } from './recognizer';

/** A face of a source photo with everything a swapper may ask of it. */
export interface SourceFace extends Identity {
  file: string;
  face: Face;
  /** Detector's score. */
  score: number;
  /** Fine detail inside the face, 0 (blurred) to about 1. */
  sharpness: number;
}

/**
 * The faces of a source photo, largest first, or from left to right. Throws `no-source-face` when there is none.
 */
export async function identifySource(
  models: FaceModels,
  picture: FrameSource,
  file: string,
  order: 'largest' | 'leftmost' = 'largest',
): Promise<SourceFace[]> {
  const found = await findFaces(models, picture, { smallFaces: 'auto' });
  if (found.length === 0) throw new FaceSwapError('no-source-face', { file });
  const faces: SourceFace[] = [];
  for (const { face: rough, score } of found) {
    const settled = await models.landmarker.settle(picture, rough);
    const face = rough.points ? { ...settled, points: rough.points } : settled;
    const identity = await models.recognizer.identify(picture, face);
    faces.push({ ...identity, file, face, score, sharpness: sharpness(picture, face.landmarks) });
  }
  const area = ({ face }: SourceFace) => face.box.width * face.box.height;
  return faces.sort((a, b) => (order === 'largest' ? area(b) - area(a) : a.face.box.x - b.face.box.x));
}

/** Every face of a picture from left to right, as `face-swap faces` prints them. */
export async function describeFaces(
  models: FaceModels,
  picture: FrameSource,
  smallFaces: 'auto' | 'always' | 'never' = 'always',
): Promise<FaceRecord[]> {
  const found = await findFaces(models, picture, { smallFaces });
  const records: FaceRecord[] = [];
  for (const { box, points, score, face } of found) {
    const { embedding, space, age, gender } = await models.recognizer.identify(picture, face);
    records.push({
      box,
      points,
      score,
      ...face.pose,
      embedding: [...embedding],
      embeddingModel: space.model,
      ...(age !== undefined && { age }),
      ...(gender && { gender }),
    });
  }
  return records.sort((a, b) => a.box.x - b.box.x);
}
