import type { Displacement } from '../../image/displace';
import { upsampleRow, type Grid } from '../../image/grid';
import type { YccView } from '../../image/ycc';
import type { GridColours } from './skin';

/** Everything about one face that is smooth enough to be kept on a small grid. */
export interface Layer {
  grid: Grid;
  /** The target's broad light: luma 0–255 full range, chroma around 128. */
  light: GridColours;
  /** Factor for the source's detail. */
  gain: Float32Array;
  /** Share of the source, without and with the picture's own edges. */
  mask: Float32Array;
  slope: Float32Array;
  base: Float32Array;
  /** How eyes and inner mouth move with the face's shape. */
  carry: Displacement;
}

/** Marks pixels that no triangle covers, such as the line between closed lips: they stay the target's. */
export const uncovered = 1e6;

/** Below this share nothing would change. */
const leastShare = 0.004;

/**
 * Blends the luma plane and notes in `alpha` how much of the source each pixel took. The maps of the grid are
 * interpolated on the way: between the middles of two cells each is a straight line, along which it grows by one addition a
 * pixel. Cells without a face are skipped.
 */
export function blendLuma(view: YccView, layer: Layer, warped: Float32Array, alpha: Float32Array): void {
  const { data, offset, stride, width, height } = view.luma;
  const { grid, mask, slope, base, light, gain } = layer;
  const { step } = grid;
  const { lumaScale, lumaOffset } = view;
  const [masks, slopes, bases, lights, gains] = [mask, slope, base, light.y, gain].map(
    () => new Float64Array(grid.width),
  );
  const last = grid.width - 1;
  const inverse = 1 / step;
  // The first pixel after the middle of a cell, and how far its own middle lies beyond.
  const half = step >> 1;
  const beyond = half + 0.5 - step / 2;
  alpha.fill(0, 0, width * height);
  for (let y = 0; y < height; y++) {
    const gridY = (y + 0.5) / step - 0.5;
    mixRows(mask, grid, gridY, masks, 0, last);
    let first = 0;
    let end = last;
    while (first <= end && masks[first] < leastShare) first++;
    while (end > first && masks[end] < leastShare) end--;
    if (first > end) continue;
    const from = Math.max(0, first - 1);
    const to = Math.min(last, end + 1);
    mixRows(slope, grid, gridY, slopes, from, to);
    mixRows(base, grid, gridY, bases, from, to);
    mixRows(light.y, grid, gridY, lights, from, to);
    mixRows(gain, grid, gridY, gains, from, to);
    for (let i = from; i <= to; i++) {
      // As the plane stores its values: share = slope × pixel + base, new pixel = light + gain × detail.
      slopes[i] /= lumaScale;
      bases[i] -= slopes[i] * lumaOffset;
      lights[i] = lumaOffset + lumaScale * lights[i];
      gains[i] *= lumaScale;
    }
    const row = offset + y * stride;
    for (let cell = first - 1; cell <= end; cell++) {
      const a = cell < 0 ? 0 : cell;
      const b = cell < last ? cell + 1 : last;
      if (masks[a] < leastShare && masks[b] < leastShare) continue;
      const middle = cell * step + half;
      const x0 = middle < 0 ? 0 : middle;
      const x1 = middle + step < width ? middle + step : width;
      const maskStep = (masks[b] - masks[a]) * inverse;
      const slopeStep = (slopes[b] - slopes[a]) * inverse;
      const baseStep = (bases[b] - bases[a]) * inverse;
      const lightStep = (lights[b] - lights[a]) * inverse;
      const gainStep = (gains[b] - gains[a]) * inverse;
      let m = masks[a] + maskStep * beyond;
      let s = slopes[a] + slopeStep * beyond;
      let o = bases[a] + baseStep * beyond;
      let l = lights[a] + lightStep * beyond;
      let g = gains[a] + gainStep * beyond;
      for (let at = y * width + x0, p = row + x0; p < row + x1; at++, p++) {
        const detail = warped[at];
        if (m >= leastShare && detail !== uncovered) {
          const before = data[p];
          const edge = s * before + o;
          const share = edge < 0 ? 0 : edge > 1 ? m : m * edge;
          alpha[at] = share;
          const value = before + share * (l + g * detail - before) + 0.5;
          data[p] = value < 0 ? 0 : value > 255 ? 255 : value;
        }
        m += maskStep;
        s += slopeStep;
        o += baseStep;
        l += lightStep;
        g += gainStep;
      }
    }
  }
}

/** The grid's values in cells `from` to `to` along one line between two of its rows. */
function mixRows(
  map: Float32Array,
  { width, height }: Grid,
  gy: number,
  out: Float64Array,
  from: number,
  to: number,
): void {
  const y = Math.max(0, Math.min(height - 1, gy));
  const y0 = Math.floor(y);
  const f = y - y0;
  const top = y0 * width;
  const bottom = Math.min(height - 1, y0 + 1) * width;
  for (let x = from; x <= to; x++) out[x] = map[top + x] + (map[bottom + x] - map[top + x]) * f;
}

/** Blends the chroma planes with the shares that luma took. `warped` holds two values per chroma sample. */
export function blendChroma(view: YccView, layer: Layer, warped: Float32Array, alpha: Float32Array): void {
  const [cb, cr] = view.chroma;
  const { width, height, stride } = cb;
  const { grid } = layer;
  const { shift, chromaScale } = view;
  const [stepX, stepY] = [grid.step / (1 << shift.x), grid.step / (1 << shift.y)];
  const [shares, gain, lightB, lightR] = [0, 1, 2, 3].map(() => new Float32Array(width));
  for (let y = 0; y < height; y++) {
    addShares(view, alpha, y, shares);
    let from = 0;
    let to = width;
    while (from < to && shares[from] === 0) from++;
    while (to > from && shares[to - 1] === 0) to--;
    if (from === to) continue;
    upsampleRow(layer.gain, grid, stepX, stepY, y, gain, from, to);
    upsampleRow(layer.light.cb, grid, stepX, stepY, y, lightB, from, to);
    upsampleRow(layer.light.cr, grid, stepX, stepY, y, lightR, from, to);
    for (let x = from; x < to; x++) {
      const share = shares[x];
      if (share === 0) continue;
      const at = (y * width + x) * 2;
      const b = cb.offset + y * stride + x;
      const r = cr.offset + y * stride + x;
      const wantedB = 128 + chromaScale * (lightB[x] - 128 + gain[x] * warped[at]);
      const wantedR = 128 + chromaScale * (lightR[x] - 128 + gain[x] * warped[at + 1]);
      cb.data[b] = clamp(cb.data[b] + share * (wantedB - cb.data[b]));
      cr.data[r] = clamp(cr.data[r] + share * (wantedR - cr.data[r]));
    }
  }
}

/** The mean of what luma took in the pixels of each chroma sample of row `y`; at the borders the last pixel stands in. */
function addShares({ luma, shift }: YccView, alpha: Float32Array, y: number, shares: Float32Array): void {
  const [sx, sy] = [1 << shift.x, 1 << shift.y];
  const inside = luma.width >> shift.x;
  shares.fill(0);
  for (let j = 0; j < sy; j++) {
    const row = Math.min(luma.height - 1, y * sy + j) * luma.width;
    if (sx === 2) {
      for (let x = 0, at = row; x < inside; x++, at += 2) shares[x] += alpha[at] + alpha[at + 1];
      if (inside < shares.length) shares[inside] += 2 * alpha[row + luma.width - 1];
    } else for (let x = 0; x < inside; x++) shares[x] += alpha[row + x];
  }
  for (let x = 0; x < shares.length; x++) shares[x] /= sx * sy;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}
