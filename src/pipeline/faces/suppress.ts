import type { Box, DetectedFace } from './face';

/**
 * Intersection over union with `extra` pixels added to every extent: 1 counts the pixels that a box touches, as
 * InsightFace does, 0 takes the plain areas, as facefusion (OpenCV) does. It matters for boxes of a few pixels.
 */
function overlapWith(extra: 0 | 1, a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) + extra;
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) + extra;
  const shared = Math.max(0, width) * Math.max(0, height);
  const area = (box: Box) => (box.width + extra) * (box.height + extra);
  const all = area(a) + area(b) - shared;
  return all > 0 ? shared / all : 0;
}

function suppress<T extends DetectedFace>(faces: readonly T[], limit: number, extra: 0 | 1): T[] {
  const kept: T[] = [];
  for (const face of [...faces].sort((a, b) => b.score - a.score)) {
    if (kept.every((better) => overlapWith(extra, better.box, face.box) <= limit)) kept.push(face);
  }
  return kept;
}

/** Non-maximum suppression as InsightFace decides: areas with one pixel added to each extent. Surest first. */
export function suppressInsightface<T extends DetectedFace>(faces: readonly T[], limit: number): T[] {
  return suppress(faces, limit, 1);
}

/** Non-maximum suppression as facefusion decides: plain areas. Surest first. */
export function suppressFacefusion<T extends DetectedFace>(faces: readonly T[], limit: number): T[] {
  return suppress(faces, limit, 0);
}

/**
 * InsightFace's choice of `count` faces of a picture: large ones near its centre, by area less twice the squared
 * distance of the centres. Best by that measure first; all faces, in their order, when there are no more.
 */
export function pickCentral<T extends DetectedFace>(
  faces: readonly T[],
  count: number,
  picture: { width: number; height: number },
): T[] {
  if (faces.length <= count) return [...faces];
  const cx = Math.floor(picture.width / 2);
  const cy = Math.floor(picture.height / 2);
  const value = ({ box }: DetectedFace) => {
    const dx = box.x + box.width / 2 - cx;
    const dy = box.y + box.height / 2 - cy;
    return box.width * box.height - 2 * (dx * dx + dy * dy);
  };
  return [...faces].sort((a, b) => value(b) - value(a)).slice(0, count);
}
