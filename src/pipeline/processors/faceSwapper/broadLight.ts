import { boxBlur, cells, fillPolygon, weightedBlur, type Grid } from '../../image/grid';
import { colourSplitRadius, splitRadius } from './measures';
import { faceOval } from './meshTopology';
import type { GridColours } from './skin';

/** Cb and Cr as they differ from grey. */
export type Tint = readonly [number, number];

/** Lights whose colour is weaker than this count as grey. */
const GREY = 3;
/** The share of a face's colours that shows in any light. */
const LEAST_COLOUR = 0.3;

/**
 * The broad light on a face, from its skin only, so that hair and background do not shine in.
 * @param skin share of bare skin per cell
 * @param size face height in cells
 */
export function faceLight(
  colours: GridColours,
  grid: Grid,
  points: Float32Array,
  skin: Float32Array,
  size: number,
): GridColours {
  const weight = new Float32Array(cells(grid));
  fillPolygon(
    weight,
    grid,
    faceOval.map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]),
  );
  for (let i = 0; i < weight.length; i++) weight[i] *= skin[i];
  return broadLight(colours, weight, grid, size);
}

/** Luma and chroma of a face blurred over what counts by its weight. */
export function broadLight(
  colours: GridColours,
  weight: Float32Array,
  grid: Grid,
  size: number,
): GridColours {
  const blur = (radius: number, ...maps: Float32Array[]) => {
    const blurred = boxBlur(weight.slice(), grid, radius);
    return maps.map((map) => weightedBlur(map, weight, blurred, grid, radius, mean(map, weight)));
  };
  const [y] = blur(splitRadius(size), colours.y);
  const [cb, cr] = blur(colourSplitRadius(size), colours.cb, colours.cr);
  return { y, cb, cr };
}

/** Mean colour of a light, Cb and Cr as they differ from grey. @param weight what counts of each cell */
export function tintOf({ cb, cr }: GridColours, weight: Float32Array): Tint {
  return [mean(cb, weight) - 128, mean(cr, weight) - 128];
}

/**
 * How strongly the colours of a face show in another light, for Cb and Cr: in proportion to the light's own colour, but for a
 * rest that also grey light shows. Of a photo in nearly grey light nothing can be told: its colours stay as they are.
 */
export function colourStrength(target: Tint, source: Tint): Tint {
  const one = (to: number, from: number) =>
    Math.max(LEAST_COLOUR, (to * from + GREY ** 2) / (from * from + GREY ** 2));
  return [one(target[0], source[0]), one(target[1], source[1])];
}

function mean(map: Float32Array, weight: Float32Array): number {
  let sum = 0;
  let total = 1e-6;
  for (let i = 0; i < map.length; i++) {
    sum += map[i] * weight[i];
    total += weight[i];
  }
  return sum / total;
}
