import { spanWithin, type Affine } from './affine';
import type { Rect } from './region';
import { pixelMemory } from './kernels/pixelMemory';
import { warpPlace } from './warpSteps';
import { coarseStep, spread, takeCoarse, type TakeMemory } from './spread';

/** Shares (0–1) of a swapped face in the pixels of a rectangle of the frame, row by row. */
export interface RegionMask extends Rect {
  data: Float32Array;
}

/** The numbers of one insightface mask, for reports and tests. */
export interface InsightfaceMask {
  mask: RegionMask;
  /** Last minus first row and column that the white square reaches in the frame. */
  bboxHeight: number;
  bboxWidth: number;
  maskSize: number;
  erodeKernel: number;
  blurKernel: number;
  blurSigma: number;
}

/** Pixels [from[y], to[y]) of every row are set: all shapes here are convex, so that one run a row says everything. */
interface Runs {
  from: Int32Array;
  to: Int32Array;
}

/** Brighter than this counts as white, of 255. */
const WHITE = 20;

/**
 * The paste mask of insightface: the crop's square, carried into the frame, eroded by a tenth of its side and blurred
 * by a twentieth. `toCrop` carries frame to crop (pixel centres at whole numbers), `size` is the crop's side. Pixels
 * beyond the frame do not erode, and the blur mirrors at its edges. Undefined when nothing of it is in the frame.
 */
export function insightfaceMask(
  toCrop: Affine,
  size: number,
  width: number,
  height: number,
  take?: TakeMemory,
): InsightfaceMask | undefined {
  const white = whiteRuns(toCrop, size, width, height);
  const box = boundsOf(white);
  if (!box) return undefined;
  const bboxHeight = box.height - 1;
  const bboxWidth = box.width - 1;
  const maskSize = Math.floor(Math.sqrt(bboxHeight * bboxWidth));
  const erodeKernel = Math.max(Math.floor(maskSize / 10), 10);
  const reach = Math.max(Math.floor(maskSize / 20), 5);
  const blurKernel = 2 * reach + 1;
  // What OpenCV takes when it is given a kernel size and no sigma.
  const blurSigma = 0.3 * ((blurKernel - 1) * 0.5 - 1) + 0.8;
  const core = erode(white, erodeKernel, width);
  const coreBox = boundsOf(core);
  if (!coreBox) return undefined;
  const mask = blurRuns(core, grow(coreBox, reach, width, height), reach, blurSigma, width, take);
  return { mask, bboxHeight, bboxWidth, maskSize, erodeKernel, blurKernel, blurSigma };
}

/**
 * Where a white square, interpolated against black, is brighter than `WHITE`. Places are rounded as OpenCV does: a pixel more or
 * less changes the sizes of both kernels.
 */
function whiteRuns(map: Affine, size: number, width: number, height: number): Runs {
  const runs = { from: new Int32Array(height), to: new Int32Array(height) };
  const cover = (p: number) => Math.max(0, Math.min(1, p + 1, size - p));
  for (let y = 0; y < height; y++) {
    const px = map[1] * y + map[2];
    const py = map[4] * y + map[5];
    const [a, b] = spanWithin(px, map[0], -1, size, 0, width);
    const [c, d] = spanWithin(py, map[3], -1, size, 0, width);
    let [from, to] = [Math.max(a, c), Math.min(b, d)];
    const white = (x: number) =>
      255 * cover(warpPlace(px, map[0] * x)) * cover(warpPlace(py, map[3] * x)) > WHITE;
    while (from < to && !white(from)) from++;
    while (to > from && !white(to - 1)) to--;
    runs.from[y] = from;
    runs.to[y] = Math.max(from, to);
  }
  return runs;
}

function boundsOf({ from, to }: Runs): Rect | undefined {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let y = 0; y < from.length; y++) {
    if (from[y] >= to[y]) continue;
    x0 = Math.min(x0, from[y]);
    x1 = Math.max(x1, to[y]);
    y0 = Math.min(y0, y);
    y1 = y + 1;
  }
  return y1 < 0 ? undefined : { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}

function grow({ x, y, width: w, height: h }: Rect, by: number, width: number, height: number): Rect {
  const [x0, y0] = [Math.max(0, x - by), Math.max(0, y - by)];
  return { x: x0, y: y0, width: Math.min(width, x + w + by) - x0, height: Math.min(height, y + h + by) - y0 };
}

/** Keeps the pixels whose whole window (x − ⌊k/2⌋ … x − ⌊k/2⌋ + k − 1, as OpenCV places it) is set. */
function erode({ from, to }: Runs, k: number, width: number): Runs {
  const height = from.length;
  const out = { from: new Int32Array(height), to: new Int32Array(height) };
  const before = Math.floor(k / 2);
  for (let y = 0; y < height; y++) {
    let [a, b] = [-Infinity, Infinity];
    for (let row = Math.max(0, y - before); row < Math.min(height, y - before + k); row++) {
      if (from[row] >= to[row]) b = -Infinity;
      // Where the frame cuts the shape, what lies beyond takes no part.
      if (from[row] > 0) a = Math.max(a, from[row]);
      if (to[row] < width) b = Math.min(b, to[row]);
    }
    out.from[y] = Math.max(0, a + before);
    out.to[y] = Math.max(out.from[y], Math.min(width, b - k + 1 + before));
  }
  return out;
}

/**
 * Gaussian blur of ones in the runs, mirrored at the frame's edges. Along a row a run is blurred by two look-ups into
 * the kernel's running sum; down the columns only pixels near the shape's edge are worked out. What a wide kernel has
 * smoothed is worked out on a coarser grid, which is finer than the eye of 8 bits: see `coarseStep`.
 */
function blurRuns(
  runs: Runs,
  rect: Rect,
  reach: number,
  sigma: number,
  width: number,
  take?: TakeMemory,
): RegionMask {
  const kernel = gaussianKernel(2 * reach + 1, sigma);
  const whole = wholeShare(kernel);
  const step = coarseStep(sigma);
  const memory = pixelMemory();
  const mask = takeCoarse(memory, rect, step);
  const { columns } = mask;
  const rows = blurAcross(runs, rect, kernel, width, step, columns);
  const height = runs.from.length;
  const coarse = memory.floats.subarray(mask.address / 4, mask.address / 4 + columns * mask.rows);
  const column = (x: number, round: (value: number) => number) =>
    Math.max(0, Math.min(columns, round((x - rect.x) / step)));
  for (let j = 0; j < mask.rows; j++) {
    // The last grid line may lie beyond the frame, where the picture is mirrored as well.
    const y = mirror(rect.y + j * step, height);
    const band = bandOf(runs, y, reach, width);
    if (!band) continue;
    const top = (y - rect.y) * columns;
    const line = coarse.subarray(j * columns, (j + 1) * columns);
    const first = column(band.first, Math.floor);
    const end = column(band.end, Math.ceil);
    const innerFrom = Math.max(first, Math.min(end, column(band.innerFrom, Math.ceil)));
    const innerTo = Math.max(innerFrom, Math.min(end, column(band.innerTo, Math.ceil)));
    blurDown(rows, top, columns, kernel, line, first, innerFrom);
    line.fill(whole, innerFrom, innerTo);
    blurDown(rows, top, columns, kernel, line, innerTo, end);
  }
  return spread(memory, mask, rect, take);
}

function mirror(y: number, height: number): number {
  return y < 0 ? -y : y >= height ? 2 * (height - 1) - y : y;
}

/**
 * The runs blurred along their rows: all rows of `rect` and as many above and below as the kernel reaches, every `step`-th
 * column. Beyond the rectangle rows are empty, beyond the frame they are mirrored.
 */
function blurAcross(
  { from, to }: Runs,
  rect: Rect,
  kernel: Float64Array,
  width: number,
  step: number,
  columns: number,
): Float32Array {
  const length = kernel.length;
  const reach = length >> 1;
  const sums = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) sums[i + 1] = sums[i] + kernel[i];
  /** Share of the kernel at x that pixels before `end` take. */
  const before = (end: number, x: number) => sums[Math.max(0, Math.min(length, end - x + reach))];
  const rows = new Float32Array(columns * (rect.height + 2 * reach));
  for (let y = 0; y < rect.height; y++) {
    const [a, b] = [from[rect.y + y], to[rect.y + y]];
    if (a >= b) continue;
    const at = (y + reach) * columns;
    const blur = (first: number, end: number) => {
      for (let k = first; k < end; k++) {
        const x = mirror(rect.x + k * step, width);
        let value = before(b, x) - before(a, x);
        if (x < reach) value += before(Math.min(0, 1 - a), x) - before(1 - b, x);
        if (x > width - 1 - reach) {
          value += before(2 * width - 1 - a, x) - before(Math.max(width, 2 * width - 1 - b), x);
        }
        rows[at + k] = value;
      }
    };
    const column = (x: number, round: (value: number) => number) =>
      Math.max(0, Math.min(columns, round((x - rect.x) / step)));
    const end = column(b + reach, Math.ceil);
    const innerFrom = Math.min(end, column(a + reach, Math.ceil));
    const innerTo = Math.max(innerFrom, Math.min(end, column(b - reach, Math.ceil)));
    blur(column(a - reach, Math.floor), innerFrom);
    rows.fill(1, at + innerFrom, at + innerTo);
    blur(innerTo, end);
  }
  for (let i = 1; i <= reach; i++) {
    for (const y of [-i, rect.height - 1 + i]) {
      const like = mirror(rect.y + y, from.length) - rect.y;
      if (like < 0 || like >= rect.height) continue;
      const at = (like + reach) * columns;
      rows.copyWithin((y + reach) * columns, at, at + columns);
    }
  }
  return rows;
}

/** Along one row of the result: where it is above 0, and where it is 1 because the whole window is set. */
function bandOf({ from, to }: Runs, y: number, reach: number, width: number) {
  const height = from.length;
  let [first, end, innerFrom, innerTo] = [Infinity, -Infinity, -Infinity, Infinity];
  for (let i = -reach; i <= reach; i++) {
    const row = mirror(y + i, height);
    const [a, b] = row < 0 || row >= height ? [0, 0] : [from[row], to[row]];
    if (a >= b) {
      innerTo = -Infinity;
      continue;
    }
    first = Math.min(first, a - reach);
    end = Math.max(end, b + reach);
    innerFrom = Math.max(innerFrom, a === 0 ? 0 : a + reach);
    innerTo = Math.min(innerTo, b === width ? width : b - reach);
  }
  return end < 0 ? undefined : { first, end, innerFrom, innerTo };
}

/** The kernel down the columns [first, end) of `rows`, from the one at `top` on, into one row `out`. */
function blurDown(
  rows: Float32Array,
  top: number,
  columns: number,
  kernel: Float64Array,
  out: Float32Array,
  first: number,
  end: number,
): void {
  if (first >= end) return;
  const middle = kernel.length >> 1;
  const centre = top + middle * columns;
  for (let x = first; x < end; x++) out[x] = kernel[middle] * rows[centre + x];
  // Two rows of one weight, four times: every sum is loaded and stored once for eight rows.
  let i = 1;
  for (; i + 3 <= middle; i += 4) {
    const near = centre - i * columns;
    const far = centre + i * columns;
    const k0 = kernel[middle + i];
    const k1 = kernel[middle + i + 1];
    const k2 = kernel[middle + i + 2];
    const k3 = kernel[middle + i + 3];
    for (let x = first; x < end; x++) {
      const [a, b] = [near + x, far + x];
      out[x] +=
        k0 * (rows[a] + rows[b]) +
        k1 * (rows[a - columns] + rows[b + columns]) +
        k2 * (rows[a - 2 * columns] + rows[b + 2 * columns]) +
        k3 * (rows[a - 3 * columns] + rows[b + 3 * columns]);
    }
  }
  for (; i <= middle; i++) {
    const k = kernel[middle + i];
    const [near, far] = [centre - i * columns, centre + i * columns];
    for (let x = first; x < end; x++) out[x] += k * (rows[near + x] + rows[far + x]);
  }
}

/** A Gaussian of odd length that adds up to 1. */
export function gaussianKernel(length: number, sigma: number): Float64Array {
  const centre = (length - 1) / 2;
  const kernel = Float64Array.from({ length }, (_, i) =>
    Math.exp(-((i - centre) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}

/**
 * What OpenCV's Gaussian makes of white far from any edge, as a share: its single-precision sums come out up to 3e-7 beside 1, and
 * where they fall short, the level below shows after cutting off. One sum goes along the row in order, the other from the middle of the
 * column in pairs, both with fused multiply-add (measured on OpenCV 4.6.0, kernels of 11 to 109).
 */
export function wholeShare(kernel: Float64Array): number {
  const weights = Float32Array.from(kernel);
  const middle = weights.length >> 1;
  const row = weights.reduce((sum, weight) => Math.fround(sum + 255 * weight), 0);
  let column = Math.fround(row * weights[middle]);
  for (let i = 1; i <= middle; i++) column = Math.fround(column + 2 * row * weights[middle + i]);
  return Math.fround(column / 255);
}
