import { landmarkCount, type Landmarks } from '../../faces/face';
import { distance3 } from './measures';
import { faceOval } from './meshTopology';

const mouthPoints = [61, 291, 0, 17, 13, 14, 84, 314];
const outline = new Set(faceOval);

/**
 * The target's landmarks moved towards the source's proportions by `amount` (0–1). The source's shape is fitted to
 * the target in space by least squares; outline and mouth stay the target's, because its pixels stay there. Eyes move
 * with their surroundings: their holes follow the target, and lids that keep apart from brows look stretched.
 * Returns x, y per landmark.
 */
export function blendShape(source: Landmarks, target: Landmarks, amount: number): Float32Array {
  const fit = affineFit(source, target);
  const span = distance3(target, 33, 263);
  const out = new Float32Array(landmarkCount * 2);
  for (let i = 0; i < landmarkCount; i++) {
    const x = target[i * 3];
    const y = target[i * 3 + 1];
    out[i * 2] = x;
    out[i * 2 + 1] = y;
    if (outline.has(i)) continue;
    const [sx, sy, sz] = [source[i * 3], source[i * 3 + 1], source[i * 3 + 2]];
    const weight = amount * ramp(nearest(target, i, mouthPoints) / span, 0.2, 0.45);
    out[i * 2] += weight * (fit[0] * sx + fit[1] * sy + fit[2] * sz + fit[3] - x);
    out[i * 2 + 1] += weight * (fit[4] * sx + fit[5] * sy + fit[6] * sz + fit[7] - y);
  }
  return out;
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
