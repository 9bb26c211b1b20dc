import { landmarkCount, type Landmarks } from '../../faces/face';
import { distance } from '../../faces/geometry';
import { smoothstep } from '../../image/grid';
import { eyes } from './meshTopology';
import { followEdges } from './openings';

const rings = [eyes.left, eyes.right] as const;

/** Least and most that an eye is stretched across: beyond that an iris no longer looks round. */
const STRETCH = [0.8, 1.22] as const;
/** Openings by the eye's width from which lids are stretched at all and as wanted: a blink has to close by itself. */
const BLINK = [0.08, 0.28] as const;

/** An eye that is opened or closed by stretching it across, about a middle (x, y) and along a direction, in pixels. */
export interface LidStretch {
  factor: number;
  x: number;
  y: number;
  across: readonly [number, number];
}

/** Opening of both eyes by their width. */
export function eyeOpening(face: Landmarks): number {
  return (ratio(face, eyes.left) + ratio(face, eyes.right)) / 2;
}

/** Opening of an eye by its width: the rims begin at one corner, and the other one is halfway round. */
function ratio(face: Landmarks, ring: readonly number[]): number {
  return distance(face, ring[4], ring[12]) / distance(face, ring[0], ring[8]);
}

/** How both eyes are stretched so that what their opening does beyond the face's mean is multiplied by `gain`. */
export function lidStretches(face: Landmarks, neutral: Landmarks, gain: number): LidStretch[] {
  return rings.map((ring) => {
    const opening = ratio(face, ring);
    const more = (gain - 1) * (opening - ratio(neutral, ring)) * smoothstep(...BLINK, opening);
    const [a, b] = [ring[0] * 3, ring[8] * 3];
    const [dx, dy] = [face[b] - face[a], face[b + 1] - face[a + 1]];
    const width = Math.hypot(dx, dy) || 1;
    let [x, y] = [0, 0];
    for (const p of ring) {
      x += face[p * 3] / ring.length;
      y += face[p * 3 + 1] / ring.length;
    }
    const factor = Math.max(STRETCH[0], Math.min(STRETCH[1], 1 + more / opening));
    return { factor, x, y, across: [-dy / width, dx / width] };
  });
}

/** How far landmarks move by such stretches, x, y each: the edges of lids, and the skin around them after. */
export function lidMoves(face: Landmarks, stretches: readonly LidStretch[]): Float32Array {
  const moves = new Float32Array(landmarkCount * 2);
  for (const axis of [0, 1]) {
    const change = new Float32Array(landmarkCount);
    stretches.forEach(({ factor, x, y, across }, i) => {
      for (const p of rings[i]) {
        const height = (face[p * 3] - x) * across[0] + (face[p * 3 + 1] - y) * across[1];
        change[p] = (factor - 1) * height * across[axis];
      }
    });
    followEdges(change).forEach((move, p) => (moves[p * 2 + axis] = move));
  }
  return moves;
}
