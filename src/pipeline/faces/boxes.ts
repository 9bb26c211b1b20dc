import type { Box, DetectedFace } from './face';

/** Intersection over union, 0–1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/**
 * Non-maximum suppression that averages the readings of one face by their scores instead of dropping all but one
 * (the blending of BlazeFace, Bazarevsky et al. 2019): steadier boxes from frame to frame.
 */
export function mergeOverlapping<T extends DetectedFace>(faces: readonly T[], threshold: number): T[] {
  let rest = [...faces].sort((a, b) => b.score - a.score);
  const merged: T[] = [];
  while (rest.length > 0) {
    const best = rest[0];
    const group = rest.filter((face) => face === best || overlap(best.box, face.box) > threshold);
    rest = rest.filter((face) => !group.includes(face));
    const total = group.reduce((sum, face) => sum + face.score, 0);
    const mean = (value: (face: T) => number) =>
      group.reduce((sum, face) => sum + value(face) * face.score, 0) / total;
    merged.push({
      ...best,
      box: {
        x: mean((face) => face.box.x),
        y: mean((face) => face.box.y),
        width: mean((face) => face.box.width),
        height: mean((face) => face.box.height),
      },
      points: best.points.map((_, i) => [
        mean((face) => face.points[i][0]),
        mean((face) => face.points[i][1]),
      ]),
    });
  }
  return merged;
}

/** Whether a point lies in a box. */
export function contains(box: Box, x: number, y: number): boolean {
  return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
}

/** Of several readings of one face keeps the surest, also when one box lies inside the other. Surest first. */
export function keepBest<T extends DetectedFace>(faces: readonly T[]): T[] {
  const kept: T[] = [];
  for (const face of [...faces].sort((a, b) => b.score - a.score)) {
    const cx = face.box.x + face.box.width / 2;
    const cy = face.box.y + face.box.height / 2;
    if (!kept.some(({ box }) => overlap(box, face.box) > 0.3 || contains(box, cx, cy))) kept.push(face);
  }
  return kept;
}
