import type { Landmarks, Pose } from './face';

/** Mirror pairs of rigid points: eye corners, temples, cheekbones, nostrils, jaw. Left in the picture first. */
const pairs = [
  [33, 263],
  [133, 362],
  [127, 356],
  [234, 454],
  [93, 323],
  [129, 358],
  [70, 300],
  [105, 334],
] as const;
/** Forehead to chin-less lower face: points on the symmetry plane that speech does not move. */
const upper = [10, 151, 9];
const lower = [2, 164];
/** Pitch of the line upper → lower on a face that looks straight ahead, degrees. */
const NEUTRAL_PITCH = 0;

const degrees = 180 / Math.PI;

/**
 * Head pose from the dense points: the mean left-to-right axis of mirror pairs and the forehead-to-lip axis span
 * the face; no camera model is needed, because the mesh's z is in the unit of x and y.
 */
export function estimatePose(landmarks: Landmarks): Pose {
  let xx = 0;
  let xy = 0;
  let xz = 0;
  for (const [a, b] of pairs) {
    xx += landmarks[b * 3] - landmarks[a * 3];
    xy += landmarks[b * 3 + 1] - landmarks[a * 3 + 1];
    xz += landmarks[b * 3 + 2] - landmarks[a * 3 + 2];
  }
  const roll = Math.atan2(xy, xx);
  const mean = (points: readonly number[], axis: number) =>
    points.reduce((sum, i) => sum + landmarks[i * 3 + axis], 0) / points.length;
  const dx = mean(lower, 0) - mean(upper, 0);
  const dy = mean(lower, 1) - mean(upper, 1);
  const dz = mean(lower, 2) - mean(upper, 2);
  const down = dy * Math.cos(roll) - dx * Math.sin(roll);
  return {
    yaw: Math.atan2(xz, Math.hypot(xx, xy)) * degrees,
    pitch: Math.atan2(dz, down) * degrees - NEUTRAL_PITCH,
    roll: roll * degrees,
  };
}
