import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { RgbImage } from '../../src/pipeline/image/region';

const folder = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');

/** Path of one of the six group photos (22 faces, 1920 px wide) of @vladmandic/face-api. */
export function groupPhoto(number: number): string {
  return join(folder, `sample${number}.jpg`);
}

export const groupPhotos = [1, 2, 3, 4, 5, 6].map(groupPhoto);

/** How many faces each group photo shows. */
export const facesInGroupPhotos = [3, 3, 3, 4, 5, 4];

/** Pixels of a picture after an optional step of preparation by sharp. */
export async function loadRgb(
  input: string | Buffer,
  prepare: (picture: Sharp) => Sharp = (picture) => picture,
): Promise<RgbImage> {
  const { data, info } = await prepare(sharp(input))
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
