import type { Affine, Points } from '../../image/affine';
import { boxMask, pasteBox, smallest, warpMask, type CropMask } from '../../image/cropMask';
import { cutFace, type FaceCrop } from '../../image/faceCrop';
import type { Frame } from '../../image/frame';
import { facefusionPaste, pasteFace, type NewFace } from '../../image/paste';
import { lowest } from '../../image/regionMask';
import { alignTo, type AlignmentName } from '../../image/templates';

/** Masks of a crop, by the map from frame to crop and the crop itself. */
export type CropMasks = (toCrop: Affine, crop: FaceCrop) => readonly CropMask[];

/** How one face is restored. */
export interface EnhancePlan {
  template: AlignmentName;
  size: number;
  maskBlur: number;
  /** Masks, all of one size, that limit the box. */
  masks?: CropMasks;
  /** 0–1, how much of the result is taken. */
  blend: number;
}

/**
 * Restores one face in place, as facefusion does. `points` are the five points in frame pixels with centres at whole
 * numbers. Only pixels whose share is above 0 are rewritten. Returns false when nothing of the face is in the frame.
 */
export async function enhanceFace(
  frame: Frame,
  points: Points,
  plan: EnhancePlan,
  run: (crop: FaceCrop) => Promise<NewFace>,
): Promise<boolean> {
  const { size, template } = plan;
  const toCrop = alignTo(template, size, points);
  const rect = pasteBox(toCrop, size, frame.format.width, frame.format.height);
  if (rect.width <= 0 || rect.height <= 0) return false;
  const crop = cutFace(frame, toCrop, size, size, 'replicate');
  const box = warpMask(boxMask(size, plan.maskBlur), toCrop, rect, size);
  const limits = plan.masks?.(toCrop, crop) ?? [];
  const mask = limits.length > 0 ? lowest(box, warpMask(smallest(limits), toCrop, rect, size)) : box;
  const face = await run(crop);
  pasteFace(frame, face, toCrop, mask, { ...facefusionPaste, roundFace: true, blend: plan.blend });
  return true;
}
