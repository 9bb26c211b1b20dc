import type { Landmarks, Pose } from '../../src/pipeline/faces/face';
import { boxOfLandmarks, distance, meanDistance } from '../../src/pipeline/faces/geometry';
import type { Frame } from '../../src/pipeline/image/frame';

export const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Pearson's; 0 where one of the two does not move. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const spread = deviation(a) * deviation(b);
  return spread > 0 ? mean(a.map((value, i) => (value - ma) * (b[i] - mb))) / spread : 0;
}

/** Opening of both eyes by their width. */
export function eyeOpening(p: Landmarks): number {
  return (distance(p, 159, 145) / distance(p, 33, 133) + distance(p, 386, 374) / distance(p, 263, 362)) / 2;
}

/** Opening of the lips by the distance of the outer eye corners. */
export function mouthOpening(p: Landmarks): number {
  return distance(p, 13, 14) / distance(p, 33, 263);
}

/** Mean distance of landmarks in percent of the distance between the eyes' centres. */
export function landmarkShift(a: Landmarks, b: Landmarks): number {
  return (100 * meanDistance(a, b)) / (0.7 * distance(a, 33, 263));
}

export function poseDifference(a: Pose, b: Pose): number {
  return Math.max(Math.abs(a.yaw - b.yaw), Math.abs(a.pitch - b.pitch), Math.abs(a.roll - b.roll));
}

/** Mean second difference over time in pixels: trembling, but no steady movement. */
export function jitter(track: readonly Landmarks[]): number {
  const shakes: number[] = [];
  for (let i = 1; i + 1 < track.length; i++) {
    const [a, b, c] = [track[i - 1], track[i], track[i + 1]];
    for (let k = 0; k < b.length; k += 3) {
      shakes.push(Math.hypot(a[k] - 2 * b[k] + c[k], a[k + 1] - 2 * b[k + 1] + c[k + 1]));
    }
  }
  return mean(shakes);
}

/** Mean absolute difference of luma inside the face's box. */
export function changeInside(a: Frame, b: Frame, face: Landmarks): number {
  return mean(differences(a, b, face, 0).map(Math.abs));
}

/** Sum of squares and count of luma differences well outside the face. */
export function errorOutside(a: Frame, b: Frame, face: Landmarks): { squares: number; count: number } {
  const values = differences(a, b, face, 0.35, true);
  return { squares: values.reduce((sum, value) => sum + value * value, 0), count: values.length };
}

/** Differences of every other pixel inside (or outside) the box around the face, grown by `margin` × its width. */
function differences(a: Frame, b: Frame, face: Landmarks, margin: number, outside = false): number[] {
  const box = boxOfLandmarks(face);
  const grow = margin * box.width;
  const { width, height } = a.format;
  const out: number[] = [];
  for (let y = 0; y < height; y += 2) {
    const inRows = y >= box.y - grow && y < box.y + box.height + grow;
    for (let x = 0; x < width; x += 2) {
      const inside = inRows && x >= box.x - grow && x < box.x + box.width + grow;
      if (inside !== outside) out.push(b.planes[0][y * width + x] - a.planes[0][y * width + x]);
    }
  }
  return out;
}
