import { boxBlur, cells, fillPolygon, weightedBlur, type Grid } from '../../image/grid';
import { colourSplitRadius, splitRadius } from './measures';
import { faceOval } from './meshTopology';
import type { GridColours } from './skin';

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

function mean(map: Float32Array, weight: Float32Array): number {
  let sum = 0;
  let total = 1e-6;
  for (let i = 0; i < map.length; i++) {
    sum += map[i] * weight[i];
    total += weight[i];
  }
  return sum / total;
}
