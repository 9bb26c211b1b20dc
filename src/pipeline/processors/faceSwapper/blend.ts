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
 * interpolated on the way, cell by cell, and cells without a face are skipped.
 */
export function blendLuma(view: YccView, layer: Layer, warped: Float32Array, alpha: Float32Array): void {
  const { data, offset, stride, width, height } = view.luma;
  const { grid } = layer;
  const { step } = grid;
  const { lumaScale, lumaOffset } = view;
  const maps = [layer.mask, layer.slope, layer.base, layer.light.y, layer.gain];
  const rows = maps.map(() => new Float32Array(grid.width));
  const [masks, slopes, bases, lights, gains] = rows;
  const last = grid.width - 1;
  alpha.fill(0, 0, width * height);
  for (let y = 0; y < height; y++) {
    maps.forEach((map, k) => mixRows(map, grid, (y + 0.5) / step - 0.5, rows[k]));
    for (let cell = -1; cell <= last; cell++) {
      const a = cell < 0 ? 0 : cell;
      const b = cell < last ? cell + 1 : last;
      if (masks[a] < leastShare && masks[b] < leastShare) continue;
      const x0 = Math.max(0, Math.ceil((cell + 0.5) * step - 0.5));
      const x1 = Math.min(width, Math.ceil((cell + 1.5) * step - 0.5));
      const row = offset + y * stride;
      for (let x = x0, at = y * width + x0; x < x1; x++, at++) {
        const f = (x + 0.5) / step - 0.5 - cell;
        const mask = masks[a] + (masks[b] - masks[a]) * f;
        if (mask < leastShare || warped[at] === uncovered) continue;
        const before = data[row + x];
        const edge =
          (slopes[a] + (slopes[b] - slopes[a]) * f) * ((before - lumaOffset) / lumaScale) +
          bases[a] +
          (bases[b] - bases[a]) * f;
        const share = mask * (edge < 0 ? 0 : edge > 1 ? 1 : edge);
        alpha[at] = share;
        const light = lights[a] + (lights[b] - lights[a]) * f;
        const gain = gains[a] + (gains[b] - gains[a]) * f;
        const value = before + share * (lumaOffset + lumaScale * (light + gain * warped[at]) - before) + 0.5;
        data[row + x] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
}

/** The grid's values along one line between two of its rows. */
function mixRows(map: Float32Array, { width, height }: Grid, gy: number, out: Float32Array): void {
  const y = Math.max(0, Math.min(height - 1, gy));
  const y0 = Math.floor(y);
  const f = y - y0;
  const top = y0 * width;
  const bottom = Math.min(height - 1, y0 + 1) * width;
  for (let x = 0; x < width; x++) out[x] = map[top + x] + (map[bottom + x] - map[top + x]) * f;
}

/** Blends the chroma planes with the shares that luma took. `warped` holds two values per chroma sample. */
export function blendChroma(view: YccView, layer: Layer, warped: Float32Array, alpha: Float32Array): void {
  const [{ width, height, stride }] = view.chroma;
  const { grid } = layer;
  const sx = 1 << view.shift.x;
  const sy = 1 << view.shift.y;
  const [cb, cr] = view.chroma;
  const gain = new Float32Array(width);
  const lightB = new Float32Array(width);
  const lightR = new Float32Array(width);
  const lumaWidth = view.luma.width;
  const lumaHeight = view.luma.height;
  const { chromaScale } = view;
  for (let y = 0; y < height; y++) {
    upsampleRow(layer.gain, grid, grid.step / sx, grid.step / sy, y, gain, 0, width);
    upsampleRow(layer.light.cb, grid, grid.step / sx, grid.step / sy, y, lightB, 0, width);
    upsampleRow(layer.light.cr, grid, grid.step / sx, grid.step / sy, y, lightR, 0, width);
    for (let x = 0; x < width; x++) {
      let share = 0;
      for (let j = 0; j < sy; j++) {
        const row = Math.min(lumaHeight - 1, y * sy + j) * lumaWidth;
        for (let i = 0; i < sx; i++) share += alpha[row + Math.min(lumaWidth - 1, x * sx + i)];
      }
      if (share === 0) continue;
      share /= sx * sy;
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

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}
