import { applyAffine, fitAffine } from '../../faces/affine';
import { landmarkCount, type Landmarks } from '../../faces/face';
import { estimatePose } from '../../faces/pose';
import { faceHeight } from './measures';
import { keepOpenings } from './openings';
import { lips, mouthShares, shapeShares } from './shapeShares';

/**
 * A photo's detail brings its nod along: a head seems to look down by a twelfth of what the photo's did more (measured on 460 pairs of
 * faces). By so much of it the shape is nodded back (0.15 undoes half); more of it costs likeness and makes faces tremble.
 */
const NOD_BACK = 0.2;
/** A difference of more degrees counts as these: the nose would move out of its place. */
const MOST_NOD = 20;

/**
 * By so much more the mouth moves as a whole, to where the source's sits: its height between nose and chin tells who it is, and moving it
 * distorts no speech.
 */
const PLACE = 0.5;
/** Landmarks move by this share of the face's height on average and no further: of proportions that differ more, less is taken. */
const MOST_MOVED = 0.0078;

/**
 * The target's landmarks moved towards the source's proportions. What takes the source's shape is the target's face as
 * it looks on average (`neutral`, in any pose), where that is known, put in its place in the picture: what the face does beyond it stays
 * whole, a brow that is raised for instance. The shapes are fitted in space by least squares. What would look like a turn of the head is
 * left out, and the nod that the photo's detail brings along is taken back. Returns x, y per landmark.
 */
export function blendShape(source: Landmarks, target: Landmarks, neutral?: Landmarks): Float32Array {
  const rest = neutral ? applyAffine(fitAffine(neutral, target), neutral) : target;
  const placed = applyAffine(fitAffine(source, rest), source);
  const moves = new Float32Array(landmarkCount * 2);
  nodBack(source, rest).forEach((nod, axis) => {
    const move = new Float32Array(landmarkCount);
    for (let i = 0; i < landmarkCount; i++) move[i] = placed[i * 3 + axis] - rest[i * 3 + axis];
    keepOpenings(move);
    const turn = turning(move, shapeShares, rest, nod);
    for (let i = 0; i < landmarkCount; i++) move[i] -= turn(rest[i * 3 + 2]);
    const mouth = lips.reduce((sum, p) => sum + move[p], 0) / lips.length;
    for (let i = 0; i < landmarkCount; i++)
      moves[i * 2 + axis] = shapeShares[i] * move[i] + PLACE * mouthShares[i] * mouth;
  });
  const taken = Math.min(1, (MOST_MOVED * faceHeight(rest)) / meanLength(moves));
  return moves.map((move, i) => target[(i >> 1) * 3 + (i & 1)] + taken * move);
}

/** How far points move along x and y by their depth, to nod a face back by its share of how far the photo's looks down more. */
function nodBack(source: Landmarks, target: Landmarks): [number, number] {
  const { pitch, roll } = estimatePose(target);
  const radians = Math.PI / 180;
  const more = Math.max(-MOST_NOD, Math.min(MOST_NOD, estimatePose(source).pitch - pitch));
  const nod = NOD_BACK * more * radians;
  return [-Math.sin(roll * radians) * nod, Math.cos(roll * radians) * nod];
}

/**
 * The part of a movement along one axis that looks like a turn of the head (a shift in proportion to depth), to be
 * taken out: least squares of what is drawn of it.
 * @param kept shift by depth that is to be left
 */
function turning(
  move: Float32Array,
  shares: Float32Array,
  target: Landmarks,
  kept: number,
): (z: number) => number {
  let [n, z1, z2, m1, mz] = [0, 0, 0, 0, 0];
  for (let i = 0; i < landmarkCount; i++) {
    const w = shares[i] ** 2;
    const z = target[i * 3 + 2];
    n += w;
    z1 += w * z;
    z2 += w * z * z;
    m1 += w * move[i];
    mz += w * move[i] * z;
  }
  const slope = (n * mz - z1 * m1) / (n * z2 - z1 * z1 || 1) - kept;
  const base = (m1 - slope * z1) / (n || 1);
  return (z) => base + slope * z;
}

/** Of x, y each. */
function meanLength(moves: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < moves.length; i += 2) sum += Math.hypot(moves[i], moves[i + 1]);
  return (2 * sum) / moves.length;
}
