import { boxBlur, cells, fillPolygon, smoothstep, type Grid } from '../../image/grid';
import { copyMap, newMap } from '../../image/maps';
import { besideHands } from './handsOver';
import { brows, eyes, outerLips } from './meshTopology';
import { convexHull, type GridPoints } from './skin';
import { roughness } from './strands';

/** Down the ridge of the nose, which the bridge of glasses crosses. */
const ridge = [9, 8, 168, 6, 197, 195, 5];
/** How far apart it is looked at, and over how many looks on both sides the skin is taken that it is compared with: rims are no wider. The first by the face's height. */
const RIDGE_STEP = 0.01;
const AROUND = 6;
/** How much of the skin's light is missing in a narrow line across the ridge: bare noses measure up to 0.2, glasses with rims 0.75 and more. */
const GLASSES = [0.3, 0.5] as const;
/** Thin rims have the colour of skin in shade, and are told by how much of the light around them, which they are too narrow to take, is missing. */
const RIM = [0.06, 0.14] as const;
/** Between nose and lips, and how much of that has not the colour of skin: bare up to 0.4, mostly by the nose's shade, a moustache 0.87. */
const upperLip = [2, 97, 165, 92, 40, 37, 0, 267, 270, 322, 391, 326];
const MOUSTACHE = [0.55, 0.8] as const;
/** What rims of glasses and a moustache with what hangs on it may cover. */
const aroundEyes = [70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 130, 359, 50, 280, 4];
const aroundMouth = [97, 2, 326, 92, 322, 61, 291, 106, 335, 18];
/**
 * Below a moustache hangs a beard, and a grey one has the colour of skin: what is as rough as this is hair. How wide its tufts are and
 * over what roughness is averaged, by the face's height.
 */
const chin = [57, 287, 212, 432, 170, 395, 148, 377, 18];
const ROUGH = [0.04, 0.07] as const;
const TUFT = 0.012;
const BEARD = 0.04;
/** Edges are so soft, by the face's height. */
const SOFT = 0.01;

/**
 * Share of each cell around eyes, mouth and chin that glasses or a beard cover, as far as a face wears any: what has not the colour of
 * skin there, or is too rough for it. Undefined where it wears none.
 * @param skin by colour alone (`skinByColour`)
 * @param size face height in cells
 * @param hands share of each cell that hands hide, by which nobody is told to wear anything
 */
export function wornOver(
  skin: Float32Array,
  luma: Float32Array,
  grid: Grid,
  points: GridPoints,
  size: number,
  hands?: Float32Array,
): Float32Array | undefined {
  const glasses = smoothstep(...GLASSES, lineAcross(luma, grid, points, size, hands));
  const lip = besideHands(filled(grid, points, [upperLip]), hands);
  const moustache = smoothstep(...MOUSTACHE, coveredShare(skin, lip));
  if (glasses === 0 && moustache === 0) return undefined;
  const [eyeArea, mouthArea, chinArea] = [aroundEyes, aroundMouth, chin].map((outline) =>
    boxBlur(filled(grid, points, [outline]), grid, SOFT * size, 2),
  );
  const features = filled(grid, points, [eyes.left, eyes.right, outerLips]);
  for (const brow of brows) fillPolygon(features, grid, upperHalf(brow, points));
  const broad = boxBlur(copyMap(luma), grid, BEARD * size);
  const rough = roughness(luma, broad, chinArea, grid, TUFT * size, BEARD * size);
  return skin.map((share, i) => {
    const rim = smoothstep(...RIM, 1 - (luma[i] + 8) / (broad[i] + 8));
    const eyewear = glasses * eyeArea[i] * Math.max(1 - share, rim);
    const other = Math.max(eyewear, moustache * mouthArea[i] * (1 - share));
    const beard = moustache * chinArea[i] * Math.max(1 - share, smoothstep(...ROUGH, rough[i]));
    return Math.max(other, beard) * (1 - features[i]);
  });
}

/** The most that the ridge of the nose is darker in a place than above and below it, by the light there. */
function lineAcross(
  luma: Float32Array,
  grid: Grid,
  points: GridPoints,
  size: number,
  hands?: Float32Array,
): number {
  const values: number[] = [];
  for (let k = 0; k + 1 < ridge.length; k++) {
    const [x0, y0, x1, y1] = [ridge[k], ridge[k + 1]].flatMap((p) => [points[p * 2], points[p * 2 + 1]]);
    const looks = Math.max(1, Math.round(Math.hypot(x1 - x0, y1 - y0) / (RIDGE_STEP * size)));
    for (let n = 0; n < looks; n++) {
      const [x, y] = [Math.floor(x0 + ((x1 - x0) * n) / looks), Math.floor(y0 + ((y1 - y0) * n) / looks)];
      const at = y * grid.width + x;
      if (x >= 0 && y >= 0 && x < grid.width && y < grid.height && !(hands && hands[at] > 0))
        values.push(luma[at]);
    }
  }
  return values.reduce((most, value, i) => {
    const above = Math.max(...values.slice(Math.max(0, i - AROUND), i + 1));
    const below = Math.max(...values.slice(i, i + AROUND + 1));
    return Math.max(most, 1 - (value + 8) / (Math.min(above, below) + 8));
  }, 0);
}

function coveredShare(skin: Float32Array, area: Float32Array): number {
  let [covered, all] = [0, 0];
  for (let i = 0; i < area.length; i++) {
    covered += area[i] * (1 - skin[i]);
    all += area[i];
  }
  return all > 0 ? covered / all : 0;
}

/** Upper half of a brow: upper rims of glasses lie over the lower one. */
function upperHalf(brow: readonly number[], points: GridPoints): [number, number][] {
  const at = (p: number): [number, number] => [points[p * 2], points[p * 2 + 1]];
  const upper = brow.slice(0, 5).map(at);
  const lower = brow.slice(5).map(at).reverse();
  const middle = upper.map(([x, y], i): [number, number] => [(x + lower[i][0]) / 2, (y + lower[i][1]) / 2]);
  return [...upper, ...middle.reverse()];
}

/** 1 inside the hulls of landmarks. */
function filled(grid: Grid, points: GridPoints, outlines: readonly (readonly number[])[]): Float32Array {
  const map = newMap(cells(grid));
  for (const outline of outlines) fillPolygon(map, grid, convexHull(points, outline));
  return map;
}
