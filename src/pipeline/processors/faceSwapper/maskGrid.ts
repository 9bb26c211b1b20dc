import { boxBlur, boxMeans, cells, fillPolygon, smoothstep, softPolygon, type Grid } from '../../image/grid';
import { newMap } from '../../image/maps';
import { keptParts, type Outline } from './carry';
import { brows, eyes, faceOval } from './meshTopology';
import type { GridPoints } from './skin';

/** Height of an eye by its width that counts as open: a narrow one is not about to close, and its lids tell who it is. */
const OPEN = 0.22;
/** Lid edges and lashes reach this share of the eye's width beyond its opening. */
const LID = 0.045;
/**
 * What stays the target's grows by these multiples of what the eye lacks to be open, upwards and downwards, and so does its
 * soft edge (by face height): the source's open lid around a closed one looks like an eye that is half open.
 */
const LID_CLOSING = 4.5;
const LOWER_CLOSING = 2.5;
const SOFT_CLOSING = 0.03;
/** It ends at this share of the way from the eye's middle to the brow, which must not fade in a blink. */
const TO_BROW = 0.8;
/** Of the target's lips so much is kept around the opening, by the mouth's width: the line between them tells whether they are closed. */
const LIP = 0.025;

/**
 * How much of the source each cell takes, 0–1, before hair and hands are considered.
 * @param holes outlines of what stays the target's (`partHoles`)
 */
export function faceMask(
  grid: Grid,
  points: GridPoints,
  size: number,
  covered: Float32Array,
  holes: readonly Outline[],
): Float32Array {
  const mask = newMap(cells(grid));
  fillPolygon(mask, grid, outline(points, faceOval));
  leastOf(mask, covered);
  boxBlur(mask, grid, size * 0.025, 2);
  narrow(mask);
  holes.forEach((hole, i) => {
    const { name, ring } = keptParts[i];
    cutOut(mask, grid, hole, size * (name === 'eye' ? 0.012 + SOFT_CLOSING * closing(points, ring) : 0.006));
  });
  return mask;
}

function leastOf(mask: Float32Array, covered: Float32Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] = Math.min(mask[i], covered[i]);
}

/** On the outline the blur leaves a half: the mask begins just inside of it, with an edge soft enough that none is seen on cheeks turned away. */
function narrow(mask: Float32Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] = smoothstep(0.55, 0.78, mask[i]);
}

/**
 * Outlines of eyes and inner mouth in cells, moved by `shifts` (cells). The mouth reaches to the lips that are drawn where
 * these open wider, or the source's teeth would lie on the target's lips.
 * @param drawn the landmarks as they are drawn, in cells
 */
export function partHoles(
  points: GridPoints,
  shifts: readonly [number, number][],
  drawn: GridPoints,
): Outline[] {
  return keptParts.map(({ name, ring }, i) => {
    const rim = name === 'eye' ? eyeOutline(points, ring) : outline(points, ring);
    const [dx, dy] = shifts[i];
    const moved = rim.map(([x, y]): [number, number] => [x + dx, y + dy]);
    return name === 'eye' ? moved : lipEdges(widest(moved, outline(drawn, ring)));
  });
}

/** Point by point the one of two outlines that lies further from the middle of both. */
function widest(a: readonly [number, number][], b: readonly [number, number][]): [number, number][] {
  const middle = [0, 1].map((k) => [...a, ...b].reduce((sum, point) => sum + point[k], 0) / (2 * a.length));
  const reach = ([x, y]: readonly [number, number]) => Math.hypot(x - middle[0], y - middle[1]);
  return a.map((point, i) => (reach(point) >= reach(b[i]) ? point : b[i]));
}

/** The inner edge of the lips grown across the mouth, upwards and downwards, but for its corners. */
function lipEdges(rim: readonly (readonly [number, number])[]): [number, number][] {
  const [[ax, ay], [bx, by]] = [rim[0], rim[rim.length / 2]];
  const [ux, uy] = [bx - ax, by - ay];
  const squared = ux * ux + uy * uy || 1;
  return rim.map(([x, y], i) => {
    const along = ((x - ax) * ux + (y - ay) * uy) / squared;
    const grown = LIP * Math.sqrt(Math.max(0, 1 - (2 * along - 1) ** 2)) * (i < rim.length / 2 ? -1 : 1);
    return [x - grown * uy, y + grown * ux];
  });
}

/** Landmarks by number as x, y pairs. */
export function outline(points: GridPoints, numbers: readonly number[]): [number, number][] {
  return numbers.map((p) => [points[p * 2], points[p * 2 + 1]]);
}

/** An eye's middle, its width, the direction along it, and how far above or below the middle each point of its rim lies. */
function eyeShape(rim: readonly (readonly [number, number])[]) {
  const cx = rim.reduce((sum, [x]) => sum + x, 0) / rim.length;
  const cy = rim.reduce((sum, [, y]) => sum + y, 0) / rim.length;
  const [ax, ay] = rim[0];
  const [bx, by] = rim[8];
  const width = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [(bx - ax) / width, (by - ay) / width];
  const across = (x: number, y: number) => -(x - cx) * uy + (y - cy) * ux;
  const heights = rim.map(([x, y]) => across(x, y));
  const opening = Math.max(...heights) - Math.min(...heights);
  return { cx, cy, width, ux, uy, heights, across, closing: Math.max(0, OPEN - opening / width) };
}

/** What an eye lacks to be open, by its width: 0 for an open one. */
function closing(points: GridPoints, numbers: readonly number[]): number {
  return eyeShape(outline(points, numbers)).closing;
}

/** Lid edges grown by the lashes and the fold of the lid: what moves in a blink stays the target's. */
export function eyeOutline(points: GridPoints, numbers: readonly number[]): [number, number][] {
  const rim = outline(points, numbers);
  const { cx, cy, width, ux, uy, heights, across, closing } = eyeShape(rim);
  // The rims run mirrored: from the outer corner over the upper lid to the inner one.
  const up = numbers === eyes.left ? -1 : 1;
  // What a closing lid uncovers moves with it; the upper lid does nearly all of it, and image rows grow downwards.
  const upper = LID + LID_CLOSING * closing;
  const lower = LID + LOWER_CLOSING * closing;
  const brow = brows[numbers === eyes.left ? 0 : 1].map((p) => up * across(points[p * 2], points[p * 2 + 1]));
  const limit = Math.max(0, TO_BROW * Math.min(...brow));
  // Along the eye a little, across it by a share of its width, because a closed eye has no height to scale.
  return rim.map(([x, y], i) => {
    const along = (x - cx) * ux + (y - cy) * uy;
    const roundness = Math.sqrt(Math.max(0, 1 - (along / (0.56 * width)) ** 2));
    const isUpper = i > 0 && i < 8;
    const height = up * heights[i];
    const above = Math.max(
      height + LID * width * roundness,
      Math.min(limit, height + upper * width * roundness),
    );
    const grown = up * (isUpper ? above : height - lower * width * roundness);
    return [cx + along * 1.08 * ux - grown * uy, cy + along * 1.08 * uy + grown * ux];
  });
}

/** Takes a soft-edged polygon out of the mask. */
export function cutOut(mask: Float32Array, grid: Grid, polygon: Outline, softness: number): void {
  const { map, x, y, width, height } = softPolygon(grid, polygon, Math.max(1, softness), 2);
  for (let row = 0, i = 0; row < height; row++) {
    const start = (y + row) * grid.width + x;
    for (let at = start; at < start + width; at++, i++) mask[at] *= 1 - Math.min(1, 1.25 * map[i]);
  }
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
  const count = boxBlur(newMap(mask.length, 1), grid, radius, 1);
  const average = (map: Float32Array) => boxMeans(map, count, grid, radius);
  const means = { mask: average(mask), luma: average(luma) };
  const { slope, base } = fitLines(
    means.mask,
    means.luma,
    average(product(mask, luma)),
    average(product(luma, luma)),
  );
  return { slope: average(slope), base: average(base) };
}

/** The line through mask by luma around every cell, of the means of both, of their product and of the squares of luma. */
function fitLines(mask: Float32Array, luma: Float32Array, both: Float32Array, squares: Float32Array) {
  const noise = 60;
  const slope = newMap(mask.length);
  const base = newMap(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const variance = squares[i] - luma[i] * luma[i];
    slope[i] = (both[i] - mask[i] * luma[i]) / (variance + noise);
    base[i] = mask[i] - slope[i] * luma[i];
  }
  return { slope, base };
}

/** Cell by cell. */
export function product(a: Float32Array, b: Float32Array): Float32Array {
  const out = newMap(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i];
  return out;
}
