import { pictureSize } from '../image/crop';
import type { FrameSource } from '../image/region';
import { keepBest, type Candidate } from './detector';
import type { DetectedFace, Face } from './face';
import { fivePoints } from './geometry';
import type { FaceModels } from './models';

export type SmallFaces = 'auto' | 'always' | 'never';

export interface FindOptions {
  smallFaces: SmallFaces;
  /** Where the tops of heads point, degrees clockwise from up in the picture, when it is known from earlier frames. */
  upHint?: number;
  /** Look for turned faces when no upright one is found; costs up to seven more passes. Default true. */
  anyRotation?: boolean;
}

/** A detection together with the landmarks that confirmed it. */
export interface FoundFace extends DetectedFace {
  face: Face;
}

const DETECTOR_THRESHOLD = 0.5;
const TILE_THRESHOLD = 0.5;
/** Under this the landmarker says: no face. It removes the tiles' false alarms. */
const LANDMARK_THRESHOLD = 0.5;
/** Faces smaller than this share of the longer side are near the limit of the first pass. */
const NEAR_LIMIT = 0.075;
const TILE_SIZES = [0.5, 0.3];

const radians = Math.PI / 180;

/**
 * Finds the faces of one picture, confirmed by their landmarks, with the five points taken from these. Upright
 * faces need one pass; turned ones are looked for only when that finds none.
 */
export async function findFaces(
  models: Pick<FaceModels, 'detector' | 'landmarker'>,
  picture: FrameSource,
  options: FindOptions,
): Promise<FoundFace[]> {
  const { detector } = models;
  const first = options.upHint ?? 0;
  let found = await confirm(
    models,
    picture,
    await detector.scanWhole(picture, DETECTOR_THRESHOLD, first * radians),
  );
  if (found.length === 0 && options.anyRotation !== false) {
    for (const turn of [180, 90, 270, 45, 315, 135, 225]) {
      const angle = (first + turn) * radians;
      found = await confirm(models, picture, await detector.scanWhole(picture, DETECTOR_THRESHOLD, angle));
      if (found.length > 0) break;
    }
  }
  if (options.smallFaces === 'always' || (options.smallFaces === 'auto' && nearLimit(picture, found))) {
    const extra: Candidate[] = [];
    for (const size of TILE_SIZES) extra.push(...(await detector.scanTiles(picture, size, TILE_THRESHOLD)));
    const fresh = keepBest<Candidate | FoundFace>([...found.map((f) => ({ ...f, score: 2 })), ...extra]);
    found.push(
      ...(await confirm(
        models,
        picture,
        fresh.filter((face): face is Candidate => 'angle' in face),
      )),
    );
  }
  return found;
}

function nearLimit(picture: FrameSource, found: readonly FoundFace[]): boolean {
  const { width, height } = pictureSize(picture);
  const limit = Math.max(width, height) * NEAR_LIMIT;
  return found.some(({ box }) => Math.max(box.width, box.height) < limit);
}

async function confirm(
  models: Pick<FaceModels, 'landmarker'>,
  picture: FrameSource,
  candidates: readonly Candidate[],
): Promise<FoundFace[]> {
  const confirmed: FoundFace[] = [];
  for (const candidate of candidates) {
    const face = await models.landmarker.fromDetection(picture, candidate);
    if (face.score < LANDMARK_THRESHOLD) continue;
    const { box, score } = candidate;
    confirmed.push({ box, score, points: fivePoints(face.landmarks), face });
  }
  return keepBest(confirmed);
}
