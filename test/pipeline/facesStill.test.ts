import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { findFaces } from '../../src/pipeline/faces/find';
import { describeFaces, identifySource } from '../../src/pipeline/faces/identify';
import type { FaceModels } from '../../src/pipeline/faces/models';
import { faceDistance } from '../../src/pipeline/faces/recognizer';
import type { RgbImage } from '../../src/pipeline/image/region';
import { FaceSwapError } from '../../src/protocol/errors';
import { faceModels } from '../support/faceModels';
import { facesInGroupPhotos, groupPhoto, groupPhotos, loadRgb } from '../support/facePhotos';

let models: FaceModels;
before(async () => {
  models = await faceModels();
});

/** Group photos 2–6 beside each other on one canvas, scaled so that their 19 faces are about `size` px wide. */
async function smallFacesCanvas(size: number): Promise<RgbImage> {
  const tiles = await Promise.all(
    groupPhotos.slice(1).map((file) =>
      sharp(file)
        .resize({ width: Math.round((1920 * size) / 190) })
        .toBuffer({ resolveWithObject: true }),
    ),
  );
  let left = 0;
  let top = 0;
  let rowHeight = 0;
  const placed = tiles.map(({ data, info }) => {
    if (left + info.width > 1920) {
      left = 0;
      top += rowHeight;
      rowHeight = 0;
    }
    const place = { input: data, left, top };
    left += info.width;
    rowHeight = Math.max(rowHeight, info.height);
    return place;
  });
  const canvas = sharp({ create: { width: 1920, height: 1080, channels: 3, background: '#456' } });
  return loadRgb(await canvas.composite(placed).png().toBuffer());
}

describe('faces of a still picture', () => {
  it('finds all 22 faces of the group photos, with points inside their boxes', async () => {
    for (const [i, file] of groupPhotos.entries()) {
      const found = await findFaces(models, await loadRgb(file), { smallFaces: 'never' });
      assert.equal(found.length, facesInGroupPhotos[i], file);
      for (const { box, points, score } of found) {
        assert.ok(score >= 0.5 && score <= 1);
        const [leftEye, rightEye, nose, leftMouth, rightMouth] = points;
        const eyes = [(leftEye[0] + rightEye[0]) / 2, (leftEye[1] + rightEye[1]) / 2];
        const mouth = [(leftMouth[0] + rightMouth[0]) / 2, (leftMouth[1] + rightMouth[1]) / 2];
        assert.ok(mouth[1] > eyes[1], 'mouth below the eyes');
        assert.ok(rightEye[0] > leftEye[0], 'left eye on the left');
        assert.ok(nose[0] > box.x - box.width * 0.2 && nose[0] < box.x + box.width * 1.2);
      }
    }
  });

  it('finds the faces at any rotation, upside down included', async () => {
    for (const turn of [45, 90, 180, 225, 315]) {
      let count = 0;
      for (const number of [1, 5, 6]) {
        const picture = await loadRgb(groupPhoto(number), (photo) =>
          photo.rotate(turn, { background: '#333' }),
        );
        count += (await findFaces(models, picture, { smallFaces: 'never' })).length;
      }
      assert.ok(count >= 11 && count <= 12, `${count} of 12 at ${turn} degrees`);
    }
  });

  it('measures the roll of a turned face', async () => {
    const upright = await describeFaces(models, await loadRgb(groupPhoto(6)), 'never');
    const over = await describeFaces(
      models,
      await loadRgb(groupPhoto(6), (photo) => photo.rotate(180)),
      'never',
    );
    // Turned by 180 degrees the order from left to right is reversed.
    upright.forEach((face, i) => {
      const turned = over[upright.length - 1 - i].roll - face.roll;
      assert.ok(Math.abs(Math.abs(((turned % 360) + 360) % 360) - 180) < 4, `turned by ${turned}`);
    });
  });

  it('finds 18 of 19 faces of about 54 px with tiles, none the worse for large ones', async () => {
    const canvas = await smallFacesCanvas(54);
    const without = await findFaces(models, canvas, { smallFaces: 'never' });
    for (const smallFaces of ['always', 'auto'] as const) {
      const found = await findFaces(models, canvas, { smallFaces });
      assert.ok(found.length >= 18 && found.length <= 19, `${found.length} faces with ${smallFaces}`);
      assert.ok(found.length > without.length);
    }
    for (const [i, file] of groupPhotos.entries()) {
      const found = await findFaces(models, await loadRgb(file), { smallFaces: 'always' });
      assert.equal(found.length, facesInGroupPhotos[i], file);
    }
  });

  it('sees nothing in pictures without a face', async () => {
    const picture = await loadRgb(groupPhoto(3));
    for (const { box } of await findFaces(models, picture, { smallFaces: 'never' })) smear(picture, box);
    assert.deepEqual(await findFaces(models, picture, { smallFaces: 'always' }), []);
  });

  it('mirrors yaw and roll with the picture', async () => {
    const plain = await describeFaces(models, await loadRgb(groupPhoto(6)), 'never');
    const mirrored = await describeFaces(
      models,
      await loadRgb(groupPhoto(6), (photo) => photo.flop()),
      'never',
    );
    assert.equal(mirrored.length, plain.length);
    mirrored.reverse().forEach((face, i) => {
      assert.ok(Math.abs(face.yaw + plain[i].yaw) < 6, `yaw ${face.yaw} against ${plain[i].yaw}`);
      assert.ok(Math.abs(face.roll + plain[i].roll) < 4);
      assert.ok(Math.abs(face.pitch - plain[i].pitch) < 6);
    });
  });

  it('does not trust the mesh on a true profile, but does on every other face', async () => {
    for (const [i, file] of groupPhotos.entries()) {
      const picture = await loadRgb(file);
      const found = await findFaces(models, picture, { smallFaces: 'never' });
      found.sort((a, b) => a.box.x - b.box.x);
      for (const [position, { face }] of found.entries()) {
        const trust = await models.landmarker.trust(picture, face);
        const isProfile = i === 1 && position === 0;
        assert.ok(isProfile ? trust < 0.2 : trust > 0.9, `face ${position} of photo ${i + 1}: ${trust}`);
      }
    }
  });
});

describe('recognition', () => {
  it('tells one person under changed light, sharpness and size from all others', async () => {
    const photo = groupPhoto(6);
    const known = await identifySource(models, await loadRgb(photo), photo, 'leftmost');
    assert.equal(known.length, 4);
    const changes: ((picture: Sharp) => Sharp)[] = [
      (picture) => picture.modulate({ brightness: 0.6 }),
      (picture) => picture.blur(3),
      (picture) => picture.resize({ width: 960 }),
      (picture) => picture.greyscale(),
    ];
    for (const change of changes) {
      const changed = await loadRgb(await change(sharp(photo)).png().toBuffer());
      const again = await identifySource(models, changed, photo, 'leftmost');
      assert.equal(again.length, 4);
      for (const [i, a] of known.entries()) {
        for (const [j, b] of again.entries()) {
          const distance = faceDistance(a, b);
          assert.ok(i === j ? distance < 0.85 : distance > 0.85, `${i} and ${j}: ${distance}`);
        }
      }
    }
  });

  it('gives unit embeddings, ages and orders faces by size', async () => {
    const faces = await identifySource(models, await loadRgb(groupPhoto(5)), 'group.jpg');
    assert.equal(faces.length, 5);
    for (const [i, { embedding, age, face }] of faces.entries()) {
      assert.equal(embedding.length, 1024);
      assert.ok(Math.abs(embedding.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-4);
      assert.ok(age !== undefined && age > 5 && age < 90);
      const next = faces.at(i + 1)?.face.box;
      if (next) assert.ok(face.box.width * face.box.height >= next.width * next.height);
    }
  });

  it('scores a blurred face as less sharp', async () => {
    const sharpFaces = await identifySource(models, await loadRgb(groupPhoto(6)), 'a');
    const blurred = await identifySource(models, await loadRgb(groupPhoto(6), (photo) => photo.blur(4)), 'b');
    assert.ok(blurred[0].sharpness < sharpFaces[0].sharpness / 4);
  });

  it('refuses a source photo without a face and names it', async () => {
    const empty = { width: 640, height: 480, data: new Uint8Array(640 * 480 * 3).fill(120) };
    await assert.rejects(
      identifySource(models, empty, 'C:/photos/wall "1".png'),
      (error) =>
        error instanceof FaceSwapError &&
        error.code === 'no-source-face' &&
        error.facts.file === 'C:/photos/wall "1".png',
    );
  });
});

/** Paints a head over with the colours beside it. */
function smear(picture: RgbImage, box: { x: number; y: number; width: number; height: number }): void {
  const clamp = (value: number, limit: number) => Math.max(0, Math.min(limit - 1, Math.round(value)));
  const x0 = clamp(box.x - box.width * 0.5, picture.width);
  const x1 = clamp(box.x + box.width * 1.5, picture.width);
  const y0 = clamp(box.y - box.height * 0.7, picture.height);
  const y1 = clamp(box.y + box.height * 1.3, picture.height);
  for (let y = y0; y <= y1; y++) {
    const row = y * picture.width;
    for (let x = x0; x <= x1; x++) {
      for (let c = 0; c < 3; c++) {
        const left = picture.data[(row + x0) * 3 + c];
        const right = picture.data[(row + x1) * 3 + c];
        picture.data[(row + x) * 3 + c] = left + ((right - left) * (x - x0)) / (x1 - x0);
      }
    }
  }
}
