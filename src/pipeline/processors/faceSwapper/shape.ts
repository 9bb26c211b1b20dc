import { landmarkCount, type Landmarks } from '../../faces/face';
import { estimatePose } from '../../faces/pose';
import { keepOpenings } from './openings';
import { shapeShares } from './shapeShares';

/**
 * A photo's detail brings its nod along: a head seems to look down by a twelfth of what the photo's did more (measured on 460 pairs of
 * faces). By so much of it the shape is nodded back, which undoes half; more of it costs likeness and makes faces tremble.
 */
const NOD_BACK = 0.15;
/** A difference of more degrees counts as these: the nose would move out of its place. */
const MOST_NOD = 20;

/**
 * The target's landmarks moved towards the source's proportions by `amount` (0–1). The source's shape is fitted to
 * the target in space by least squares. What would look like a turn of the head is left out, and the nod that the photo's
 * detail brings along is taken back. Returns x, y per landmark.
 */
export function blendShape(source: Landmarks, target: Landmarks, amount: number): Float32Array {
  const fit = affineFit(source, target);
  const shares = shapeShares.map((share) => amount * share);
  const moves = [new Float32Array(landmarkCount), new Float32Array(landmarkCount)];
  for (let i = 0; i < landmarkCount; i++) {
    const [sx, sy, sz] = [source[i * 3], source[i * 3 + 1], source[i * 3 + 2]];
    moves[0][i] = fit[0] * sx + fit[1] * sy + fit[2] * sz + fit[3] - target[i * 3];
    moves[1][i] = fit[4] * sx + fit[5] * sy + fit[6] * sz + fit[7] - target[i * 3 + 1];
  }
  const out = new Float32Array(landmarkCount * 2);
  const nods = nodBack(source, target);
  moves.forEach((move, axis) => {
    keepOpenings(move);
    const turn = turning(move, shares, target, nods[axis]);
    for (let i = 0; i < landmarkCount; i++)
      out[i * 2 + axis] = target[i * 3 + axis] + shares[i] * (move[i] - turn(target[i * 3 + 2]));
  });
  return out;
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

/** Least-squares affine map from source x, y, z to target x, y: two rows of four. */
function affineFit(source: Landmarks, target: Landmarks): Float64Array {
  const m = Array.from({ length: 4 }, () => new Float64Array(6));
  const row = new Float64Array(4);
  for (let i = 0; i < landmarkCount; i++) {
    row.set([source[i * 3], source[i * 3 + 1], source[i * 3 + 2], 1]);
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < 4; c++) m[r][c] += row[r] * row[c];
      m[r][4] += row[r] * target[i * 3];
      m[r][5] += row[r] * target[i * 3 + 1];
    }
  }
  for (let i = 0; i < 4; i++) {
    const pivot = m[i][i];
    for (let c = 0; c < 6; c++) m[i][c] /= pivot;
    for (let r = 0; r < 4; r++) {
      const factor = r === i ? 0 : m[r][i];
      for (let c = 0; c < 6; c++) m[r][c] -= factor * m[i][c];
    }
  }
  const out = new Float64Array(8);
  for (let i = 0; i < 4; i++) {
    out[i] = m[i][4];
    out[4 + i] = m[i][5];
  }
  return out;
}
