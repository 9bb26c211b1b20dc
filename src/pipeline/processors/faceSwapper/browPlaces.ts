import type { Grid } from '../../image/grid';
import { aboveBrows, acrossBrows } from './meshTopology';
import type { GridPoints } from './skin';

/** Looks along a brow, from so far beyond its outer end to its inner one (1). */
export const PLACES = 25;
const OUTERMOST = -0.25;

/** Five pairs of landmarks from the outer end of a brow to its inner one; one looks on the way from one of a pair to the other. */
export type BrowLine = readonly (readonly [number, number])[];

/** A brow's upper side, each point with that of the forehead above it. */
export const upwards = (side: number): BrowLine => sides.upwards[side];

/** A brow's lower side, each point with that of its upper side. */
export const across = (side: number): BrowLine => sides.across[side];

const halves = (pairs: BrowLine) => [pairs.slice(0, 5), pairs.slice(5)];
const sides = { upwards: halves(aboveBrows), across: halves(acrossBrows) };

/** The length of a brow, and which place along it (0 to PLACES - 1) is nearest to a point. */
export function alongBrow(points: GridPoints, side: number) {
  const line = upwards(side);
  const [outer, inner] = [line[0][0], line[4][0]];
  const [x0, y0] = [points[outer * 2], points[outer * 2 + 1]];
  const [dx, dy] = [points[inner * 2] - x0, points[inner * 2 + 1] - y0];
  const length = Math.hypot(dx, dy) || 1;
  return {
    place: (x: number, y: number) => {
      const share = ((x - x0) * dx + (y - y0) * dy) / length ** 2;
      return ((share - OUTERMOST) / (1 - OUTERMOST)) * (PLACES - 1);
    },
    /** How many places a distance in cells is. */
    placesOf: (distance: number) => Math.round((distance * (PLACES - 1)) / ((1 - OUTERMOST) * length)),
  };
}

/**
 * Mean of a map at every place along a brow, over some shares of the way along the pairs of `line`: 0 is at the first ones, 1 at the second
 * ones. Beyond the picture it counts as 1.
 */
export function meansAlong(
  map: Float32Array,
  grid: Grid,
  points: GridPoints,
  line: BrowLine,
  shares: readonly number[],
): number[] {
  const means: number[] = [];
  for (let n = 0; n < PLACES; n++) {
    const along = 4 * (OUTERMOST + ((1 - OUTERMOST) * n) / (PLACES - 1));
    const first = Math.max(0, Math.min(3, Math.floor(along)));
    let sum = 0;
    for (const share of shares) {
      const x = Math.floor(between(points, line, first, along - first, share, 0));
      const y = Math.floor(between(points, line, first, along - first, share, 1));
      const inside = x >= 0 && y >= 0 && x < grid.width && y < grid.height;
      sum += inside ? map[y * grid.width + x] : 1;
    }
    means.push(sum / shares.length);
  }
  return means;
}

/** A coordinate (0 or 1) `on` of the way from a pair of a line to the next one, `share` of the way along both. */
function between(
  points: GridPoints,
  line: BrowLine,
  first: number,
  on: number,
  share: number,
  axis: number,
): number {
  const [p, q] = line[first];
  const [r, s] = line[first + 1];
  const from = points[p * 2 + axis] + share * (points[q * 2 + axis] - points[p * 2 + axis]);
  const to = points[r * 2 + axis] + share * (points[s * 2 + axis] - points[r * 2 + axis]);
  return from + on * (to - from);
}

/** The greatest of the values up to `reach` places away. */
export function widened(values: readonly number[], reach: number): number[] {
  return values.map((_, n) => Math.max(...values.slice(Math.max(0, n - reach), n + reach + 1)));
}

/** Between the values of places; those beyond the ends are as at the ends. */
export function valueAt(values: readonly number[], place: number): number {
  const within = Math.max(0, Math.min(values.length - 1, place));
  const low = Math.min(values.length - 2, Math.floor(within));
  return values[low] + (within - low) * (values[low + 1] - values[low]);
}
