import type { Points } from '../../image/affine';
import { unweave, weave } from '../../image/blob';
import { boxMask, pasteBox, smallest, warpMask, type CropMask, type MaskPadding } from '../../image/cropMask';
import { cutFace, type FaceCrop } from '../../image/faceCrop';
import type { Frame } from '../../image/frame';
import { facefusionPaste, insightfacePaste, pasteFace, type NewFace } from '../../image/paste';
import { insightfaceMask } from '../../image/pasteMask';
import { lowest, type RegionMask } from '../../image/regionMask';
import { alignTo, type AlignmentName } from '../../image/templates';
import type { Affine } from '../../image/affine';

/** Turns a crop of the network's size into a new face; colours 0–255. */
export type RunNetwork = (crop: FaceCrop) => Promise<NewFace>;

/** How one face is cut out and put back. */
export interface SwapPlan {
  template: AlignmentName;
  /** Side of the network's pictures. */
  networkSize: number;
  /** Side of the crop: the network's, or a multiple of it that is woven together from several runs (pixel boost). */
  size: number;
  /** Whose last steps are followed: borders, rounding, and the shape of the base mask. */
  way: 'insightface' | 'facefusion';
  /** The base mask: insightface's eroded square, facefusion's box, or none where only other masks count. */
  base: 'insightface' | 'box' | 'none';
  maskBlur: number;
  maskPadding: MaskPadding;
  /** Masks of the crop, all of one size, that limit the base mask; the smallest share counts. */
  masks?: (toCrop: Affine, crop: FaceCrop) => readonly CropMask[];
  /** Changes the new face before it is pasted, such as its colours. May alter `face` in place. */
  finish?: (face: NewFace, crop: FaceCrop) => void;
  /** 0–1, how much of the result is taken. */
  strength: number;
}

/**
 * Swaps one face in place. `points` are the five points in frame pixels with centres at whole numbers. Only pixels
 * whose share is above 0 are rewritten. Returns false when nothing of the face lies in the frame.
 */
export async function swapFace(
  frame: Frame,
  points: Points,
  plan: SwapPlan,
  run: RunNetwork,
): Promise<boolean> {
  const { size, way, template } = plan;
  const toCrop = alignTo(template, size, points);
  const base = baseMask(frame, toCrop, plan);
  if (!base || base.width <= 0 || base.height <= 0) return false;
  const crop = cutFace(frame, toCrop, size, size, way === 'insightface' ? 'black' : 'replicate');
  const limits = plan.masks?.(toCrop, crop) ?? [];
  const mask = limits.length > 0 ? lowest(base, warpMask(smallest(limits), toCrop, base, size)) : base;
  const face = await runBoosted(crop, plan.networkSize, run);
  plan.finish?.(face, crop);
  const style = way === 'insightface' ? insightfacePaste : facefusionPaste;
  pasteFace(frame, face, toCrop, mask, { ...style, blend: plan.strength });
  return true;
}

function baseMask(frame: Frame, toCrop: Affine, plan: SwapPlan): RegionMask | undefined {
  const { width, height } = frame.format;
  if (plan.base === 'insightface') return insightfaceMask(toCrop, plan.size, width, height)?.mask;
  const rect = pasteBox(toCrop, plan.size, width, height);
  // Without a box the crop's own border must still not show: it is the box at its hardest.
  const [blur, padding] = plan.base === 'box' ? [plan.maskBlur, plan.maskPadding] : [0, undefined];
  return warpMask(boxMask(plan.size, blur, padding), toCrop, rect, plan.size);
}

/**
 * Runs the network on a crop of its own size, or on the interleaved pictures of a larger one, row offset before
 * column offset, and weaves the results together.
 */
export async function runBoosted(crop: FaceCrop, networkSize: number, run: RunNetwork): Promise<NewFace> {
  const factor = crop.width / networkSize;
  if (factor === 1) return run(crop);
  const whole: NewFace = { size: crop.width, data: new Float32Array(crop.width * crop.width * 3) };
  for (let dy = 0; dy < factor; dy++) {
    for (let dx = 0; dx < factor; dx++) weave(whole, await run(unweave(crop, factor, dx, dy)), dx, dy);
  }
  return whole;
}
