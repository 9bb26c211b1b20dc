import type { Affine, Points } from '../../image/affine';
import { boxMask, lowerTo, pasteBox, smallest, warpMask, type CropMask } from '../../image/cropMask';
import { cutFace, type FaceCrop } from '../../image/faceCrop';
import type { Frame } from '../../image/frame';
import { facefusionPaste, pasteFace, type NewFace } from '../../image/paste';
import type { TakeMemory } from '../../image/spread';
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
  /** Memory for the mask, used again for the next face. */
  take?: TakeMemory;
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
  const mask = warpMask(boxMask(size, plan.maskBlur), toCrop, rect, size, plan.take);
  const limits = plan.masks?.(toCrop, crop) ?? [];
  if (limits.length > 0) lowerTo(mask, warpMask(smallest(limits), toCrop, rect, size));
  const face = await run(crop);
  pasteFace(frame, face, toCrop, mask, { ...facefusionPaste, roundFace: true, blend: plan.blend });
  return true;
}
