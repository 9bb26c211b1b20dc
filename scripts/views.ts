import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { photoRegions } from '../src/pipeline/content/regions';
import { cropToTensor, type Square } from '../src/pipeline/image/crop';
import { readRgb } from '../src/pipeline/media/images';
import { packagedPhotos } from './packagedPhotos';
import { randomNumbers } from './randomNumbers';

export const viewSide = 224;
const scale = { mul: 1 / 255, add: 0 };

/**
 * What the content check may see of pictures, as its networks want it: the regions of a photo, and squares of any size that are cut
 * at random, the same ones in every run. Of the photos of development dependencies and of the files and folders given.
 */
export async function* viewsOf(
  places: readonly string[],
  { seed, cuts }: { seed: number; cuts: number },
): AsyncGenerator<Float32Array> {
  const random = randomNumbers(seed);
  for (const file of [...packagedPhotos, ...places].flatMap(picturesOf)) {
    const picture = await readRgb(file);
    const { width, height } = picture;
    const cut = (): Square => {
      const size = Math.min(width, height) * 10 ** -random();
      const [cx, cy] = [width, height].map((length) => size / 2 + random() * (length - size));
      return { cx, cy, size, angle: (random() - 0.5) * 0.6 };
    };
    for (const region of [...photoRegions(picture, 0), ...Array.from({ length: cuts }, cut)])
      yield cropToTensor(picture, region, viewSide, scale);
  }
}

function picturesOf(place: string): string[] {
  const files = statSync(place).isDirectory()
    ? readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => path.join(place, name))
    : [place];
  return files.filter((file) => /\.(jpe?g|png|webp|tiff?)$/i.test(file)).sort();
}
