import { boxBlur, cells, smoothstep, upsampleRow, type Grid } from '../../image/grid';
import { warpMesh, type Texture } from '../../image/warpMesh';
import { landmarkCount, type Landmarks } from '../../faces/face';
import { faceHeight } from './measures';
import { opposite, triangles } from './meshTopology';

/** Points in texels (x, y) of a texture in which the face looks straight ahead and its halves mirror each other. */
export interface FrontalLayout {
  points: Float32Array;
  width: number;
  height: number;
  /** Triangles in drawing order, the farthest first. */
  order: Uint16Array;
}

/** Columns of a frontal layout mirror about its middle; margin around the face as a share of its height. */
const MARGIN = 0.02;

/**
 * The landmarks in space turned to look at the camera, x, y, z each, unit: face height. Both halves are the mean of
 * themselves and of the other one mirrored, because landmarks on the far side of a turned face are guesses.
 */
export function frontalLandmarks(landmarks: Landmarks): Float32Array {
  const at = (p: number): Vector => [landmarks[p * 3], landmarks[p * 3 + 1], landmarks[p * 3 + 2]];
  let across: Vector = [0, 0, 0];
  for (const [left, right] of [
    [33, 263],
    [133, 362],
    [234, 454],
    [61, 291],
    [172, 397],
  ]) {
    across = plus(across, minus(at(right), at(left)));
  }
  const x = unit(across);
  const rough = minus(at(152), at(10));
  const y = unit(rough.map((value, k) => value - dot(rough, x) * x[k]) as Vector);
  const z = cross(x, y);
  const middle = at(168);
  const scale = 1 / faceHeight(landmarks);
  const turned = new Float32Array(landmarkCount * 3);
  for (let p = 0; p < landmarkCount; p++) {
    const from = minus(at(p), middle);
    turned.set(
      [x, y, z].map((axis) => scale * dot(from, axis)),
      p * 3,
    );
  }
  return turned.map((value, i) => {
    const other = turned[opposite[Math.floor(i / 3)] * 3 + (i % 3)];
    return (value + (i % 3 === 0 ? -other : other)) / 2;
  });
}

/**
 * @param size face height in texels
 * @param step both sides of the texture are multiples of it
 */
export function frontalLayout(landmarks: Landmarks, size: number, step: number): FrontalLayout {
  const frontal = frontalLandmarks(landmarks);
  let [reach, top, bottom] = [0, Infinity, -Infinity];
  for (let p = 0; p < landmarkCount; p++) {
    reach = Math.max(reach, Math.abs(frontal[p * 3]));
    top = Math.min(top, frontal[p * 3 + 1]);
    bottom = Math.max(bottom, frontal[p * 3 + 1]);
  }
  const width = 2 * step * Math.ceil(((reach + MARGIN) * size) / step);
  const height = step * Math.ceil(((bottom - top + 2 * MARGIN) * size) / step);
  const points = new Float32Array(landmarkCount * 2);
  for (let p = 0; p < landmarkCount; p++) {
    points[p * 2] = width / 2 + frontal[p * 3] * size;
    points[p * 2 + 1] = (frontal[p * 3 + 1] - top + MARGIN) * size;
  }
  const depth = (t: number) => [0, 1, 2].reduce((sum, k) => sum + frontal[triangles[t * 3 + k] * 3 + 2], 0);
  const order = Uint16Array.from({ length: triangles.length / 3 }, (_, t) => t).sort(
    (a, b) => depth(b) - depth(a),
  );
  return { points, width, height, order };
}

/** Draws a texture of the photo into the layout; what the mesh does not cover is `empty`. */
export function layOut(
  texture: Texture,
  points: Float32Array,
  { width, height }: { width: number; height: number },
  to: Float32Array,
  order: Uint16Array,
  empty = 0,
): Texture {
  const { channels } = texture;
  const data = new Float32Array(width * height * channels).fill(empty);
  // What is turned away in the photo closes the gaps that the rest leaves.
  for (const facing of ['back', 'front'] as const)
    warpMesh(texture, data, width, height, { from: points, to, triangles, order, facing });
  return { data, width, height, channels };
}

/**
 * How well the photo shows each spot of the layout, 0 (turned away) to 1 (seen straight on): what a triangle measures
 * in the photo by what it measures from the front.
 */
export function visibility(
  photo: Float32Array,
  layout: Float32Array,
  gridPoints: Float32Array,
  grid: Grid,
  order: Uint16Array,
): Float32Array {
  const seen = new Float32Array(landmarkCount);
  const whole = new Float32Array(landmarkCount);
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t], triangles[t + 1], triangles[t + 2]];
    const [inPhoto, fromFront] = [photo, layout].map((points) => Math.max(0, area(points, corners)));
    for (const p of corners) {
      seen[p] += inPhoto;
      whole[p] += fromFront;
    }
  }
  // A ramp as texture: each point looks up its share, and between points it is interpolated.
  const last = 255;
  const ramp: Texture = {
    data: Float32Array.from({ length: 2 * (last + 2) }, (_, i) => (i % (last + 2)) / last),
    width: last + 2,
    height: 2,
    channels: 1,
  };
  const shares = new Float32Array(landmarkCount * 2).fill(0.5);
  for (let p = 0; p < landmarkCount; p++) shares[p * 2] = 0.5 + last * Math.min(1, seen[p] / (whole[p] || 1));
  return layOut(ramp, shares, grid, gridPoints, order).data;
}

/**
 * Which side of the face each spot is taken from: 1 its own, 0 the other. Its own as far as the photo shows skin there,
 * which it does not where the face turns away or hair hangs.
 * @param shown how well the photo shows each cell, 0–1
 */
export function ownShare(shown: Float32Array, grid: Grid, size: number): Float32Array {
  const own = boxBlur(
    shown.map((value) => smoothstep(0.5, 0.95, value)),
    grid,
    size * 0.02,
    2,
  );
  return own.map((a, i) => {
    const b = own[mirrored(i, grid.width)];
    return (a + 1e-3) / (a + b * (1 - a) + 1e-3);
  });
}

/** The cell on the other side of the face. */
export function mirrored(cell: number, width: number): number {
  const x = cell % width;
  return cell - x + (width - 1 - x);
}

/** Takes each spot of a texture from its own side or from the other one, in place. */
export function fuseSides(texture: Texture, own: Float32Array, grid: Grid): void {
  const { data, width, height, channels } = texture;
  const share = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    upsampleRow(own, grid, grid.step, grid.step, y, share, 0, width);
    const row = data.slice(y * width * channels, (y + 1) * width * channels);
    for (let x = 0, at = y * width * channels; x < width; x++) {
      const other = (width - 1 - x) * channels;
      for (let k = 0; k < channels; k++, at++)
        data[at] = row[other + k] + share[x] * (row[x * channels + k] - row[other + k]);
    }
  }
}

/** Share of what differs between the sides, in shades and colours broader than a mole, that counts as the photo's light. */
const UNEVEN = 0.8;

/**
 * By how much of the light a side is darker than the other where it begins to count as hair or a cast shadow, and where it surely is one.
 * Hair hangs from above; below the eyes lesser shade is the nose's and the cheeks' own shape, which tells who it is.
 */
const HIDDEN = { above: [0.06, 0.16], below: [0.25, 0.5] } as const;

/**
 * Takes what is hair or a cast shadow out of `shown`, in place: what is much darker than the same spot of the other side.
 * @param luma detail per cell; `light` is what was taken from it
 * @param features share of each cell that brows, eyes and lips take
 * @param eyeLine row of cells between the eyes
 */
export function distrustDarkSide(
  shown: Float32Array,
  luma: Float32Array,
  light: Float32Array,
  features: Float32Array,
  width: number,
  eyeLine: number,
): void {
  const before = shown.slice();
  for (let i = 0; i < shown.length; i++) {
    const other = mirrored(i, width);
    const [from, to] = i < eyeLine * width ? HIDDEN.above : HIDDEN.below;
    const darker = (luma[other] - luma[i]) / (light[i] + 8);
    shown[i] *= 1 - before[other] * (1 - features[i]) * smoothstep(from, to, darker);
  }
}

/** Takes most of what is darker or differently coloured on one side than on the other out of a channel, in place. */
export function evenOut(
  texture: Texture,
  channel: number,
  features: Float32Array,
  grid: Grid,
  radius: number,
): void {
  const { data, width, height, channels } = texture;
  const broad = boxBlur(averageCells(texture, channel, grid), grid, radius, 2);
  const uneven = broad.map((value, i) => {
    const other = mirrored(i, grid.width);
    return (UNEVEN / 2) * (value - broad[other]) * (1 - Math.max(features[i], features[other]));
  });
  const row = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    upsampleRow(uneven, grid, grid.step, grid.step, y, row, 0, width);
    for (let x = 0; x < width; x++) data[(y * width + x) * channels + channel] -= row[x];
  }
}

/** Mean of one channel in every cell of a grid that divides the texture. */
export function averageCells({ data, width, channels }: Texture, channel: number, grid: Grid): Float32Array {
  const out = new Float32Array(cells(grid));
  const share = 1 / (grid.step * grid.step);
  for (let y = 0; y < grid.height * grid.step; y++) {
    const row = Math.floor(y / grid.step) * grid.width;
    for (let x = 0; x < grid.width * grid.step; x++)
      out[row + Math.floor(x / grid.step)] += share * data[(y * width + x) * channels + channel];
  }
  return out;
}

type Vector = [number, number, number];
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const plus = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
function unit(a: Vector): Vector {
  const length = Math.hypot(...a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}

function area(points: Float32Array, [a, b, c]: readonly number[]): number {
  const [x, y] = [points[a * 2], points[a * 2 + 1]];
  return (points[b * 2] - x) * (points[c * 2 + 1] - y) - (points[c * 2] - x) * (points[b * 2 + 1] - y);
}
