import { landmarkCount } from '../../faces/face';
import { brows, eyes, faceOval, innerLips, nose, outerLips } from './meshTopology';
import { meanAround } from './neighbours';

type Parts = readonly (readonly [readonly number[], number])[];

/** Edges of the lips. */
export const lips = [...outerLips, ...innerLips];

/**
 * How much of the source's shape the parts of a face take, by what it does for likeness and how far it moves what the target's face
 * does. Of eyes and nose more moves landmarks, and nobody is known better by it. Lips take less, because more of it distorts speech
 * (where they sit does not, see `mouthShares`); the outline stays the target's, because its pixels stay there.
 */
const PARTS: Parts = [
  [brows.flat(), 0.85],
  [[...eyes.left, ...eyes.right], 0.42],
  [nose, 0.56],
  [lips, 0.5],
  [faceOval, 0],
];
/** Rounds until nothing moves any more that a pixel would show. */
const ROUNDS = 200;

/** Share of the source's shape for each landmark: cheeks, chin and forehead lie between the parts around them like a stretched skin. */
export const shapeShares = stretched(PARTS);

/** How far each landmark may be moved: features wholly, the outline not at all. */
export const movableShares = shapeShares.map((share) => Math.min(1, 3 * share));

/** How much each landmark follows a mouth that moves as a whole. */
export const mouthShares = stretched(PARTS.map(([points]) => [points, points === lips ? 1 : 0]));

function stretched(parts: Parts): Float32Array {
  const shares = new Float32Array(landmarkCount);
  const held = new Uint8Array(landmarkCount);
  for (const [points, share] of parts) {
    for (const p of points) [shares[p], held[p]] = [share, 1];
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let p = 0; p < landmarkCount; p++) if (!held[p]) shares[p] = meanAround(shares, p);
  }
  return shares;
}
