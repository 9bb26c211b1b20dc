import type { Affine } from './affine';
import { blurRuns } from './blurRuns';
import type { Rect } from './region';
import type { CoarseMask } from './regionMask';
import { boundsOf, erode, whiteRuns } from './runs';

/** The numbers of one insightface mask, for reports and tests. */
export interface InsightfaceMask {
  mask: CoarseMask;
  /** Last minus first row and column that the white square reaches in the frame. */
  bboxHeight: number;
  bboxWidth: number;
  maskSize: number;
  erodeKernel: number;
  blurKernel: number;
  blurSigma: number;
}

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
  const kernel = gaussianKernel(blurKernel, blurSigma);
  const rect = grow(coreBox, reach, width, height);
  const mask = blurRuns(core, rect, kernel, blurSigma, wholeShare(kernel), width);
  return { mask, bboxHeight, bboxWidth, maskSize, erodeKernel, blurKernel, blurSigma };
}

function grow({ x, y, width: w, height: h }: Rect, by: number, width: number, height: number): Rect {
  const [x0, y0] = [Math.max(0, x - by), Math.max(0, y - by)];
  return { x: x0, y: y0, width: Math.min(width, x + w + by) - x0, height: Math.min(height, y + h + by) - y0 };
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
 * column in pairs, both with fused multiply-add (measured on OpenCV 4.6.0, kernels of 11 to 109, and boxes of ones of 64 to 1024).
 * @param white value of white
 */
export function wholeShare(kernel: Float64Array, white = 255): number {
  const weights = Float32Array.from(kernel);
  const middle = weights.length >> 1;
  const row = weights.reduce((sum, weight) => Math.fround(sum + white * weight), 0);
  let column = Math.fround(row * weights[middle]);
  for (let i = 1; i <= middle; i++) column = Math.fround(column + 2 * row * weights[middle + i]);
  return Math.fround(column / white);
}
