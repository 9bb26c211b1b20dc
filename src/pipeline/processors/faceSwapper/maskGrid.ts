import { boxBlur, cells, fillPolygon, smoothstep, type Grid } from '../../image/grid';
import { eyes, faceOval, innerLips } from './meshTopology';
import type { GridPoints } from './skin';

/** Lids and lashes reach this share of the eye's width beyond its opening. */
const LID = 0.12;

/** How much of the source each cell takes, 0–1, before hair and hands are considered. */
export function faceMask(grid: Grid, points: GridPoints, size: number, covered: Float32Array): Float32Array {
  const mask = new Float32Array(cells(grid));
  fillPolygon(mask, grid, outline(points, faceOval));
  for (let i = 0; i < mask.length; i++) mask[i] = Math.min(mask[i], covered[i]);
  boxBlur(mask, grid, size * 0.033, 2);
  for (let i = 0; i < mask.length; i++) mask[i] = smoothstep(0.52, 0.98, mask[i]);
  cutOut(mask, grid, eyeOutline(points, eyes.left), size * 0.012);
  cutOut(mask, grid, eyeOutline(points, eyes.right), size * 0.012);
  cutOut(mask, grid, outline(points, innerLips), size * 0.006);
  return mask;
}

/** Landmarks by number as x, y pairs. */
export function outline(points: GridPoints, numbers: readonly number[]): [number, number][] {
  return numbers.map((p) => [points[p * 2], points[p * 2 + 1]]);
}

/** Lid edges grown by the lashes and the fold of the lid: what moves in a blink stays the target's. */
export function eyeOutline(points: GridPoints, numbers: readonly number[]): [number, number][] {
  const rim = outline(points, numbers);
  const cx = rim.reduce((sum, [x]) => sum + x, 0) / rim.length;
  const cy = rim.reduce((sum, [, y]) => sum + y, 0) / rim.length;
  const [ax, ay] = rim[0];
  const [bx, by] = rim[8];
  const width = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [(bx - ax) / width, (by - ay) / width];
  // Along the eye a little, across it by a share of its width, because a closed eye has no height to scale.
  return rim.map(([x, y]) => {
    const along = (x - cx) * ux + (y - cy) * uy;
    const across = -(x - cx) * uy + (y - cy) * ux;
    const roundness = Math.sqrt(Math.max(0, 1 - (along / (0.56 * width)) ** 2));
    const grown = across + Math.sign(across || 1) * LID * width * roundness;
    return [cx + along * 1.08 * ux - grown * uy, cy + along * 1.08 * uy + grown * ux];
  });
}

/** Takes a soft-edged polygon out of the mask. */
export function cutOut(mask: Float32Array, grid: Grid, polygon: [number, number][], softness: number): void {
  const hole = new Float32Array(cells(grid));
  fillPolygon(hole, grid, polygon);
  boxBlur(hole, grid, Math.max(1, softness), 2);
  for (let i = 0; i < mask.length; i++) mask[i] *= 1 - Math.min(1, 1.25 * hole[i]);
}

/**
 * Coefficients that turn a coarse mask into one with the picture's own edges: mask ≈ slope × luma + base around each
 * cell (guided filter, He et al. 2010, on the small grid; applied to full-size luma).
 */
export function guidedMask(
  mask: Float32Array,
  luma: Float32Array,
  grid: Grid,
  radius: number,
): { slope: Float32Array; base: Float32Array } {
  const noise = 60;
  const count = boxBlur(new Float32Array(mask.length).fill(1), grid, radius, 1);
  const average = (map: Float32Array) => {
    boxBlur(map, grid, radius, 1);
    for (let i = 0; i < map.length; i++) map[i] /= count[i];
    return map;
  };
  const meanMask = average(mask.slice());
  const meanLuma = average(luma.slice());
  const both = average(mask.map((value, i) => value * luma[i]));
  const squares = average(luma.map((value) => value * value));
  const slope = new Float32Array(mask.length);
  const base = new Float32Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const variance = squares[i] - meanLuma[i] * meanLuma[i];
    slope[i] = (both[i] - meanMask[i] * meanLuma[i]) / (variance + noise);
    base[i] = meanMask[i] - slope[i] * meanLuma[i];
  }
  return { slope: average(slope), base: average(base) };
}
