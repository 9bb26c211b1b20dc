import { boxBlur, smoothstep, type Grid } from '../../image/grid';
import { aboveBrows, cheeks } from './meshTopology';
import { featureMap, type GridPoints } from './skin';
import { areaMap } from './tame';

/** So far from hair a forehead or a cheek lies at its edge, by the face's height, and from which share of hair nearby on to which. */
const NEAR = 0.03;
const NEAR_ENDS = [0.05, 0.3] as const;
/** On a cheek from more on: beside most of them hair begins at the edge of the face, where little is drawn as it is. */
const CHEEK_ENDS = [0.15, 0.4] as const;
/** Up to which share of them, where they end softly, cheeks count. */
const CHEEKS = 0.5;
/** A forehead begins at the outer ends of the brows, and is one from this share of the way to its top on. */
const FOREHEAD = 0.3;
const TOP = 10;
/** How softly brows end, by the face's height. */
const SOFT = 0.01;

/**
 * Share of each cell that lies at the edge of hair on forehead and cheeks: its last strands and their shadows have the colour of skin.
 * @param skin what of the face is skin, and no hair
 * @param size face height in cells
 */
export function edgeOfFringe(skin: Float32Array, grid: Grid, points: GridPoints, size: number): Float32Array {
  const hair = skin.map((share) => 1 - share);
  const near = boxBlur(hair, grid, NEAR * size, 2);
  const brows = featureMap(grid, points, SOFT * size);
  const cheek = areaMap(cheeks, grid, points, size);
  const height = aboveEnds(points);
  return near.map((share, i) => {
    const forehead = smoothstep(
      0,
      FOREHEAD,
      height((i % grid.width) + 0.5, Math.floor(i / grid.width) + 0.5),
    );
    const edge = Math.max(
      forehead * smoothstep(...NEAR_ENDS, share),
      smoothstep(0, CHEEKS, cheek[i]) * smoothstep(...CHEEK_ENDS, share),
    );
    return (1 - Math.min(1, 2 * brows[i])) * edge;
  });
}

/** How high a point is above the outer ends of the brows (0), by the height of the forehead (1). */
function aboveEnds(points: GridPoints): (x: number, y: number) => number {
  const [a, b] = [aboveBrows[0][0], aboveBrows[5][0]];
  const [x0, y0] = [0, 1].map((k) => (points[a * 2 + k] + points[b * 2 + k]) / 2);
  const [dx, dy] = [points[TOP * 2] - x0, points[TOP * 2 + 1] - y0];
  return (x, y) => ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
}
