import type { Landmarks } from './face';
import { isMovingFeature } from './geometry';
import { applySimilarity, fitSimilarity, type Similarity } from './similarity';

/** Frames to either side that smoothing looks at. */
export const smoothingReach = 4;

/** Weight of frames by their distance in time: a Gaussian of two frames. */
const SPREAD = 2;
/**
 * What counts as noise, as a share of the face's radius: the landmarker's own jitter on a still face is 0.1–0.3 %.
 * Deviations well beyond this are movement (a blink is 8 %) and stay as measured.
 */
const NOISE = 0.006;
/** Eyelids and lips move in small steps that must not be lost: for them less counts as noise. */
const FEATURE_SHARE = 0.6;
/** The same for position, size and angle of the whole face. */
const COMMON_NOISE = 0.004;
/** Jitter in pixels that no face size undercuts. */
const PIXEL_NOISE = 0.15;

/**
 * Landmarks of the middle frame of `window`, smoothed over its neighbours without lag. `window` holds 2 × reach + 1
 * frames; undefined where the track has no measurement.
 *
 * The face's movement in the picture (a similarity) is taken off first and smoothed on its own; what is left is the
 * face's own movement. For both the value is compared with the means of the frames t before and t after: steady
 * movement cancels out in such a pair, so it is neither delayed nor damped, and pairs that differ by more than
 * noise (Tomasi and Manduchi's bilateral weight) count little, so a blink keeps its full height.
 * @param noiseShare what counts as noise, as a share of the radius
 * @param isFiner 1 for points whose small steps must not be lost
 */
export function smoothLandmarks(
  window: readonly (Landmarks | undefined)[],
  noiseShare = NOISE,
  isFiner: Uint8Array = isMovingFeature,
): Landmarks {
  const reach = (window.length - 1) / 2;
  const centre = window[reach]!;
  const frame = centreAndRadius(centre);
  const noise = Math.max(noiseShare * frame.radius, PIXEL_NOISE);
  const commonNoise = Math.max(COMMON_NOISE * frame.radius, PIXEL_NOISE);

  const sum = Float64Array.from(centre);
  const weights = new Float64Array(centre.length / 3).fill(1);
  const common = { dx: 0, dy: 0, growth: 0, turn: 0, weight: 1 };
  // Past a gap the frames are not neighbours any more: each side is used up to its first one.
  const sides = new Set([-1, 1]);
  for (let t = 1; t <= reach; t++) {
    const inTime = Math.exp(-0.5 * (t / SPREAD) ** 2);
    const aligned: Landmarks[] = [];
    const fits: Similarity[] = [];
    for (const side of sides) {
      const neighbour = window[reach + side * t];
      if (!neighbour) {
        sides.delete(side);
        continue;
      }
      const fit = fitSimilarity(neighbour, centre);
      fits.push(fit);
      aligned.push(applySimilarity(fit, neighbour));
    }
    if (aligned.length === 0) break;
    addNeighbours(centre, aligned, inTime, noise, isFiner, sum, weights);
    addCommon(fits, frame, inTime, commonNoise, common);
  }
  const smoothed = new Float32Array(centre.length);
  for (let i = 0; i < smoothed.length; i++) smoothed[i] = sum[i] / weights[Math.floor(i / 3)];
  return moveBack(smoothed, frame, common);
}

interface CentreAndRadius {
  x: number;
  y: number;
  radius: number;
}

/** Centroid and root mean square distance from it. */
function centreAndRadius(landmarks: Landmarks): CentreAndRadius {
  const count = landmarks.length / 3;
  let x = 0;
  let y = 0;
  let squares = 0;
  for (let i = 0; i < landmarks.length; i += 3) {
    x += landmarks[i] / count;
    y += landmarks[i + 1] / count;
  }
  for (let i = 0; i < landmarks.length; i += 3) {
    squares += ((landmarks[i] - x) ** 2 + (landmarks[i + 1] - y) ** 2) / count;
  }
  return { x, y, radius: Math.sqrt(squares) };
}

/** Adds the mean of the frames t before and t after; at the end of a track there is only one of them. */
function addNeighbours(
  centre: Landmarks,
  neighbours: readonly Landmarks[],
  inTime: number,
  noise: number,
  isFiner: Uint8Array,
  sum: Float64Array,
  weights: Float64Array,
): void {
  const scale = -0.5 / (noise * noise);
  const before = neighbours[0];
  const after = neighbours[neighbours.length - 1];
  for (let i = 0; i < centre.length; i += 3) {
    const x = (before[i] + after[i]) / 2;
    const y = (before[i + 1] + after[i + 1]) / 2;
    const off = (x - centre[i]) ** 2 + (y - centre[i + 1]) ** 2;
    const finer = isFiner[i / 3] ? FEATURE_SHARE : 1;
    const weight = neighbours.length * inTime * Math.exp((off * scale) / finer ** 2);
    sum[i] += weight * x;
    sum[i + 1] += weight * y;
    sum[i + 2] += (weight * (before[i + 2] + after[i + 2])) / 2;
    weights[i / 3] += weight;
  }
}

interface Common {
  dx: number;
  dy: number;
  growth: number;
  turn: number;
  weight: number;
}

/** Adds where the neighbours say the face as a whole should be, seen from the middle frame. */
function addCommon(
  fits: readonly Similarity[],
  frame: CentreAndRadius,
  inTime: number,
  noise: number,
  common: Common,
): void {
  let dx = 0;
  let dy = 0;
  let growth = 0;
  let turn = 0;
  for (const { a, b, tx, ty } of fits) {
    // The fit maps a neighbour onto the middle frame; its inverse says where the neighbour is.
    const size = a * a + b * b;
    const x = (a * (frame.x - tx) + b * (frame.y - ty)) / size;
    const y = (a * (frame.y - ty) - b * (frame.x - tx)) / size;
    dx += (x - frame.x) / fits.length;
    dy += (y - frame.y) / fits.length;
    growth -= Math.log(size) / 2 / fits.length;
    turn -= Math.atan2(b, a) / fits.length;
  }
  const off = dx * dx + dy * dy + (growth * growth + turn * turn) * frame.radius ** 2;
  const weight = fits.length * inTime * Math.exp((-0.5 * off) / (noise * noise));
  common.dx += weight * dx;
  common.dy += weight * dy;
  common.growth += weight * growth;
  common.turn += weight * turn;
  common.weight += weight;
}

function moveBack(landmarks: Landmarks, frame: CentreAndRadius, common: Common): Landmarks {
  const size = Math.exp(common.growth / common.weight);
  const a = size * Math.cos(common.turn / common.weight);
  const b = size * Math.sin(common.turn / common.weight);
  const x = frame.x + common.dx / common.weight;
  const y = frame.y + common.dy / common.weight;
  return applySimilarity(
    { a, b, tx: x - a * frame.x + b * frame.y, ty: y - b * frame.x - a * frame.y },
    landmarks,
  );
}
