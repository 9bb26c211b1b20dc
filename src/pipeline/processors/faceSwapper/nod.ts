import { landmarkCount, type Landmarks } from '../../faces/face';
import { movableShares } from './shapeShares';

/** A head that is seen to look up or down more by so many degrees on average is taken back to that. */
const TILT = 1.8;
/** Nodding a face by a degree nods it by this much where it is seen. */
export const BY_NOD = 0.4;
/** Degrees a face is nodded by at most. */
const MOST_NOD = 8;

/** Degrees to nod a face back by. @param tilt by how much more it is seen to look down, on average, degrees */
export function nodBackOf(tilt: number): number {
  const over = Math.max(0, Math.abs(tilt) - TILT);
  return Math.sign(tilt) * Math.min(MOST_NOD, over / BY_NOD);
}

/**
 * Adds to the moves of landmarks down the face, in place, what nods it back by so many degrees: what is near goes up, what is far down.
 * Only features move, and the outline stays, because it belongs to the head.
 */
export function addNod(down: Float32Array, target: Landmarks, degrees: number): void {
  if (degrees === 0) return;
  let [weights, sum] = [0, 0];
  for (let p = 0; p < landmarkCount; p++) {
    weights += movableShares[p];
    sum += movableShares[p] * target[p * 3 + 2];
  }
  const middle = sum / weights;
  const slope = (degrees * Math.PI) / 180;
  for (let p = 0; p < landmarkCount; p++) down[p] += movableShares[p] * slope * (target[p * 3 + 2] - middle);
}
