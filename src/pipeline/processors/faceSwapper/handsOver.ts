import type { Landmarks } from '../../faces/face';
import { boxOfLandmarks } from '../../faces/geometry';
import type { Hand, HandLandmarks } from '../../hands/hand';
import { boxBlur, cells, fillPolygon, type Grid } from '../../image/grid';
import { newMap } from '../../image/maps';
import type { Outline } from './carry';
import { features } from './meshTopology';

/** Thumb and fingers from the palm to the tip. */
const fingers = [
  [1, 2, 3, 4],
  [5, 6, 7, 8],
  [9, 10, 11, 12],
  [13, 14, 15, 16],
  [17, 18, 19, 20],
] as const;
const palm = [0, 1, 5, 9, 13, 17];

/** Length of the palm, from wrist to middle finger, by its breadth between the outer knuckles: whatever is seen of it at an angle, the other is not. */
const LENGTH = 1.55;
/**
 * Half the width of fingers at their four points, by the breadth of the palm: somewhat more than they have, because a painted fingertip
 * looks worse than a seam of the target's own skin beside it. Nails reach beyond the last point.
 */
const WIDTHS = [0.24, 0.21, 0.19, 0.18] as const;
const THUMB = 1.15;
const BEYOND_TIP = 0.1;
/** How far the palm's flesh reaches beyond its points. */
const EDGE = 0.2;
/** Softness of the edges, by the face's height. */
const SOFT = 0.012;

/**
 * Share of each cell that hands hide, 0–1; undefined where there are none.
 * @param x,y the corner of the grid in pixels of the frame
 * @param size face height in cells
 */
export function handMap(
  hands: readonly Hand[] | undefined,
  grid: Grid,
  x: number,
  y: number,
  size: number,
): Float32Array | undefined {
  if (!hands?.length) return undefined;
  const all = newMap(cells(grid));
  for (const { landmarks, strength } of hands) {
    const one = newMap(cells(grid));
    for (const outline of outlines(landmarks)) {
      fillPolygon(
        one,
        grid,
        outline.map(([px, py]): [number, number] => [(px - x) / grid.step, (py - y) / grid.step]),
      );
    }
    boxBlur(one, grid, SOFT * size, 2);
    mostOf(all, one, strength);
  }
  return all;
}

function mostOf(all: Float32Array, one: Float32Array, strength: number): void {
  for (let i = 0; i < all.length; i++) all[i] = Math.max(all[i], strength * one[i]);
}

/** Takes what hands hide out of a map. */
export function besideHands(map: Float32Array, hands: Float32Array | undefined): Float32Array {
  if (hands) for (let i = 0; i < map.length; i++) map[i] *= 1 - hands[i];
  return map;
}

/** Whether hands lie over brows, eyes, nose or mouth, which would be measured wrong under them. */
export function hideFeatures(hands: readonly Hand[] | undefined, face: Landmarks): boolean {
  if (!hands?.length) return false;
  const { x, y, width, height } = boxOfLandmarks(
    Float32Array.from(features.flatMap((p) => [...face.subarray(p * 3, p * 3 + 3)])),
  );
  return hands.some(({ landmarks }) => {
    for (let i = 0; i < landmarks.length; i += 3) {
      const [u, v] = [landmarks[i] - x, landmarks[i + 1] - y];
      if (u > 0 && v > 0 && u < width && v < height) return true;
    }
    return false;
  });
}

/** Outlines that together cover a hand, in pixels of the frame. */
function outlines(landmarks: HandLandmarks): Outline[] {
  const breadth = Math.max(apart(landmarks, 5, 17), apart(landmarks, 0, 9) / LENGTH);
  const at = (p: number): [number, number] => [landmarks[p * 3], landmarks[p * 3 + 1]];
  const parts: Outline[] = [];
  fingers.forEach((finger, f) => {
    const width = breadth * (f === 0 ? THUMB : 1);
    const points = finger.map(at);
    points[3] = beyond(points[2], points[3], BEYOND_TIP * breadth);
    for (let k = 0; k < 3; k++)
      parts.push(capsule(points[k], points[k + 1], WIDTHS[k] * width, WIDTHS[k + 1] * width));
  });
  for (let k = 0; k < palm.length; k++)
    parts.push(capsule(at(palm[k]), at(palm[(k + 1) % palm.length]), EDGE * breadth, EDGE * breadth));
  return [...parts, palm.map(at)];
}

/** Distance of two points in space. */
function apart(landmarks: HandLandmarks, a: number, b: number): number {
  return Math.hypot(...[0, 1, 2].map((k) => landmarks[a * 3 + k] - landmarks[b * 3 + k]));
}

function beyond([ax, ay]: [number, number], [bx, by]: [number, number], further: number): [number, number] {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  return [bx + ((bx - ax) / length) * further, by + ((by - ay) / length) * further];
}

/** What two circles and everything between them cover. */
function capsule(
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  ra: number,
  rb: number,
): Outline {
  const angle = Math.atan2(by - ay, bx - ax);
  const half = (x: number, y: number, r: number, from: number) =>
    Array.from({ length: 7 }, (_, i): [number, number] => {
      const turn = from + (i * Math.PI) / 6;
      return [x + r * Math.cos(turn), y + r * Math.sin(turn)];
    });
  return [...half(ax, ay, ra, angle + Math.PI / 2), ...half(bx, by, rb, angle - Math.PI / 2)];
}
