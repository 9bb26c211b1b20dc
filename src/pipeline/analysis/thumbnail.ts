import sharp from 'sharp';
import type { Box } from '../faces/face';
import { cropToTensor } from '../image/crop';
import type { FrameSource } from '../image/region';

/** Pixels to a side. */
const SIDE = 96;
/** How much larger than the face the picture is: hair and chin help to know somebody. */
const MARGIN = 1.6;

/**
 * The square around a face, moved and cut down where it would reach beyond the picture: that would be black. `rotation` is by how
 * many quarter turns in degrees the picture has to be turned clockwise to be upright.
 */
export function cutThumbnail(picture: FrameSource, box: Box, rotation = 0): Uint8Array {
  const { width, height } = 'format' in picture ? picture.format : picture;
  const size = Math.min(MARGIN * Math.max(box.width, box.height), width - 2, height - 2);
  // A pixel off the border, so that nothing is blended with what lies beyond.
  const inside = (centre: number, length: number): number =>
    Math.min(length - 1 - size / 2, Math.max(1 + size / 2, centre));
  const square = {
    cx: inside(box.x + box.width / 2, width),
    cy: inside(box.y + box.height / 2, height),
    size,
    angle: (-rotation * Math.PI) / 180,
  };
  return Uint8Array.from(cropToTensor(picture, square, SIDE, { mul: 1, add: 0.5 }));
}

/** JPEG, base64, of what was cut. */
export async function encodeThumbnail(pixels: Uint8Array): Promise<string> {
  const picture = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } });
  return (await picture.jpeg({ quality: 85 }).toBuffer()).toString('base64');
}
