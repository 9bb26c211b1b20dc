import { createHash } from 'node:crypto';
import { groupPhoto, loadRgb } from '../../support/facePhotos';

/** A square of a group photo as the input of a model. */
interface ReferenceInput {
  model: string;
  /** Number of the group photo. */
  photo: number;
  left: number;
  top: number;
  /** Pixels of the photo for one of the input, in both directions: whole numbers keep resizing out of the comparison. */
  shrink: number;
}

export const referenceInputs: readonly ReferenceInput[] = [
  { model: 'face_detector', photo: 3, left: 0, top: 0, shrink: 10 },
  { model: 'face_landmarker', photo: 3, left: 504, top: 285, shrink: 2 },
  { model: 'face_landmarker', photo: 6, left: 1077, top: 271, shrink: 2 },
  { model: 'hand_detector', photo: 2, left: 0, top: 100, shrink: 4 },
  { model: 'hand_landmarker', photo: 2, left: 202, top: 266, shrink: 1 },
  { model: 'hand_landmarker', photo: 2, left: 766, top: 1018, shrink: 1 },
  { model: 'face_recognizer', photo: 3, left: 584, top: 360, shrink: 1 },
  { model: 'face_recognizer', photo: 6, left: 1157, top: 350, shrink: 1 },
  { model: 'content_checker', photo: 1, left: 0, top: 0, shrink: 5 },
  { model: 'content_checker', photo: 6, left: 1000, top: 200, shrink: 2 },
];

/** What becomes of a byte of the picture, by model. */
const scales: Record<string, { mul: number; add: number }> = {
  face_detector: { mul: 1 / 127.5, add: -1 },
  face_landmarker: { mul: 1 / 255, add: 0 },
  hand_detector: { mul: 1 / 255, add: 0 },
  hand_landmarker: { mul: 1 / 255, add: 0 },
  face_recognizer: { mul: 1, add: -113 },
  content_checker: { mul: 1 / 255, add: 0 },
};

/** The values of an input, and the hash of the pixels they come from. Outside the photo is black. */
export async function loadReferenceInput(
  { model, photo, left, top, shrink }: ReferenceInput,
  side: number,
): Promise<{ values: Float32Array; sha256: string }> {
  const { width, height, data } = await loadRgb(groupPhoto(photo));
  const pixels = new Uint8Array(side * side * 3);
  for (let i = 0; i < pixels.length; i++) {
    const x = left + (Math.floor(i / 3) % side) * shrink;
    const y = top + Math.floor(i / 3 / side) * shrink;
    let sum = 0;
    for (let row = y; row < Math.min(y + shrink, height); row++) {
      for (let column = x; column < Math.min(x + shrink, width); column++) {
        sum += data[(row * width + column) * 3 + (i % 3)];
      }
    }
    pixels[i] = Math.round(sum / shrink ** 2);
  }
  const { mul, add } = scales[model];
  return {
    values: Float32Array.from(pixels, (value) => value * mul + add),
    sha256: createHash('sha256').update(pixels).digest('hex'),
  };
}
