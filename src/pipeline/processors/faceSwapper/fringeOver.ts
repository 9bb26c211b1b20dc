import { boxBlur, cells, fillPolygon, smoothstep, type Grid } from '../../image/grid';
import { newMap } from '../../image/maps';
import { across, alongBrow, meansAlong, upwards, valueAt } from './browPlaces';
import { brows } from './meshTopology';
import type { GridPoints } from './skin';

/** Where one looks for hair above and below a brow, on the way to the forehead and from the brow's lower side to its upper one. */
const ABOVE = [0.65, 0.75, 0.85];
const BELOW = [-0.8, -0.5];
/** What of both is no skin, from which on to which hair hangs across the brow: above it alone a fringe may end there. */
const HIDDEN = [0.4, 0.85] as const;
/** It counts up to the first of the places along a brow, and no longer from the second on: without its end a brow is known, without more it is not. */
const END = [6, 11] as const;
/** So far beyond a brow what lies around it goes with it, by the face's height, and from which share of it nearby on. */
const REACH = 0.02;
const WHOLE = 0.3;

/**
 * Takes hair that hangs over the outer ends of brows out of a skin map, in place, in which features count as skin.
 * @param byColour what has the colour of skin
 * @param size face height in cells
 */
export function leaveFringe(
  skin: Float32Array,
  byColour: Float32Array,
  grid: Grid,
  points: GridPoints,
  size: number,
): void {
  for (const side of [0, 1]) {
    const above = meansAlong(byColour, grid, points, upwards(side), ABOVE);
    const below = meansAlong(byColour, grid, points, across(side), BELOW);
    const hair = above.map(
      (bare, n) => smoothstep(...HIDDEN, 1 - Math.max(bare, below[n])) * (1 - smoothstep(...END, n)),
    );
    if (hair.some((share) => share > 0)) takeOut(skin, byColour, hair, grid, points, side, size);
  }
}

/** @param hair share of hair at every place along the brow */
function takeOut(
  skin: Float32Array,
  byColour: Float32Array,
  hair: readonly number[],
  grid: Grid,
  points: GridPoints,
  side: number,
  size: number,
): void {
  const along = alongBrow(points, side);
  const outline = brows[side].map((p): [number, number] => [points[p * 2], points[p * 2 + 1]]);
  const near = newMap(cells(grid));
  fillPolygon(near, grid, outline);
  boxBlur(near, grid, REACH * size, 2);
  const ends = [0, 1].map((k) => {
    const all = outline.map((point) => point[k]);
    const margin = 3 * REACH * size;
    const last = k === 0 ? grid.width : grid.height;
    return [
      Math.max(0, Math.floor(Math.min(...all) - margin)),
      Math.min(last, Math.ceil(Math.max(...all) + margin)),
    ];
  });
  for (let y = ends[1][0]; y < ends[1][1]; y++) {
    for (let x = ends[0][0]; x < ends[0][1]; x++) {
      const i = y * grid.width + x;
      const share = smoothstep(0, WHOLE, near[i]) * valueAt(hair, along.place(x + 0.5, y + 0.5));
      skin[i] = Math.min(skin[i], Math.max(byColour[i], 1 - share));
    }
  }
}
