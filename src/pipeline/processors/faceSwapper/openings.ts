import { landmarkCount } from '../../faces/face';
import { eyes, innerLips } from './meshTopology';
import { meanAround } from './neighbours';

/** Points that face each other across an opening: upper and lower edge of an eye or of the lips. */
const facing = [eyes.left, eyes.right, innerLips].flatMap((ring) =>
  Array.from({ length: ring.length / 2 - 1 }, (_, i): [number, number] => [
    ring[i + 1],
    ring[ring.length - 1 - i],
  ]),
);
const isEdge = new Uint8Array(landmarkCount);
for (const point of facing.flat()) isEdge[point] = 1;

/** How far the skin follows lids and lips: in so many rings of points, each by this share of the one before. */
const RINGS = 6;
const FOLLOW = 0.9;

/**
 * Takes out of a movement along one axis what would open or close eyes and lips, in place: both edges of an opening move
 * together, and the skin around follows. How far the source opened its eyes in the photo is no part of its shape.
 * @param move one value per landmark
 */
export function keepOpenings(move: Float32Array): void {
  const change = new Float32Array(landmarkCount);
  for (const [upper, lower] of facing) {
    const middle = (move[upper] + move[lower]) / 2;
    change[upper] = middle - move[upper];
    change[lower] = middle - move[lower];
  }
  followEdges(change).forEach((more, p) => (move[p] += more));
}

/** A movement of the edges of lids and lips (one value per landmark, 0 elsewhere), and of the skin around that follows. */
export function followEdges(edges: Float32Array): Float32Array {
  let change = edges;
  for (let ring = 0; ring < RINGS; ring++) {
    const next = new Float32Array(landmarkCount);
    for (let p = 0; p < landmarkCount; p++) next[p] = isEdge[p] ? edges[p] : FOLLOW * meanAround(change, p);
    change = next;
  }
  return change;
}
