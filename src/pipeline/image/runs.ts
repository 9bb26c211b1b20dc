import { spanWithin, type Affine } from './affine';
import type { Rect } from './region';
import { warpPlace } from './warpSteps';

/** Pixels [from[y], to[y]) of every row are set: all shapes here are convex, so that one run a row says everything. */
export interface Runs {
  from: Int32Array;
  to: Int32Array;
}

/** Brighter than this counts as white, of 255. */
const WHITE = 20;
/** Farther than any pixel. */
const FAR = 1 << 24;

/**
 * Where a white square of `size` pixels, interpolated against black, is brighter than `WHITE` in a frame that `map` carries to it.
 * Places are rounded as OpenCV does: a pixel more or less changes the sizes of both kernels.
 */
export function whiteRuns(map: Affine, size: number, width: number, height: number): Runs {
  const runs = { from: new Int32Array(height), to: new Int32Array(height) };
  const cover = (p: number) => Math.max(0, Math.min(1, p + 1, size - p));
  const isWhite = (px: number, py: number, x: number) =>
    255 * cover(warpPlace(px, map[0] * x)) * cover(warpPlace(py, map[3] * x)) > WHITE;
  for (let y = 0; y < height; y++) {
    const px = map[1] * y + map[2];
    const py = map[4] * y + map[5];
    const [a, b] = spanWithin(px, map[0], -1, size, 0, width);
    let [from, to] = spanWithin(py, map[3], -1, size, a, b);
    while (from < to && !isWhite(px, py, from)) from++;
    while (to > from && !isWhite(px, py, to - 1)) to--;
    runs.from[y] = from;
    runs.to[y] = to;
  }
  return runs;
}

/** The smallest rectangle around what is set; undefined when nothing is. */
export function boundsOf({ from, to }: Runs): Rect | undefined {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let y = 0; y < from.length; y++) {
    if (from[y] >= to[y]) continue;
    x0 = Math.min(x0, from[y]);
    x1 = Math.max(x1, to[y]);
    y0 = Math.min(y0, y);
    y1 = y + 1;
  }
  return y1 < 0 ? undefined : { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}

/**
 * Keeps the pixels whose whole window (x − ⌊k/2⌋ … x − ⌊k/2⌋ + k − 1, as OpenCV places it) is set. Where a frame of `width` cuts the
 * shape, what lies beyond takes no part.
 */
export function erode({ from, to }: Runs, k: number, width: number): Runs {
  const before = k >> 1;
  const empty = from.map((x, y) => (x < to[y] ? -FAR : FAR));
  const starts = from.map((x, y) => Math.max(empty[y], x > 0 ? x : -FAR));
  const ends = to.map((x, y) => Math.max(empty[y], x < width ? -x : -FAR));
  const first = slidingMost(starts, k, before).map((x) => Math.max(0, x + before));
  const last = slidingMost(ends, k, before).map((x) => Math.min(width, before + 1 - k - x));
  return { from: first, to: last.map((x, y) => Math.max(first[y], x)) };
}

/** The greatest of `count` values, the first of which lies `before` places before each, by windows that double. */
function slidingMost(values: Int32Array, count: number, before: number): Int32Array {
  const most = new Int32Array(values.length + count).fill(-FAR);
  most.set(values, before);
  for (let length = 1; length < count;) {
    const step = Math.min(length, count - length);
    for (let i = 0; i + step < most.length; i++) most[i] = Math.max(most[i], most[i + step]);
    length += step;
  }
  return most.subarray(0, values.length);
}
