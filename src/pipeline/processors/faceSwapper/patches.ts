import { boxBlur, smoothstep, weightedBlur, type Grid } from '../../image/grid';
import { cheeks } from './meshTopology';
import { areaMap } from './tame';

/** What is dark on average over the first is a patch where its surroundings, over the second, are brighter; by the face's height. */
const PATCH = 0.018;
const AROUND = 0.08;
/** By so much of the light patches may be darker than their surroundings: lesser ones shape a cheek, as do dimples. */
const FAINT = 0.015;
/** From which share of them on, where they end softly, to which cheeks count. */
const CHEEKS = [0, 0.8] as const;

/**
 * Counts dark patches on cheeks as light, in place: hollows of a lean face in its photo's light, which were stains on skin lit evenly.
 * @param light,luma,bare per cell; `bare` is the share of bare skin
 * @param size face height in cells
 */
export function countPatchesAsLight(
  light: Float32Array,
  luma: Float32Array,
  bare: Float32Array,
  grid: Grid,
  points: Float32Array,
  size: number,
): void {
  const detail = luma.map((value, i) => value - light[i]);
  const average = (radius: number) =>
    weightedBlur(detail, bare, boxBlur(bare.slice(), grid, radius, 2), grid, radius, 0);
  const [near, around] = [average(PATCH * size), average(AROUND * size)];
  const inside = areaMap(cheeks, grid, points, size);
  for (let i = 0; i < light.length; i++) {
    const patch = Math.min(0, near[i] - around[i] + FAINT * light[i]);
    light[i] += smoothstep(...CHEEKS, inside[i]) * bare[i] * patch;
  }
}
