import { boxBlur, cells, fillPolygon, smoothstep, type Grid } from '../../image/grid';
import { across, alongBrow, meansAlong, type BrowLine, upwards, valueAt, widened } from './browPlaces';
import { brows, eyes } from './meshTopology';
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
/** Hair counts up to the first of these places, an eighth along the brow, and no longer from the second on, three eighths. */
const OUTER_END = [7, 12] as const;
/**
 * Further in, where dark hair hangs all across a brow, it is no lighter above, on and below it: so much darker than the light, from which on to
 * which it counts. Fair hair shows no brow, up to the first share of darkness to the second, where the other side has one.
 */
const DARK_HAIR = [0.55, 0.62] as const;
const NO_BROW = [0.08, 0.16] as const;
const BROW = [0.25, 0.35] as const;
/** Where these are looked at: on the way to the forehead, and from a brow's lower side to its upper one. */
const JUST_ABOVE = [0.5, 0.7];
const ON = [0.3, 0.5, 0.7];
const BELOW = [-0.7, -0.4];
/** Strands at the edge of dark hair lie so far beyond it, by the face's height. */
const STRANDS = 0.08;
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
  const [hair, dark] = [inverse(bare), luma.map((value, i) => 1 - Math.min(1, value / (light[i] + 8)))];
  const [over, beside] = [new Float32Array(cells(grid)), new Float32Array(cells(grid))];
  for (const side of [0, 1]) {
    const area = new Float32Array(cells(grid));
    fillPolygon(area, grid, convexHull(whole, brows[side]));
    boxBlur(area, grid, REACH * size, 2);
    const along = alongBrow(points, side);
    const above = (map: Float32Array) =>
      widened(meansAlong(map, grid, points, upwards(side), ABOVE), along.placesOf(EDGE * size));
    const [covered, coveredDark] = [above(hair), above(inverse(skin))];
    const hidden = hairAcross(dark, grid, points, side, along.placesOf(STRANDS * size));
    const own = ownBrow(side, grid, points, size);
    for (let y = 0, i = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++, i++) {
        if (area[i] === 0) continue;
        const near = smoothstep(0, WHOLE, area[i]);
        const place = along.place(x + 0.5, y + 0.5);
        over[i] += near * valueAt(covered, place) * Math.max(outerEnd(place), valueAt(hidden, place));
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

/** Where hair hides a brow itself, at each place along it. @param dark by how much of the light each cell is darker */
function hairAcross(
  dark: Float32Array,
  grid: Grid,
  points: GridPoints,
  side: number,
  strands: number,
): number[] {
  const look = (line: BrowLine, shares: readonly number[]) => meansAlong(dark, grid, points, line, shares);
  const [above, on, below] = [
    look(upwards(side), JUST_ABOVE),
    look(across(side), ON),
    look(across(side), BELOW),
  ];
  const other = look(across(1 - side), ON);
  const darkHair = on.map((value, n) => smoothstep(...DARK_HAIR, Math.min(above[n], value, below[n])));
  return widened(darkHair, strands).map((value, n) =>
    Math.max(value, (1 - smoothstep(...NO_BROW, on[n])) * smoothstep(...BROW, other[n])),
  );
}

/** 1 at the outer end of a brow: hooks come of those, and further in what is known of a brow is worth more than a clean one. */
const outerEnd = (place: number) => 1 - smoothstep(...OUTER_END, place);

const inverse = (map: Float32Array) => map.map((share) => 1 - share);
