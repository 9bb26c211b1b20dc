import { contains, overlap } from '../faces/boxes';
import type { Box, Landmarks } from '../faces/face';
import { boxOfLandmarks, squareAroundLandmarks } from '../faces/geometry';
import type { Square } from '../image/crop';
import type { FrameSource } from '../image/region';
import { squareAroundHand, type HandLandmarks, type MeasuredHand } from './hand';
import type { HandDetector } from './handDetector';
import type { HandLandmarker } from './handLandmarker';

/** How large the squares are in which hands are looked for, by the face: palms are found where they are neither too large in it nor too small. */
export const looks = [2, 2.6] as const;

/** Palms from this score on are looked at, the surest of them only; the landmarks tell what they are. */
const PALM = 0.3;
const MOST_PALMS = 2;
/** Score from which there is a hand, when it is found and while it is followed. */
const SURE = 0.7;
const KEPT = 0.5;
/** Sizes of squares around hands that touch a face, by the face's. */
const SIZES = [0.5, 3] as const;
/** A hand reaches this share of its box beyond its points. */
const FLESH = 0.1;

/** What is to be known of a face to find hands on it. */
interface FacePlace {
  landmarks: Landmarks;
}

/** Finds hands on and beside faces. */
export class HandFinder {
  constructor(
    private readonly detector: HandDetector,
    private readonly landmarker: HandLandmarker,
  ) {}

  /**
   * Hands that touch a face and are not among those known.
   * @param reach size of the square that is looked into, by the face's (`looks`)
   */
  async around(
    picture: FrameSource,
    { landmarks }: FacePlace,
    known: readonly { landmarks: HandLandmarks }[],
    reach: number,
  ): Promise<MeasuredHand[]> {
    const palms = await this.detector.scan(picture, squareAroundLandmarks(landmarks, reach), PALM);
    const found: MeasuredHand[] = [];
    const near = palms.filter(({ square }) => mayTouch(square, boxOfLandmarks(landmarks)));
    for (const { square } of near.slice(0, MOST_PALMS)) {
      const rough = await this.landmarker.inSquare(picture, square);
      if (rough.score < KEPT) continue;
      const hand = await this.landmarker.inSquare(picture, squareAroundHand(rough.landmarks));
      if (hand.score < SURE || !touches(hand, landmarks)) continue;
      if (!isAmong(hand, [...known, ...found])) found.push(hand);
    }
    return found;
  }

  /** The hand in the frame before or after; undefined where there is none any more. */
  async follow(
    picture: FrameSource,
    { landmarks }: { landmarks: HandLandmarks },
  ): Promise<MeasuredHand | undefined> {
    const hand = await this.landmarker.inSquare(picture, squareAroundHand(landmarks));
    return hand.score >= KEPT ? hand : undefined;
  }
}

/** Whether a hand lies over a face or touches it, and is of a size to. */
export function touches({ landmarks }: { landmarks: HandLandmarks }, face: Landmarks): boolean {
  const box = boxOfLandmarks(face);
  const size = squareAroundHand(landmarks).size / Math.sqrt(box.width * box.height);
  return size > SIZES[0] && size < SIZES[1] && meet(grown(boxOfLandmarks(landmarks)), box);
}

/** The same for a hand that is only known to fill a square. */
function mayTouch({ cx, cy, size }: Square, face: Box): boolean {
  const ratio = size / Math.sqrt(face.width * face.height);
  const box = { x: cx - size / 2, y: cy - size / 2, width: size, height: size };
  return ratio > SIZES[0] && ratio < SIZES[1] && meet(box, face);
}

/** Whether one of some hands lies where this one does. */
export function isAmong<T extends { landmarks: HandLandmarks }>(
  { landmarks }: { landmarks: HandLandmarks },
  hands: readonly T[],
): T | undefined {
  const box = boxOfLandmarks(landmarks);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return hands.find((other) => {
    const its = boxOfLandmarks(other.landmarks);
    return overlap(its, box) > 0.4 || (overlap(its, box) > 0.2 && contains(its, x, y));
  });
}

function grown({ x, y, width, height }: Box): Box {
  const by = FLESH * Math.max(width, height);
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function meet(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
