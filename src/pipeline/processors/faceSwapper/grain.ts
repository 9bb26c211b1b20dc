import { boxBlur, upsampleRow, type Grid } from '../../image/grid';
import { averageFloat } from './sourcePlanes';

/** What is finer than so much of the face's height is grain. */
const FINE = 0.012;
/** From which share on a cell is bare skin. */
const BARE = 0.8;
/** Grain by the light, up to which it is drawn as it is: well lit photos have less. */
const MOST = 0.016;

/**
 * Draws the grain of a photo's bare skin no stronger than that of others, in place. In dim photos it is mostly noise, and in good light
 * it looked like dirt.
 * @param luma `width` × `height` values
 * @param light,bare per cell; `bare` is the share of bare skin
 * @param size face height in cells
 */
export function calmGrain(
  luma: Float32Array,
  light: Float32Array,
  bare: Float32Array,
  grid: Grid,
  size: number,
  width: number,
  height: number,
): void {
  const means = boxBlur(averageFloat(luma, width, height, grid), grid, FINE * size, 2);
  const share = Math.min(1, MOST / grainOf(luma, means, light, bare, grid, width, height));
  const [mean, skin] = [new Float32Array(width), new Float32Array(width)];
  for (let y = 0, at = 0; y < height; y++) {
    upsampleRow(means, grid, grid.step, grid.step, y, mean, 0, width);
    upsampleRow(bare, grid, grid.step, grid.step, y, skin, 0, width);
    for (let x = 0; x < width; x++, at++) luma[at] -= (1 - share) * skin[x] * (luma[at] - mean[x]);
  }
}

/** The median of grain by the light, seen in the middle of every cell of bare skin: lines and edges are few. */
function grainOf(
  luma: Float32Array,
  means: Float32Array,
  light: Float32Array,
  bare: Float32Array,
  grid: Grid,
  width: number,
  height: number,
): number {
  const grain = means.map((mean, i) => {
    const x = Math.min(width - 1, (i % grid.width) * grid.step + (grid.step >> 1));
    const y = Math.min(height - 1, Math.floor(i / grid.width) * grid.step + (grid.step >> 1));
    return Math.abs(luma[y * width + x] - mean) / (light[i] + 8);
  });
  const seen = grain.filter((_, i) => bare[i] > BARE).sort();
  return seen[seen.length >> 1] ?? 0;
}
