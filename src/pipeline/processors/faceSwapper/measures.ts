import type { Landmarks } from '../../faces/face';

/** Top of the forehead to chin in space, so that turning and nodding do not change it; pixels. */
export function faceHeight(landmarks: Landmarks): number {
  return distance3(landmarks, 10, 152);
}

export function distance3(p: Landmarks, a: number, b: number): number {
  return Math.hypot(p[a * 3] - p[b * 3], p[a * 3 + 1] - p[b * 3 + 1], p[a * 3 + 2] - p[b * 3 + 2]);
}

/**
 * Radius of the box blur, run three times, that parts light from detail, for a face of this height. Wider keeps more
 * of the source's features and less of the target's light. Found by measuring identity against visible seams.
 */
export function splitRadius(height: number): number {
  return 0.12 * height;
}

/** The same for colours, of which little belongs to a person and much to coloured light with its narrow borders. */
export function colourSplitRadius(height: number): number {
  return 0.09 * height;
}

/** The same for the rim of a face, where it has to fit what lies beside it: a highlight along a cheek turned away is no wider. */
export function rimSplitRadius(height: number): number {
  return 0.012 * height;
}
