import { pictureSize } from '../image/crop';
import type { FrameSource } from '../image/region';
import { contains, keepBest, overlap } from './boxes';
import type { Candidate } from './detector';
import type { DetectedFace, Face } from './face';
import { fivePoints, squareAroundLandmarks } from './geometry';
import type { FaceModels } from './models';

export type SmallFaces = 'auto' | 'always' | 'never';

export interface FindOptions {
  smallFaces: SmallFaces;
  /** Where the tops of heads point, degrees clockwise from up in the picture, when it is known from earlier frames. */
  up?: number;
  /** Look for turned faces always, or only when no sure upright one is found. Seven more passes. Default: always. */
  rotations?: 'always' | 'if-none';
}

/** A detection together with the landmarks that confirmed it. */
export interface FoundFace extends DetectedFace {
  face: Face;
}

type Models = Pick<FaceModels, 'detector' | 'landmarker'>;

/** Detector scores: what counts as a face, what needs no second look, and what hints at a small one. */
const THRESHOLD = 0.5;
const SURE = 0.6;
const HINT = 0.25;
/** Under this the landmarker says: no face. It removes the tiles' false alarms. */
const LANDMARK_THRESHOLD = 0.5;
/** Faces smaller than this share of the longer side are near the limit of the pass over the whole picture. */
const NEAR_LIMIT = 0.06;
const TILE_SIZES = [0.5, 0.3];
/** The detector sees about 45° to either side; in that order the likely rotations come first. */
const TURNS = [180, 90, 270, 45, 315, 135, 225];

/**
 * Finds the faces of one picture, confirmed by their landmarks, surest first. The five points are taken from the
 * landmarks, the box is the detector's.
 */
export async function findFaces(
  models: Models,
  picture: FrameSource,
  options: FindOptions,
): Promise<FoundFace[]> {
  const { detector } = models;
  const up = options.up ?? 0;
  const scan = (turn: number) => detector.scanWhole(picture, HINT, ((up + turn) * Math.PI) / 180);
  const upright = await scan(0);
  const candidates = upright.filter(({ score }) => score >= THRESHOLD);
  if (options.rotations !== 'if-none' || !candidates.some(({ score }) => score >= SURE)) {
    for (const turn of TURNS)
      candidates.push(...(await scan(turn)).filter(({ score }) => score >= THRESHOLD));
  }
  if (options.smallFaces === 'always' || (options.smallFaces === 'auto' && hasSmall(picture, upright))) {
    for (const size of TILE_SIZES) candidates.push(...(await detector.scanTiles(picture, size, THRESHOLD)));
  }
  return confirm(models, picture, keepBest(candidates));
}

function isSmall(picture: FrameSource, { box }: DetectedFace): boolean {
  const { width, height } = pictureSize(picture);
  return Math.max(box.width, box.height) < Math.max(width, height) * NEAR_LIMIT;
}

function hasSmall(picture: FrameSource, found: readonly Candidate[]): boolean {
  return found.some((face) => isSmall(picture, face));
}

/** Landmarks for every candidate; drops those that are no face, and second readings of the same one. */
async function confirm(
  models: Models,
  picture: FrameSource,
  candidates: readonly Candidate[],
): Promise<FoundFace[]> {
  const confirmed: FoundFace[] = [];
  for (const candidate of candidates) {
    const face = await models.landmarker.fromDetection(picture, candidate);
    if (face.score < LANDMARK_THRESHOLD) continue;
    const { box, score } = candidate;
    if (score < SURE && !(await isSeenUpright(models, picture, face))) continue;
    confirmed.push({ box, score, points: fivePoints(face.landmarks), face });
  }
  return keepBest(confirmed);
}

/** A second look at an unsure face: near and turned upright by its landmarks it must be found again. */
async function isSeenUpright(
  models: Models,
  picture: FrameSource,
  { landmarks, box }: Face,
): Promise<boolean> {
  const square = squareAroundLandmarks(landmarks, 2.2);
  const again = await models.detector.scan(picture, square, THRESHOLD);
  return again.some(
    (candidate) => overlap(candidate.box, box) > 0.2 || contains(candidate.box, square.cx, square.cy),
  );
}
