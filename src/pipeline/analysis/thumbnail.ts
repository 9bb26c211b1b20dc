import sharp from 'sharp';
import type { Box } from '../faces/face';
import { cropToTensor } from '../image/crop';
import type { FrameSource } from '../image/region';

/** Pixels to a side. */
const SIDE = 96;
/** How much larger than the face the picture is: hair and chin help to know somebody. */
const MARGIN = 1.6;

/** The square around a face. `rotation` is by how many degrees clockwise the picture has to be turned to be upright. */
export function cutThumbnail(picture: FrameSource, box: Box, rotation = 0): Uint8Array {
  const square = {
    cx: box.x + box.width / 2,
    cy: box.y + box.height / 2,
    size: MARGIN * Math.max(box.width, box.height),
    angle: (-rotation * Math.PI) / 180,
  };
  return Uint8Array.from(cropToTensor(picture, square, SIDE, { mul: 1, add: 0.5 }));
}

/** JPEG, base64, of what was cut. */
export async function encodeThumbnail(pixels: Uint8Array): Promise<string> {
  const picture = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } });
  return (await picture.jpeg({ quality: 85 }).toBuffer()).toString('base64');
}
