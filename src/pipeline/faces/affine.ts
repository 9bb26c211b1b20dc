import { landmarkCount, type Landmarks } from './face';

/** An affine map of space: three rows of four, for x, y and z. */
export type Affine = Float64Array;

/** The affine map that takes one face nearest to another, by least squares: it takes over place, size, turn and nod. */
export function fitAffine(from: Landmarks, to: Landmarks): Affine {
  const rows = Array.from({ length: 4 }, () => new Float64Array(7));
  const point = new Float64Array(4);
  for (let i = 0; i < landmarkCount * 3; i += 3) {
    point.set([from[i], from[i + 1], from[i + 2], 1]);
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < 4; c++) rows[r][c] += point[r] * point[c];
      for (let axis = 0; axis < 3; axis++) rows[r][4 + axis] += point[r] * to[i + axis];
    }
  }
  solve(rows);
  return Float64Array.from({ length: 12 }, (_, i) => rows[i % 4][4 + (i >> 2)]);
}

/** Gauss and Jordan, in place: the unknowns are left in the columns from the fourth on. */
function solve(rows: readonly Float64Array[]): void {
  for (let i = 0; i < 4; i++) {
    const pivot = rows[i][i];
    for (let c = 0; c < 7; c++) rows[i][c] /= pivot;
    for (let r = 0; r < 4; r++) {
      const factor = r === i ? 0 : rows[r][i];
      for (let c = 0; c < 7; c++) rows[r][c] -= factor * rows[i][c];
    }
  }
}

/** A face moved by such a map. */
export function applyAffine(map: Affine, face: Landmarks): Landmarks {
  const moved = new Float32Array(face.length);
  for (let i = 0; i < moved.length; i += 3) {
    const [x, y, z] = [face[i], face[i + 1], face[i + 2]];
    for (let axis = 0; axis < 3; axis++) {
      const row = 4 * axis;
      moved[i + axis] = map[row] * x + map[row + 1] * y + map[row + 2] * z + map[row + 3];
    }
  }
  return moved;
}
