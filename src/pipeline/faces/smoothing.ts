import type { Landmarks } from './face';

/** Frames to either side that the fit looks at. */
export const smoothingReach = 4;

/**
 * Landmarks of the frame at offset 0, smoothed over its neighbours without lag: the value at 0 of a weighted
 * quadratic fit through the window (Savitzky and Golay 1964), per coordinate. `window` holds the offsets −reach to
 * reach; undefined where the track has no measurement.
 */
export function smoothLandmarks(window: readonly (Landmarks | undefined)[]): Landmarks {
  const reach = (window.length - 1) / 2;
  const centre = window[reach]!;
  const weights = fitWeights(window.map((landmarks, i) => (landmarks ? i - reach : undefined)));
  const smoothed = new Float32Array(centre.length);
  window.forEach((landmarks, i) => {
    if (!landmarks) return;
    const weight = weights[i];
    for (let k = 0; k < smoothed.length; k++) smoothed[k] += weight * landmarks[k];
  });
  return smoothed;
}

/** The weights by which a quadratic least-squares fit through the given offsets gives its value at 0. */
function fitWeights(offsets: readonly (number | undefined)[]): number[] {
  const present = offsets.filter((offset) => offset !== undefined);
  const past = present.filter((offset) => offset < 0).length;
  const future = present.filter((offset) => offset > 0).length;
  // A fit that leans to one side predicts instead of smoothing: near the ends of a track the window shrinks.
  const reach = Math.min(past, future);
  const used = (offset: number | undefined): offset is number =>
    offset !== undefined && Math.abs(offset) <= reach;
  const s = [0, 0, 0, 0, 0];
  const kernel = (t: number) => (reach === 0 ? 1 : Math.exp(-2 * (t / (reach + 0.5)) ** 2));
  for (const t of offsets) if (used(t)) for (let p = 0; p < 5; p++) s[p] += kernel(t) * t ** p;
  const degree = offsets.filter(used).length >= 5 ? 2 : 0;
  if (degree === 0) return offsets.map((t) => (used(t) ? kernel(t) / s[0] : 0));
  // First row of the inverse of the 3 × 3 moment matrix.
  const [a, b, c, d, e] = s;
  const determinant = a * (c * e - d * d) - b * (b * e - c * d) + c * (b * d - c * c);
  const r0 = (c * e - d * d) / determinant;
  const r1 = (c * d - b * e) / determinant;
  const r2 = (b * d - c * c) / determinant;
  return offsets.map((t) => (used(t) ? kernel(t) * (r0 + r1 * t + r2 * t * t) : 0));
}
