import type { Square } from '../image/crop';
import { landmarkCount, type Box, type Face, type Landmarks } from './face';

/** Outer eye corners of the mesh, left and right in an upright picture. */
export const outerEyes = [33, 263] as const;

export function distance(landmarks: Landmarks, a: number, b: number): number {
  return Math.hypot(landmarks[a * 3] - landmarks[b * 3], landmarks[a * 3 + 1] - landmarks[b * 3 + 1]);
}

/** Mean distance of corresponding points in pixels. */
export function meanDistance(a: Landmarks, b: Landmarks): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 3) sum += Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1]);
  return (3 * sum) / a.length;
}

/** Mean of some points, x and y. */
export function centreOf(landmarks: Landmarks, points: readonly number[]): [number, number] {
  let x = 0;
  let y = 0;
  for (const i of points) {
    x += landmarks[i * 3];
    y += landmarks[i * 3 + 1];
  }
  return [x / points.length, y / points.length];
}

export function boxOfLandmarks(landmarks: Landmarks): Box {
  let x0 = Infinity;
  let y0 = Infinity;
  let x1 = -Infinity;
  let y1 = -Infinity;
  for (let i = 0; i < landmarks.length; i += 3) {
    x0 = Math.min(x0, landmarks[i]);
    x1 = Math.max(x1, landmarks[i]);
    y0 = Math.min(y0, landmarks[i + 1]);
    y1 = Math.max(y1, landmarks[i + 1]);
  }
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}

/** In-plane angle of the face in radians, clockwise, from the line between the outer eye corners. */
export function rollOf(landmarks: Landmarks): number {
  const [a, b] = outerEyes;
  return Math.atan2(landmarks[b * 3 + 1] - landmarks[a * 3 + 1], landmarks[b * 3] - landmarks[a * 3]);
}

/** The square along the face's own axes that encloses its landmarks, `margin` times as large. */
export function squareAroundLandmarks(landmarks: Landmarks, margin: number): Square {
  const angle = rollOf(landmarks);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let u0 = Infinity;
  let v0 = Infinity;
  let u1 = -Infinity;
  let v1 = -Infinity;
  for (let i = 0; i < landmarks.length; i += 3) {
    const u = cos * landmarks[i] + sin * landmarks[i + 1];
    const v = cos * landmarks[i + 1] - sin * landmarks[i];
    u0 = Math.min(u0, u);
    u1 = Math.max(u1, u);
    v0 = Math.min(v0, v);
    v1 = Math.max(v1, v);
  }
  const u = (u0 + u1) / 2;
  const v = (v0 + v1) / 2;
  return {
    cx: cos * u - sin * v,
    cy: sin * u + cos * v,
    size: Math.max(u1 - u0, v1 - v0) * margin,
    angle,
  };
}

/** Whether two squares differ so little (2 % in place, 3 % in size, 2 degrees) that a model sees the same. */
export function isNearlySame(a: Square, b: Square): boolean {
  const turn = Math.atan2(Math.sin(b.angle - a.angle), Math.cos(b.angle - a.angle));
  return (
    Math.hypot(b.cx - a.cx, b.cy - a.cy) < 0.02 * a.size &&
    Math.abs(Math.log(b.size / a.size)) < 0.03 &&
    Math.abs(turn) < 0.035
  );
}

/** Shares of the square's size (and radians) under which a change of the square is mostly the landmarks' noise. */
const STEADY = { shift: 0.005, growth: 0.01, turn: 0.01 };

/**
 * The square for the next frame. Landmarks depend a little on the crop they were measured in and the crop on the
 * landmarks; taken over unchanged the two swing to and fro. Small changes are followed reluctantly, large ones fully.
 */
export function steadySquare(previous: Square, landmarks: Landmarks, margin: number): Square {
  const wanted = squareAroundLandmarks(landmarks, margin);
  const follow = (change: number, limit: number) => change ** 2 / (change ** 2 + limit ** 2);
  const dx = wanted.cx - previous.cx;
  const dy = wanted.cy - previous.cy;
  const shift = follow(Math.hypot(dx, dy), STEADY.shift * wanted.size);
  const growth = Math.log(wanted.size / previous.size);
  const turn = Math.atan2(Math.sin(wanted.angle - previous.angle), Math.cos(wanted.angle - previous.angle));
  return {
    cx: previous.cx + dx * shift,
    cy: previous.cy + dy * shift,
    size: previous.size * Math.exp(growth * follow(growth, STEADY.growth)),
    angle: previous.angle + turn * follow(turn, STEADY.turn),
  };
}

const leftEyeRing = [33, 133, 159, 145];
const rightEyeRing = [263, 362, 386, 374];

/** Points of the mesh's eyelids and lips. */
const eyelids = [
  33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 263, 466, 388, 387, 386, 385,
  384, 398, 362, 382, 381, 380, 374, 373, 390, 249,
];
const lips = [
  78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 61, 185, 40, 39,
  37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
];

/** 1 for the points that open and close eyes and mouth, by point number. */
export const isMovingFeature = new Uint8Array(landmarkCount);
for (const point of [...eyelids, ...lips]) isMovingFeature[point] = 1;

/** Eye centres, nose tip and mouth corners: the five points face recognition aligns to. */
export function fivePoints(landmarks: Landmarks): [number, number][] {
  return [
    centreOf(landmarks, leftEyeRing),
    centreOf(landmarks, rightEyeRing),
    centreOf(landmarks, [4]),
    centreOf(landmarks, [61]),
    centreOf(landmarks, [291]),
  ];
}

/** The five points that crops for networks are aligned to: the detector's own, or else those of the landmarks. */
export function alignmentPoints({
  points,
  landmarks,
}: Pick<Face, 'points' | 'landmarks'>): [number, number][] {
  return points ?? fivePoints(landmarks);
}
