import { landmarkCount, type Landmarks } from '../../faces/face';
import { distance3 } from './measures';
import { faceOval } from './meshTopology';
import { keepOpenings } from './openings';

const mouthPoints = [61, 291, 0, 17, 13, 14, 84, 314];
const outline = new Set(faceOval);

/** Lips move by this share of the full amount: more of it distorts speech. */
const MOUTH_SHARE = 0.33;

/**
 * The target's landmarks moved towards the source's proportions by `amount` (0–1). The source's shape is fitted to
 * the target in space by least squares. The outline stays the target's, because its pixels stay there, and what would
 * look like a turn of the head is left out. Returns x, y per landmark.
 */
export function blendShape(source: Landmarks, target: Landmarks, amount: number): Float32Array {
  const fit = affineFit(source, target);
  const span = distance3(target, 33, 263);
  const weights = new Float32Array(landmarkCount);
  const moves = [new Float32Array(landmarkCount), new Float32Array(landmarkCount)];
  for (let i = 0; i < landmarkCount; i++) {
    if (outline.has(i)) continue;
    const [sx, sy, sz] = [source[i * 3], source[i * 3 + 1], source[i * 3 + 2]];
    weights[i] = amount * mouthShare(target, i, span);
    moves[0][i] = fit[0] * sx + fit[1] * sy + fit[2] * sz + fit[3] - target[i * 3];
    moves[1][i] = fit[4] * sx + fit[5] * sy + fit[6] * sz + fit[7] - target[i * 3 + 1];
  }
  const out = new Float32Array(landmarkCount * 2);
  moves.forEach((move, axis) => {
    keepOpenings(move);
    const turn = turning(move, weights, target);
    for (let i = 0; i < landmarkCount; i++)
      out[i * 2 + axis] = target[i * 3 + axis] + weights[i] * (move[i] - turn(target[i * 3 + 2]));
  });
  return out;
}

/**
 * The part of a movement along one axis that looks like a turn of the head (a shift in proportion to depth), to be
 * taken out: least squares over the points that move.
 */
function turning(move: Float32Array, weights: Float32Array, target: Landmarks): (z: number) => number {
  let [n, z1, z2, m1, mz] = [0, 0, 0, 0, 0];
  for (let i = 0; i < landmarkCount; i++) {
    const w = weights[i];
    const z = target[i * 3 + 2];
    n += w;
    z1 += w * z;
    z2 += w * z * z;
    m1 += w * move[i];
    mz += w * move[i] * z;
  }
  const slope = (n * mz - z1 * m1) / (n * z2 - z1 * z1 || 1);
  const base = (m1 - slope * z1) / (n || 1);
  return (z) => base + slope * z;
}

function mouthShare(target: Landmarks, i: number, span: number): number {
  return MOUTH_SHARE + (1 - MOUTH_SHARE) * ramp(nearest(target, i, mouthPoints) / span, 0.2, 0.45);
}

function ramp(value: number, from: number, to: number): number {
  return Math.max(0, Math.min(1, (value - from) / (to - from)));
}

function nearest(p: Landmarks, i: number, others: readonly number[]): number {
  let best = Infinity;
  for (const k of others) {
    const dx = p[i * 3] - p[k * 3];
    const dy = p[i * 3 + 1] - p[k * 3 + 1];
    best = Math.min(best, dx * dx + dy * dy);
  }
  return Math.sqrt(best);
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
