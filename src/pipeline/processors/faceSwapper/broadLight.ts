import { boxBlur, cells, fillPolygon, smoothstep, weightedBlur, type Grid } from '../../image/grid';
import { copyMap, newMap } from '../../image/maps';
import { colourSplitRadius, rimSplitRadius, splitRadius } from './measures';
import { faceOval } from './meshTopology';
import type { GridColours } from './skin';

/** Cb and Cr as they differ from grey. */
export type Tint = readonly [number, number];

/** Lights whose colour is weaker than this count as grey. */
const GREY = 3;
/** The share of a face's colours that shows in any light. */
const LEAST_COLOUR = 0.3;
/** So far the colours of skin differ from the light's in photos taken in one light, as root mean square: 2 to 4. */
const DETAIL = 4;
/** How wide the rim of a face is blurred, by the face's height, and from which value on to which a cell still belongs to it. */
const RIM = 0.035;
const RIM_ENDS = [0.5, 0.9] as const;

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
  const weight = newMap(cells(grid));
  fillPolygon(
    weight,
    grid,
    faceOval.map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]),
  );
  const rim = rimOf(weight, grid, size);
  for (let i = 0; i < weight.length; i++) weight[i] *= skin[i];
  return broadLight(colours, weight, rim, grid, size);
}

/** Luma and chroma of a face blurred over what counts by its weight; `rim` tells where more finely (`rimOf`). */
export function broadLight(
  { y, cb, cr }: GridColours,
  weight: Float32Array,
  rim: Float32Array,
  grid: Grid,
  size: number,
): GridColours {
  const [luma, blue, red] = [y, cb, cr].map((map) => ({ map, mean: mean(map, weight) }));
  const blur = (radius: number, planes: readonly { map: Float32Array; mean: number }[]) => {
    const blurred = boxBlur(copyMap(weight), grid, radius);
    return planes.map((plane) => weightedBlur(plane.map, weight, blurred, grid, radius, plane.mean));
  };
  const broad = [...blur(splitRadius(size), [luma]), ...blur(colourSplitRadius(size), [blue, red])];
  const fine = blur(rimSplitRadius(size), [luma, blue, red]);
  fine.forEach((map, k) => mix(broad[k], map, rim));
  return { y: broad[0], cb: broad[1], cr: broad[2] };
}

/**
 * How near the edge of a face each cell lies, 1 on the edge and outside, 0 well inside. There light is told from detail more finely, so
 * that a face drawn up to the edge goes over into what lies beyond it.
 * @param face 1 where there is the face, 0 elsewhere
 */
export function rimOf(face: Float32Array, grid: Grid, size: number): Float32Array {
  const rim = boxBlur(copyMap(face), grid, RIM * size, 2);
  for (let i = 0; i < rim.length; i++) rim[i] = 1 - smoothstep(RIM_ENDS[0], RIM_ENDS[1], rim[i]);
  return rim;
}

function mix(map: Float32Array, other: Float32Array, share: Float32Array): void {
  for (let i = 0; i < map.length; i++) map[i] += share[i] * (other[i] - map[i]);
}

/** Mean colour of a light, Cb and Cr as they differ from grey. @param weight what counts of each cell */
export function tintOf({ cb, cr }: GridColours, weight: Float32Array): Tint {
  return [mean(cb, weight) - 128, mean(cr, weight) - 128];
}

/** The colour of a photo's light, Cb and Cr each. */
export interface PhotoTint {
  mean: Tint;
  /** Mean square of what the light differs from that over the face. */
  variance: Tint;
  /** Mean square of what the skin differs from the light. */
  detail: Tint;
}

/** @param weight what counts of each cell */
export function photoTint(colours: GridColours, light: GridColours, weight: Float32Array): PhotoTint {
  const squares = (map: Float32Array, from: (cell: number) => number) =>
    mean(
      map.map((value, i) => (value - from(i)) ** 2),
      weight,
    );
  const tint = tintOf(light, weight);
  return {
    mean: tint,
    variance: [squares(light.cb, () => 128 + tint[0]), squares(light.cr, () => 128 + tint[1])],
    detail: [squares(colours.cb, (i) => light.cb[i]), squares(colours.cr, (i) => light.cr[i])],
  };
}

/**
 * How strongly the colours of a face show in another light, for Cb and Cr: in proportion to the light's own colour, but for a
 * rest that also grey light shows. Of a photo in nearly grey light nothing can be told: its colours stay as they are. In lights of
 * several colours these may be grey on average, and what skin differs from the light are mostly their borders: little of it is drawn.
 */
export function colourStrength(target: Tint, source: PhotoTint): Tint {
  const one = (to: number, from: number, variance: number, detail: number) =>
    Math.max(LEAST_COLOUR, (to * from + GREY ** 2) / (from * from + variance + GREY ** 2)) *
    Math.min(1, DETAIL / Math.sqrt(detail));
  const [blue, red] = [0, 1].map((k) => one(target[k], source.mean[k], source.variance[k], source.detail[k]));
  return [blue, red];
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
