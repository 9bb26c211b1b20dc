import { brows, opposite } from '../../src/pipeline/processors/faceSwapper/meshTopology';
import type { Landmarks } from '../../src/pipeline/faces/face';

export const radians = Math.PI / 180;
export const noseTip = 4;

/** Half an egg of 200 × 260 pixels that looks straight ahead, its points in mirrored pairs. */
export function egg(): Landmarks {
  const rows: Record<number, number> = {
    10: -0.9,
    151: -0.7,
    9: -0.5,
    [noseTip]: 0,
    2: 0.2,
    164: 0.3,
    152: 0.9,
  };
  const points = new Float32Array(468 * 3);
  for (let p = 0; p < 468; p++) {
    const first = Math.min(p, opposite[p]);
    const x = opposite[p] === p ? 0 : 0.1 + ((first * 0.381966) % 0.6);
    const y = rows[p] ?? ((first * 0.618034) % 1.4) - 0.7;
    points.set(
      [(p === first ? -x : x) * 100, y * 130, -90 * Math.sqrt(1 - Math.min(1, x * x + y * y))],
      p * 3,
    );
  }
  return points;
}

/** Turned about the axis of x (looking down), then in the plane of the picture. */
export function turned(face: Landmarks, down: number, roll: number): Landmarks {
  const [sd, cd, sr, cr] = [down, roll].flatMap((angle) => [
    Math.sin(angle * radians),
    Math.cos(angle * radians),
  ]);
  return Float32Array.from(face, (_, i) => {
    const [x, y, z] = face.subarray(i - (i % 3), i - (i % 3) + 3);
    const low = y * cd - z * sd;
    return [x * cr - low * sr, x * sr + low * cr, y * sd + z * cd][i % 3];
  });
}

/** With brows further down by so many pixels. */
export function withBrows(face: Landmarks, down: number): Landmarks {
  return lowered(face, brows.flat(), down);
}

/** With some points further down by so many pixels. */
export function lowered(face: Landmarks, points: readonly number[], down: number): Landmarks {
  const moved = face.slice();
  for (const p of points) moved[p * 3 + 1] += down;
  return moved;
}
