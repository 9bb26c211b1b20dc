import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { prepareSource } from '../../src/pipeline/processors/faceSwapper/sourceTexture';
import { groupPhoto, loadRgb } from '../support/facePhotos';
import { asSource, findPhotoFaces } from '../support/swapPhotos';

/** What neighbouring pixels of the cheeks differ by, by the light, drawn of a face in a photo with so much noise. */
async function drawnGrain(noise: number): Promise<number> {
  const photo = await findPhotoFaces(await loadRgb(groupPhoto(3)));
  let random = 1;
  const data = photo.image.data.slice();
  for (let i = 0; i < data.length; i += 3) {
    random = (random * 16807) % 2147483647;
    const more = noise * ((2 * random) / 2147483647 - 1);
    for (let k = 0; k < 3; k++) data[i + k] = Math.max(0, Math.min(255, data[i + k] + more));
  }
  const source = { ...asSource(photo, 1), image: { ...photo.image, data } };
  const { levels, light, lightPoints } = prepareSource(source, 'bt709');
  const { luma, points } = levels[0];
  let [sum, count] = [0, 0];
  for (const cheek of [50, 280, 205, 425]) {
    const row = Math.floor(lightPoints[cheek * 2 + 1]) * light.width;
    const around = light.data[(row + Math.floor(lightPoints[cheek * 2])) * 2];
    const middle = Math.floor(points[cheek * 2 + 1]) * luma.width + Math.floor(points[cheek * 2]);
    for (let dy = -5; dy <= 5; dy++) {
      for (let dx = -5; dx <= 5; dx++, count++) {
        const at = middle + dy * luma.width + dx;
        sum += Math.abs(luma.data[at] - luma.data[at + 1]) / around;
      }
    }
  }
  return sum / count;
}

describe("a photo's grain", () => {
  it('is drawn no stronger on bare skin than that of good photos: it looked like dirt', async () => {
    const [little, much] = [await drawnGrain(5), await drawnGrain(25)];
    assert.ok(much < 2 * little, `${little.toFixed(3)}, ${much.toFixed(3)}`);
  });
});
