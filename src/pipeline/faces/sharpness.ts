import { cropToTensor } from '../image/crop';
import type { FrameSource } from '../image/region';
import type { Landmarks } from './face';
import { squareAroundLandmarks } from './geometry';

const SIDE = 128;

/**
 * How sharp a face is, whatever its size: energy of the Laplacian of luma in a 128² crop against its variance.
 * Blurred or enlarged faces score under 0.02, sharp ones above 0.1.
 */
export function sharpness(picture: FrameSource, landmarks: Landmarks): number {
  const crop = cropToTensor(picture, squareAroundLandmarks(landmarks, 1), SIDE, { mul: 1, add: 0 });
  const luma = (i: number) => 0.299 * crop[i * 3] + 0.587 * crop[i * 3 + 1] + 0.114 * crop[i * 3 + 2];
  let energy = 0;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < SIDE - 1; y++) {
    for (let x = 1; x < SIDE - 1; x++) {
      const i = y * SIDE + x;
      const value = luma(i);
      energy += (4 * value - luma(i - 1) - luma(i + 1) - luma(i - SIDE) - luma(i + SIDE)) ** 2;
      sum += value;
      squares += value * value;
      count++;
    }
  }
  const variance = squares / count - (sum / count) ** 2;
  return variance > 1 ? energy / count / variance : 0;
}
