import type { Affine, Points } from '../../image/affine';
import { boxMask, pasteBox, smallest, warpMask, type CropMask } from '../../image/cropMask';
import { cutFace, type FaceCrop } from '../../image/faceCrop';
import type { Frame } from '../../image/frame';
import { facefusionPaste, pasteFace, type NewFace } from '../../image/paste';
import { alignTo, type AlignmentName } from '../../image/templates';

/** How one face is restored. */
export interface EnhancePlan {
  template: AlignmentName;
  size: number;
  maskBlur: number;
  /** Masks that limit the box. */
  masks?: (toCrop: Affine, crop: FaceCrop) => readonly CropMask[];
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
  const mask = smallest([boxMask(size, plan.maskBlur), ...(plan.masks?.(toCrop, crop) ?? [])]);
  const face = await run(crop);
  pasteFace(frame, face, toCrop, warpMask(mask, toCrop, rect), { ...facefusionPaste, blend: plan.blend });
  return true;
}
