import { boxBlur, cells, fillPolygon, smoothstep, type Grid } from '../../image/grid';
import { copyMap, newMap } from '../../image/maps';
import {
  aboveBrows,
  browEnds,
  brows,
  eyes,
  features,
  outerLips,
  skinPoints,
  smileFolds,
} from './meshTopology';
import { leaveFringe } from './fringeOver';
import { wornOver } from './worn';

/** Luma and chroma of a region, one value per cell, 0–255 with chroma around 128. */
export interface GridColours {
  y: Float32Array;
  cb: Float32Array;
  cr: Float32Array;
}

/** Points in cells of a grid: x, y per landmark. */
export type GridPoints = Float32Array;

/** Where a brow ends on the way from its points to those of the forehead above it. */
const BROW_EDGE = 0.5;

/** How far around a dark spot is looked for skin, by the face's height, and from which share of it on to which the spot belongs to the skin. */
const NARROW = 0.06;
const MOSTLY = [0.5, 0.65] as const;

/** What of a face is narrow and dark outside of its features. */
const ownLines = [...smileFolds, ...browEnds];

const terms = 6;

/**
 * Where a face shows skin: 1, hair, hands' shadows, clothes and background: 0. The colour of skin is modelled as a
 * quadratic surface over the face, fitted robustly to points that should be bare, so that side light and coloured
 * light count as skin and an occluded cheek does not spoil the model. Brows, eyes and mouth count as skin.
 * @param size face height in cells
 * @param hands share of each cell that hands hide: nothing of the face is told from it
 */
export function skinMap(
  colours: GridColours,
  grid: Grid,
  points: GridPoints,
  size: number,
  hands?: Float32Array,
): Float32Array {
  const skin = skinByColour(colours, grid, points, size, hands);
  const worn = wornOver(skin, colours.y, grid, points, size, hands);
  const all = withFeatures(skin, grid, points, size, worn);
  leaveFringe(all, skin, grid, points, size);
  return all;
}

/** A copy of a skin map in which brows, eyes, nose and mouth count as skin, but for what is worn over them (`wornOver`). */
export function withFeatures(
  skin: Float32Array,
  grid: Grid,
  points: GridPoints,
  size: number,
  worn?: Float32Array,
): Float32Array {
  const all = copyMap(skin);
  const hull = featureHull(grid, points, size);
  if (worn) for (const map of [all, hull]) leaveOut(map, worn);
  keepMost(all, hull);
  const narrow = narrowDark(all, grid, points, size);
  if (worn) leaveOut(narrow, nearby(worn, grid, size));
  keepMost(all, narrow);
  return all;
}

/** Smile folds, and lines beside brows and eyes, that skin surrounds: dark as they are, they hide no face. */
function narrowDark(skin: Float32Array, grid: Grid, points: GridPoints, size: number): Float32Array {
  const own = newMap(cells(grid));
  for (const area of ownLines) fillPolygon(own, grid, convexHull(points, area));
  const around = boxBlur(copyMap(skin), grid, NARROW * size);
  for (let i = 0; i < own.length; i++) if (own[i] > 0) own[i] *= smoothstep(...MOSTLY, around[i]);
  return own;
}

/** The same by colour alone: brows, eyes and mouth are none. */
export function skinByColour(
  colours: GridColours,
  grid: Grid,
  points: GridPoints,
  size: number,
  hands?: Float32Array,
): Float32Array {
  const skin = newMap(cells(grid));
  const samples = bareSamples(grid, points, size, hands);
  if (samples.at.length >= 12) {
    const rows = Float64Array.from(samples.rows);
    const fit = (map: Float32Array) => fitSurface(rows, valuesAt(map, samples.at), 60);
    const surfaces = { y: fit(colours.y), cb: fit(colours.cb), cr: fit(colours.cr) };
    markSkin(skin, colours, grid, points, size, surfaces);
  } else skin.fill(1);
  // Stray lit spots in hair are not skin, and a rim of hair's shadow belongs to the hair.
  const around = boxBlur(copyMap(skin), grid, size * 0.02, 2);
  keepLeast(skin, around);
  return skin;
}

/** 1 inside the hull of whole brows, eyes, nose and mouth, fading to 0. @param size face height in cells */
export function featureHull(grid: Grid, points: GridPoints, size: number): Float32Array {
  const hull = newMap(cells(grid));
  fillPolygon(hull, grid, convexHull(withWholeBrows(points), features));
  boxBlur(hull, grid, size * 0.02, 2);
  steepen(hull);
  return hull;
}

/** Points of brows moved to where the brows end, because half a brow of each face would be neither's. */
export function withWholeBrows(points: GridPoints): GridPoints {
  const moved = points.slice();
  for (const [brow, forehead] of aboveBrows) {
    for (const k of [0, 1]) {
      moved[brow * 2 + k] += BROW_EDGE * (points[forehead * 2 + k] - points[brow * 2 + k]);
    }
  }
  return moved;
}

/** What is worn, and what lies beside it, where it goes over into skin. */
function nearby(worn: Float32Array, grid: Grid, size: number): Float32Array {
  const near = boxBlur(copyMap(worn), grid, NARROW * size);
  for (let i = 0; i < near.length; i++) near[i] = smoothstep(0, 0.2, near[i]);
  return near;
}

// Each of these loops is a function of its own, which V8 compiles once and by itself.

function keepLeast(skin: Float32Array, around: Float32Array): void {
  for (let i = 0; i < skin.length; i++) skin[i] = Math.min(skin[i], smoothstep(0.6, 0.98, around[i]));
}

function steepen(map: Float32Array): void {
  for (let i = 0; i < map.length; i++) map[i] = smoothstep(0.25, 0.75, map[i]);
}

function keepMost(skin: Float32Array, least: Float32Array): void {
  for (let i = 0; i < skin.length; i++) skin[i] = Math.max(skin[i], least[i]);
}

function leaveOut(map: Float32Array, worn: Float32Array): void {
  for (let i = 0; i < map.length; i++) map[i] *= 1 - worn[i];
}

/** Places that should be bare: their cells, and 1, u, v, u², uv, v² of each, from the nose in heights of the face. */
interface Samples {
  at: number[];
  rows: number[];
}

function bareSamples(grid: Grid, points: GridPoints, size: number, hands?: Float32Array): Samples {
  const [cx, cy] = [points[4 * 2], points[4 * 2 + 1]];
  const samples: Samples = { at: [], rows: [] };
  for (const p of skinPoints) {
    const x = Math.floor(points[p * 2]);
    const y = Math.floor(points[p * 2 + 1]);
    if (x < 0 || y < 0 || x >= grid.width || y >= grid.height) continue;
    if (hands && hands[y * grid.width + x] > 0) continue;
    const u = (x + 0.5 - cx) / size;
    const v = (y + 0.5 - cy) / size;
    samples.at.push(y * grid.width + x);
    samples.rows.push(1, u, v, u * u, u * v, v * v);
  }
  return samples;
}

/** Marks every cell by how near its colour is to what skin should have there. */
function markSkin(
  skin: Float32Array,
  colours: GridColours,
  grid: Grid,
  points: GridPoints,
  size: number,
  { y: luma, cb: blue, cr: red }: Record<keyof GridColours, Surface>,
): void {
  const [cx, cy] = [points[4 * 2], points[4 * 2 + 1]];
  const lumaFloor = 9;
  const chromaFloor = 3.2;
  const inverseBlue = 1 / Math.max(4 * Math.max(blue.spread, chromaFloor), 10);
  const inverseRed = 1 / Math.max(4 * Math.max(red.spread, chromaFloor), 10);
  const lumaSpread = 3 * Math.max(luma.spread, lumaFloor);
  for (let y = 0, at = 0; y < grid.height; y++) {
    const v = (y + 0.5 - cy) / size;
    const [lumaRow, blueRow, redRow] = [luma, blue, red].map(({ weights }) => rowOf(weights, v));
    for (let x = 0; x < grid.width; x++, at++) {
      const u = (x + 0.5 - cx) / size;
      const model = Math.max(20, lumaRow.c + u * (lumaRow.b + u * lumaRow.a));
      const dy = colours.y[at] - model;
      // Highlights are skin; what is darker than shade makes it is hair.
      const tolerance = Math.max(0.22 * model, Math.min(0.36 * model, lumaSpread)) * (dy > 0 ? 1.7 : 1);
      const dl = dy / tolerance;
      const db = (colours.cb[at] - blueRow.c - u * (blueRow.b + u * blueRow.a)) * inverseBlue;
      const dr = (colours.cr[at] - redRow.c - u * (redRow.b + u * redRow.a)) * inverseRed;
      skin[at] = 1 - smoothstep(1, 1.7, Math.sqrt(dl * dl + db * db + dr * dr));
    }
  }
}

/**
 * How much of each cell is bare skin of the face, from the skin map: brows, eyes and lips taken out. Light is measured
 * on bare skin only; what the features add to it is detail.
 */
export function bareSkin(skin: Float32Array, grid: Grid, points: GridPoints, size: number): Float32Array {
  const taken = featureMap(grid, points, size * 0.02);
  const bare = newMap(skin.length);
  for (let i = 0; i < bare.length; i++) bare[i] = skin[i] * Math.max(0.03, 1 - 2.5 * taken[i]);
  return bare;
}

/** Share of each cell that brows, eyes and lips take, with soft edges. */
export function featureMap(grid: Grid, points: GridPoints, softness: number): Float32Array {
  const map = newMap(cells(grid));
  for (const outline of [...brows, eyes.left, eyes.right, outerLips]) {
    fillPolygon(
      map,
      grid,
      outline.map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]),
    );
  }
  return boxBlur(map, grid, softness, 2);
}

/** The surface along a row: a u² + b u + c. */
function rowOf(w: Float64Array, v: number): { a: number; b: number; c: number } {
  return { a: w[3], b: w[1] + w[4] * v, c: w[0] + w[2] * v + w[5] * v * v };
}

interface Surface {
  weights: Float64Array;
  /** Robust standard deviation of the samples around it. */
  spread: number;
}

function valuesAt(map: Float32Array, at: readonly number[]): Float64Array {
  const values = new Float64Array(at.length);
  for (let i = 0; i < values.length; i++) values[i] = map[at[i]];
  return values;
}

/** Least squares with Tukey's weights, three rounds; a ridge keeps the curvature from running away outside. `rows` has six numbers a value. */
function fitSurface(rows: Float64Array, values: Float64Array, limit: number): Surface {
  let surface: Surface = { weights: Float64Array.of(median(values), 0, 0, 0, 0, 0), spread: limit };
  for (let round = 0; round < 4; round++) {
    const residuals = distances(rows, values, surface.weights);
    const spread = Math.max(1, 1.4826 * median(residuals));
    surface = { weights: solve(rows, values, tukey(residuals, Math.min(limit, 4.7 * spread))), spread };
  }
  return surface;
}

/** How far the values lie from a surface. */
function distances(rows: Float64Array, values: Float64Array, weights: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let k = 0; k < out.length; k++) {
    let sum = 0;
    for (let i = 0; i < terms; i++) sum += weights[i] * rows[k * terms + i];
    out[k] = Math.abs(values[k] - sum);
  }
  return out;
}

function tukey(distances: Float64Array, cut: number): Float64Array {
  const out = new Float64Array(distances.length);
  for (let k = 0; k < out.length; k++) {
    const share = distances[k] / cut;
    out[k] = share < 1 ? (1 - share * share) ** 2 : 0;
  }
  return out;
}

/** What the values' weighted squares are least for. */
function solve(rows: Float64Array, values: Float64Array, weights: Float64Array): Float64Array {
  const n = terms;
  const m = Array.from({ length: n }, () => new Float64Array(n + 1));
  for (let k = 0; k < values.length; k++) {
    if (weights[k] > 0) addSquares(m, rows, k * n, values[k], weights[k]);
  }
  for (let i = 0; i < n; i++) m[i][i] += i === 0 ? 1e-6 : i < 3 ? 0.05 : 0.25;
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) {
      const factor = m[r][i] / m[i][i];
      for (let c = i; c <= n; c++) m[r][c] -= factor * m[i][c];
    }
  }
  const out = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = m[i][n];
    for (let c = i + 1; c < n; c++) sum -= m[i][c] * out[c];
    out[i] = sum / m[i][i];
  }
  return out;
}

function addSquares(m: Float64Array[], rows: Float64Array, at: number, value: number, weight: number): void {
  for (let i = 0; i < terms; i++) {
    for (let j = 0; j < terms; j++) m[i][j] += weight * rows[at + i] * rows[at + j];
    m[i][terms] += weight * rows[at + i] * value;
  }
}

function median(values: Float64Array): number {
  return values.slice().sort()[values.length >> 1] ?? 0;
}

/** Andrew's monotone chain. */
export function convexHull(points: GridPoints, numbers: readonly number[]): [number, number][] {
  const sorted = numbers
    .map((p): [number, number] => [points[p * 2], points[p * 2 + 1]])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const cross = (o: [number, number], a: [number, number], b: [number, number]) =>
    (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list: [number, number][]) => {
    const chain: [number, number][] = [];
    for (const point of list) {
      while (chain.length > 1 && cross(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
