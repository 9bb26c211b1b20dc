import sharp, { type Sharp } from 'sharp';
import type { RgbImage } from '../image/region';
import type { Rotation } from '../image/upright';

/** A picture as a file to look at. */
export interface EncodedPicture {
  base64: string;
  width: number;
  height: number;
}

/** A picture turned upright, at most `maxWidth` wide, as JPEG. */
export function uprightJpeg(
  { width, height, data }: RgbImage,
  rotation: Rotation,
  maxWidth: number,
): Promise<EncodedPicture> {
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  return encode(upright(picture, rotation, maxWidth).jpeg({ quality: 85 }));
}

/** White where `alpha` (one byte a pixel) is above 0, by how much, and nothing elsewhere, as PNG. */
export function uprightMask(
  { width, height }: { width: number; height: number },
  alpha: Uint8Array,
  rotation: Rotation,
  maxWidth: number,
): Promise<EncodedPicture> {
  const data = new Uint8Array(width * height * 4).fill(255);
  alpha.forEach((value, i) => (data[i * 4 + 3] = value));
  const picture = sharp(data, { raw: { width, height, channels: 4 } });
  return encode(upright(picture, rotation, maxWidth).png({ compressionLevel: 3 }));
}

function upright(picture: Sharp, rotation: Rotation, maxWidth: number): Sharp {
  return picture.rotate(rotation).resize({ width: maxWidth, withoutEnlargement: true });
}

async function encode(picture: Sharp): Promise<EncodedPicture> {
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  return { base64: data.toString('base64'), width: info.width, height: info.height };
}
