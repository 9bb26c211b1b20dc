import type { Square } from '../image/crop';

/** Points of a hand: the wrist, then four from palm to tip of the thumb and of each finger. */
export const handPointCount = 21;

/**
 * x, y, z per point, 21 × 3 values, x and y in pixels of the frame. Point numbering: MediaPipe hands.
 */
export type HandLandmarks = Float32Array;

/** A hand on or beside a face. */
export interface Hand {
  landmarks: HandLandmarks;
  /** 0–1: how far it hides the face; ramps before it is seen first and after it was last seen, so that nothing jumps. */
  strength: number;
}

/** A hand with the square of the picture it was measured in. */
export interface MeasuredHand {
  landmarks: HandLandmarks;
  /** That there is a hand, 0–1. */
  score: number;
  square: Square;
}

/** Wrist and the fingers' knuckles: what of a hand lies where the hand does, whatever its fingers do. */
const palm = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18];
/** Knuckles of index, middle and ring finger. */
const [index, middle, ring] = [5, 9, 13];
/** How much larger than the palm the crop is, and how far it is moved towards the fingers: what the network was trained with. */
const MARGIN = 2;
const TOWARDS_FINGERS = 0.1;

/** Angle by which the picture has to be turned for fingers to point upwards, from the wrist to a place among the knuckles; radians, clockwise. */
export function uprightAngle(wristX: number, wristY: number, x: number, y: number): number {
  return Math.atan2(y - wristY, x - wristX) + Math.PI / 2;
}

/** The square to measure a hand in that was measured before. */
export function squareAroundHand(landmarks: HandLandmarks): Square {
  const between = (k: number) =>
    (landmarks[index * 3 + k] + landmarks[ring * 3 + k]) / 4 + landmarks[middle * 3 + k] / 2;
  const angle = uprightAngle(landmarks[0], landmarks[1], between(0), between(1));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let [u0, v0, u1, v1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const point of palm) {
    const u = cos * landmarks[point * 3] + sin * landmarks[point * 3 + 1];
    const v = cos * landmarks[point * 3 + 1] - sin * landmarks[point * 3];
    [u0, u1] = [Math.min(u0, u), Math.max(u1, u)];
    [v0, v1] = [Math.min(v0, v), Math.max(v1, v)];
  }
  const u = (u0 + u1) / 2;
  const v = (v0 + v1) / 2 - TOWARDS_FINGERS * (v1 - v0);
  return {
    cx: cos * u - sin * v,
    cy: sin * u + cos * v,
    size: MARGIN * Math.max(u1 - u0, v1 - v0),
    angle,
  };
}
