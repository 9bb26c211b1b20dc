import type { Landmarks } from '../faces/face';
import { landmarkCount } from '../faces/face';
import { applyAffine, type Affine } from '../image/affine';
import type { CropMask } from '../image/cropMask';
import type { FaceCrop } from '../image/faceCrop';
import { boxBlur, fillPolygon, type Grid } from '../image/grid';
import { cutOut, eyeOutline, outline } from './faceSwapper/maskGrid';
import { eyes, faceOval, innerLips } from './faceSwapper/meshTopology';
import { convexHull, skinMap, type GridColours, type GridPoints } from './faceSwapper/skin';

/** Parts of a face that a region mask is made of; the last two take the target's own mouth and eyes out of it. */
export type FaceRegion = 'face' | 'keep-mouth' | 'keep-eyes';

/** Masks by landmarks and colour are soft: this many cells across the crop show all there is in them. */
export const maskSide = 128;
const grid: Grid = { width: maskSide, height: maskSide, step: 1 };

/** The dense landmarks in cells of a mask over a crop of `size` pixels; cell centres lie at .5. */
function maskPoints(landmarks: Landmarks, toCrop: Affine, size: number): GridPoints {
  const points = new Float32Array(landmarkCount * 2);
  for (let i = 0; i < landmarkCount; i++) {
    // Landmarks have pixel centres at .5, the map has them at whole numbers.
    const [x, y] = applyAffine(toCrop, landmarks[i * 3] - 0.5, landmarks[i * 3 + 1] - 0.5);
    points[i * 2] = ((x + 0.5) * maskSide) / size;
    points[i * 2 + 1] = ((y + 0.5) * maskSide) / size;
  }
  return points;
}

/** Forehead to chin in cells. */
function heightOf(points: GridPoints): number {
  return Math.max(8, Math.hypot(points[10 * 2] - points[152 * 2], points[10 * 2 + 1] - points[152 * 2 + 1]));
}

/**
 * Shares by the dense landmarks: the convex outline of the face, without what is to stay the target's. The edge is
 * soft and lies within the outline.
 */
export function regionMask(
  landmarks: Landmarks,
  toCrop: Affine,
  size: number,
  regions: readonly FaceRegion[],
): CropMask {
  const points = maskPoints(landmarks, toCrop, size);
  const height = heightOf(points);
  const mask = new Float32Array(maskSide * maskSide);
  if (regions.includes('face')) {
    fillPolygon(mask, grid, convexHull(points, faceOval));
    boxBlur(mask, grid, height * 0.025, 2);
    // The blur spreads to both sides; what lies beyond the outline is taken back.
    for (let i = 0; i < mask.length; i++) mask[i] = Math.max(0, mask[i] - 0.5) * 2;
  } else mask.fill(1);
  if (regions.includes('keep-mouth')) cutOut(mask, grid, outline(points, innerLips), height * 0.012);
  if (regions.includes('keep-eyes')) {
    for (const eye of [eyes.left, eyes.right]) cutOut(mask, grid, eyeOutline(points, eye), height * 0.012);
  }
  return { size: maskSide, data: mask };
}

/** Shares by colour: 1 where the crop shows skin, brows, eyes or mouth, 0 where hair, a hand or clothes hide them. */
export function occlusionMask(landmarks: Landmarks, toCrop: Affine, crop: FaceCrop): CropMask {
  const points = maskPoints(landmarks, toCrop, crop.width);
  const skin = skinMap(coarseColours(crop), grid, points, heightOf(points));
  return { size: maskSide, data: boxBlur(skin, grid, 1, 1) };
}

/** The crop's luma and chroma, one value per cell, full range. */
function coarseColours({ width, data }: FaceCrop): GridColours {
  const cells = maskSide * maskSide;
  const colours = { y: new Float32Array(cells), cb: new Float32Array(cells), cr: new Float32Array(cells) };
  const step = width / maskSide;
  for (let cy = 0, at = 0; cy < maskSide; cy++) {
    const [top, bottom] = [
      Math.floor(cy * step),
      Math.max(Math.floor(cy * step) + 1, Math.floor((cy + 1) * step)),
    ];
    for (let cx = 0; cx < maskSide; cx++, at++) {
      const left = Math.floor(cx * step);
      const right = Math.max(left + 1, Math.floor((cx + 1) * step));
      let [r, g, b] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let p = (y * width + left) * 3, end = (y * width + right) * 3; p < end; p += 3) {
          r += data[p];
          g += data[p + 1];
          b += data[p + 2];
        }
      }
      const count = (bottom - top) * (right - left);
      const luma = (0.299 * r + 0.587 * g + 0.114 * b) / count;
      colours.y[at] = luma;
      colours.cb[at] = 128 + (b / count - luma) / 1.772;
      colours.cr[at] = 128 + (r / count - luma) / 1.402;
    }
  }
  return colours;
}
