import { pictureSize } from '../image/crop';
import type { FrameSource } from '../image/region';
import { contains, keepBest, overlap } from './boxes';
import { scanTiles, type Candidate } from './detector';
import type { Box, DetectedFace, Face } from './face';
import { alignmentPoints, squareAroundLandmarks } from './geometry';
import type { MeasuredFace } from './landmarker';
import type { FaceModels } from './models';

export type SmallFaces = 'auto' | 'always' | 'never';

export interface FindOptions {
  smallFaces: SmallFaces;
  /** Where the tops of heads point, degrees clockwise from up in the picture, when it is known from earlier frames. */
  up?: number;
  /** Turns of the picture relative to `up` in which to look too; default all seven. */
  turns?: readonly number[];
  /** Skip the turns when `up` shows a sure face or one is known. */
  stopWhenSure?: boolean;
  /** Faces that need not be found again. */
  known?: readonly Box[];
}

/** A detection together with the landmarks that confirmed it. */
export interface FoundFace extends DetectedFace {
  face: MeasuredFace;
}

type Models = Pick<FaceModels, 'detector' | 'landmarker'>;

/** Detector scores: what counts as a face, what needs no second look, and what hints at a small one. */
const THRESHOLD = 0.5;
const SURE = 0.6;
const HINT = 0.25;
/** Overlap from which two boxes are the same face. */
const SAME_FACE = 0.25;
/** Under this the landmarker says: no face. It removes the tiles' false alarms. */
const LANDMARK_THRESHOLD = 0.5;
const TILE_SIZES = [0.5, 0.3];
/** The detector sees about 45° to either side; in that order the likely rotations come first. */
const allTurns = [180, 90, 270, 45, 315, 135, 225];

/**
 * Finds the faces of one picture, confirmed by their landmarks, surest first. The box is the detector's;
 * so are the five points when it measures them, otherwise they are taken from the landmarks.
 */
export async function findFaces(
  models: Models,
  picture: FrameSource,
  options: FindOptions,
): Promise<FoundFace[]> {
  const { detector } = models;
  const up = options.up ?? 0;
  const known = options.known ?? [];
  const isNew = ({ box }: DetectedFace) => !known.some((other) => overlap(other, box) > SAME_FACE);
  const scan = (turn: number) => detector.scanWhole(picture, HINT, ((up + turn) * Math.PI) / 180);

  const upright = await scan(0);
  const candidates = upright.filter(({ score }) => score >= THRESHOLD);
  const sure = known.length > 0 || candidates.some(({ score }) => score >= SURE);
  const turns = options.turns ?? allTurns;
  for (const turn of sure && options.stopWhenSure ? [] : turns) {
    candidates.push(...(await scan(turn)).filter(({ score }) => score >= THRESHOLD));
  }
  const hints = upright.filter((face) => isSmall(picture, face, detector.nearLimit) && isNew(face));
  if (options.smallFaces === 'always' || (options.smallFaces === 'auto' && hints.length > 0)) {
    for (const size of TILE_SIZES) candidates.push(...(await scanTiles(detector, picture, size, THRESHOLD)));
  }
  return confirm(models, picture, keepBest(candidates.filter(isNew)));
}

function isSmall(picture: FrameSource, { box }: DetectedFace, limit: number): boolean {
  const { width, height } = pictureSize(picture);
  return Math.max(box.width, box.height) < Math.max(width, height) * limit;
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
    const { box, score, points, isMeasured } = candidate;
    if (score < SURE && !(await isSeenUpright(models, picture, face))) continue;
    if (isMeasured) face.points = points;
    confirmed.push({ box, score, points: alignmentPoints(face), face });
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
