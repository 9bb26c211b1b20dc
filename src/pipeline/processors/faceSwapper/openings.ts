import { landmarkCount } from '../../faces/face';
import { eyes, innerLips, triangles } from './meshTopology';

/** Points that face each other across an opening: upper and lower edge of an eye or of the lips. */
const facing = [eyes.left, eyes.right, innerLips].flatMap((ring) =>
  Array.from({ length: ring.length / 2 - 1 }, (_, i): [number, number] => [
    ring[i + 1],
    ring[ring.length - 1 - i],
  ]),
);
const isEdge = new Uint8Array(landmarkCount);
for (const point of facing.flat()) isEdge[point] = 1;

/** Points that share an edge of a triangle with each point, one list after the other; that of `p` starts at `starts[p]`. */
const neighbours = Array.from({ length: landmarkCount }, () => new Set<number>());
for (let i = 0; i < triangles.length; i++) {
  for (let k = 0; k < 3; k++) {
    if (triangles[i] !== triangles[i - (i % 3) + k]) neighbours[triangles[i]].add(triangles[i - (i % 3) + k]);
  }
}
const around = Uint16Array.from(neighbours.flatMap((points) => [...points]));
const starts = new Uint16Array(landmarkCount + 1);
neighbours.forEach((points, p) => (starts[p + 1] = starts[p] + points.size));

/** How far the skin follows lids and lips: in so many rings of points, each by this share of the one before. */
const RINGS = 6;
const FOLLOW = 0.9;

/**
 * Takes out of a movement along one axis what would open or close eyes and lips, in place: both edges of an opening move
 * together, and the skin around follows. How far the source opened its eyes in the photo is no part of its shape.
 * @param move one value per landmark
 */
export function keepOpenings(move: Float32Array): void {
  let change = new Float32Array(landmarkCount);
  for (const [upper, lower] of facing) {
    const middle = (move[upper] + move[lower]) / 2;
    change[upper] = middle - move[upper];
    change[lower] = middle - move[lower];
  }
  let next = new Float32Array(landmarkCount);
  for (let ring = 0; ring < RINGS; ring++) {
    for (let p = 0; p < landmarkCount; p++) {
      if (isEdge[p]) {
        next[p] = change[p];
        continue;
      }
      let sum = 0;
      for (let i = starts[p]; i < starts[p + 1]; i++) sum += change[around[i]];
      next[p] = (FOLLOW * sum) / (starts[p + 1] - starts[p] || 1);
    }
    [change, next] = [next, change];
  }
  for (let p = 0; p < landmarkCount; p++) move[p] += change[p];
}
