import { boxBlur, cells, fillPolygon, smoothstep, weightedBlur, type Grid } from '../../image/grid';
import { faceOval, smileFolds } from './meshTopology';
import { featureHull, featureMap, type GridPoints } from './skin';
import { areaMap } from './tame';

/** How wide a strand of hair is at most, and over what a roughness is averaged, by the face's height. */
const STRAND = 0.02;
const AROUND = 0.05;
/** Around features skin is as rough as hair, so far by the face's height, and from which share of a feature nearby on to which. */
const NEAR = 0.06;
const NEAR_ENDS = [0.02, 0.12] as const;
/**
 * Roughness by the light, as root mean square, from which on to which it is hair: the cheeks of a dozen photos have up to 0.03, strands
 * over a cheek 0.06 and more.
 */
const ROUGH = [0.04, 0.065] as const;

/**
 * Takes strands of hair over cheeks and forehead out of a skin map, in place. In dim light their colour is that of skin, and what tells
 * them is that they are rough. Features and smile folds are rough as well, and are left alone.
 * @param skin,luma,light per cell
 * @param size face height in cells
 */
export function takeOutStrands(
  skin: Float32Array,
  luma: Float32Array,
  light: Float32Array,
  grid: Grid,
  points: GridPoints,
  size: number,
): void {
  const smooth = smoothParts(grid, points, size);
  const weight = new Float32Array(cells(grid));
  fillPolygon(
    weight,
    grid,
    faceOval.map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]),
  );
  // What is known to be hair, and the edge to it, must not make the skin beside it rough.
  for (let i = 0; i < weight.length; i++) weight[i] *= smooth[i] * skin[i] ** 2;
  const rough = roughness(luma, light, weight, grid, STRAND * size, AROUND * size);
  for (let i = 0; i < skin.length; i++) skin[i] *= 1 - smooth[i] * smoothstep(...ROUGH, rough[i]);
}

/**
 * How rough each cell is for the light on it: root mean square, over `around` cells, of what luma differs from its mean over `strand` cells.
 * @param weight what counts of each cell
 */
export function roughness(
  luma: Float32Array,
  light: Float32Array,
  weight: Float32Array,
  grid: Grid,
  strand: number,
  around: number,
): Float32Array {
  const average = (map: Float32Array, radius: number) =>
    weightedBlur(map, weight, boxBlur(weight.slice(), grid, radius), grid, radius, 0);
  const shade = luma.map((value, i) => (value - light[i]) / (light[i] + 8));
  const broad = average(shade, strand);
  const squares = average(
    shade.map((value, i) => (value - broad[i]) ** 2),
    around,
  );
  return squares.map((value) => Math.sqrt(Math.max(0, value)));
}

/** 1 where skin is smooth: away from brows, eyes, nose, mouth and smile folds. */
function smoothParts(grid: Grid, points: GridPoints, size: number): Float32Array {
  const near = featureMap(grid, points, NEAR * size);
  const folds = areaMap(smileFolds, grid, points, size);
  return featureHull(grid, points, size).map(
    (hull, i) => 1 - Math.max(hull, folds[i], smoothstep(...NEAR_ENDS, near[i])),
  );
}
