import { boxBlur, cells, fillPolygon, smoothstep, type Grid } from '../../image/grid';
import { aboveBrows, brows, eyes } from './meshTopology';
import { convexHull, withWholeBrows, type GridPoints } from './skin';
import { roughness } from './strands';

/**
 * Where the forehead is looked at, on the way from a brow's upper side to the points above it: near enough for hair that hangs slantwise,
 * and beyond the brow's own hairs, which reach to 0.5.
 */
const ABOVE = [0.65, 0.75, 0.85];
/** Roughness of skin from which on to which it is hair: the next to brows is a little rougher than cheeks are. */
const ROUGH = [0.05, 0.08] as const;
/** How far around brows and eyes no roughness is measured, and over what it is averaged, by the face's height. */
const BESIDE = 0.01;
const AROUND = 0.02;
/** Hair ends in a dark line and casts a shadow: so far beyond it still counts as hair, by the face's height. */
const EDGE = 0.02;
/** Around the brows so much goes with them, by the face's height, and from which share of a brow nearby on all of it. */
const REACH = 0.04;
const WHOLE = 0.2;
/** Looks along a brow, from so far beyond its outer end to its inner one (1). */
const PLACES = 25;
const OUTERMOST = -0.25;
/** Hair counts up to the first of these places, an eighth along the brow, and no longer from the second on, three eighths. */
const OUTER_END = [7, 12] as const;
/** How softly a brow goes over into what is beside it, by the face's height, and from which share of it on to which that is the brow. */
const BROW_SOFT = 0.008;
const BROW_ENDS = [0.05, 0.6] as const;

/** Shares of each cell. */
export interface BrowHair {
  /** Hair over brows, of which nothing is known but that it hides them. */
  over: Float32Array;
  /** Hair above and beside brows. */
  beside: Float32Array;
}

/**
 * Hair that hangs over the brows. In a brow itself hair cannot be told from the brow's, but it hangs from above: what it covers of a
 * brow it covers of the forehead above it. Beside a brow it is hair all along, where it has not the colour of skin.
 * @param skin what of the forehead has the colour of skin (`skinByColour`); `luma` and `light` tell hair of that colour by its strands
 * @param size face height in cells
 */
export function hairOverBrows(
  skin: Float32Array,
  luma: Float32Array,
  light: Float32Array,
  grid: Grid,
  points: GridPoints,
  size: number,
): BrowHair {
  const whole = withWholeBrows(points);
  const weight = besideFeatures(grid, whole, size).map((share, i) => share * skin[i] ** 2);
  const rough = roughness(luma, light, weight, grid, AROUND * size, AROUND * size);
  const bare = skin.map((share, i) => share * (1 - smoothstep(...ROUGH, rough[i])));
  const [over, beside] = [new Float32Array(cells(grid)), new Float32Array(cells(grid))];
  for (const side of [0, 1]) {
    const area = new Float32Array(cells(grid));
    fillPolygon(area, grid, convexHull(whole, brows[side]));
    boxBlur(area, grid, REACH * size, 2);
    const covered = coveredPlaces(bare, grid, points, side, EDGE * size);
    const coveredDark = coveredPlaces(skin, grid, points, side, EDGE * size);
    const own = ownBrow(side, grid, points, size);
    const along = alongBrow(points, side);
    for (let y = 0, i = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++, i++) {
        if (area[i] === 0) continue;
        const near = smoothstep(0, WHOLE, area[i]);
        const place = along.place(x + 0.5, y + 0.5);
        over[i] += near * outerCover(covered, place);
        beside[i] += near * (1 - own[i]) * valueAt(coveredDark, place);
      }
    }
  }
  const soft = (map: Float32Array) => boxBlur(map, grid, BESIDE * size, 2).map((share) => Math.min(1, share));
  return { over: soft(over), beside: soft(beside) };
}

/** 1 on a brow itself, fading to 0. */
function ownBrow(side: number, grid: Grid, points: GridPoints, size: number): Float32Array {
  const brow = new Float32Array(cells(grid));
  fillPolygon(
    brow,
    grid,
    brows[side].map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]),
  );
  return boxBlur(brow, grid, BROW_SOFT * size, 2).map((share) => smoothstep(...BROW_ENDS, share));
}

/** 1 away from brows, eyes and what is between them. */
function besideFeatures(grid: Grid, whole: GridPoints, size: number): Float32Array {
  const parts = new Float32Array(cells(grid));
  for (const [brow, eye] of [
    [brows[0], eyes.left],
    [brows[1], eyes.right],
  ])
    fillPolygon(parts, grid, convexHull(whole, [...brow, ...eye]));
  return boxBlur(parts, grid, BESIDE * size, 2).map((share) => 1 - smoothstep(0.02, 0.3, share));
}

/** The brow's upper side from its outer end to its inner one, each point with that of the forehead above it. */
const lineOf = (side: number) => aboveBrows.slice(side * 5, side * 5 + 5);

/** The length of a brow, and which place along it (0 to PLACES - 1) is nearest to a point. */
function alongBrow(points: GridPoints, side: number) {
  const line = lineOf(side);
  const [outer, inner] = [line[0][0], line[4][0]];
  const [x0, y0] = [points[outer * 2], points[outer * 2 + 1]];
  const [dx, dy] = [points[inner * 2] - x0, points[inner * 2 + 1] - y0];
  const length = Math.hypot(dx, dy) || 1;
  return {
    length,
    place: (x: number, y: number) => {
      const share = ((x - x0) * dx + (y - y0) * dy) / length ** 2;
      return ((share - OUTERMOST) / (1 - OUTERMOST)) * (PLACES - 1);
    },
  };
}

/** How far hair covers the forehead above each place along a brow, and beside it up to `edge` cells away. */
function coveredPlaces(
  bare: Float32Array,
  grid: Grid,
  points: GridPoints,
  side: number,
  edge: number,
): number[] {
  const line = lineOf(side);
  const covered = Array.from({ length: PLACES }, (_, n) => {
    const along = 4 * (OUTERMOST + ((1 - OUTERMOST) * n) / (PLACES - 1));
    const first = Math.max(0, Math.min(3, Math.floor(along)));
    const at = (above: number, axis: number) => {
      const [[a, overA], [b, overB]] = [line[first], line[first + 1]];
      const [from, to] = [a, b].map((p, k) => {
        const low = points[p * 2 + axis];
        return low + above * (points[[overA, overB][k] * 2 + axis] - low);
      });
      return Math.floor(from + (along - first) * (to - from));
    };
    const hidden = ABOVE.map((above) => {
      const [x, y] = [at(above, 0), at(above, 1)];
      const inside = x >= 0 && y >= 0 && x < grid.width && y < grid.height;
      return inside ? 1 - bare[y * grid.width + x] : 1;
    });
    return hidden.reduce((sum, share) => sum + share, 0) / ABOVE.length;
  });
  const reach = Math.round((edge * (PLACES - 1)) / ((1 - OUTERMOST) * alongBrow(points, side).length));
  return covered.map((_, n) => Math.max(...covered.slice(Math.max(0, n - reach), n + reach + 1)));
}

/** What counts of the hair over a place: hooks come of outer ends, and further in what is known of a brow is worth more than a clean one. */
function outerCover(covered: readonly number[], place: number): number {
  return valueAt(covered, place) * (1 - smoothstep(...OUTER_END, place));
}

/** Between the values of places; those beyond the ends are as at the ends. */
function valueAt(values: readonly number[], place: number): number {
  const within = Math.max(0, Math.min(values.length - 1, place));
  const low = Math.min(values.length - 2, Math.floor(within));
  return values[low] + (within - low) * (values[low + 1] - values[low]);
}
