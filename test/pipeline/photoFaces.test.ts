import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { describePhoto } from '../../src/pipeline/analysis/photoFaces';
import { FaceSwapError } from '../../src/protocol/errors';
import { defaultExecution } from '../../src/protocol/job';
import { facesInGroupPhotos, groupPhoto, groupPhotos } from '../support/facePhotos';
import { quietContext } from '../support/meshJob';
import { temporaryFolder } from '../support/temporaryFolder';

const execution = { ...defaultExecution, providers: ['cpu' as const] };
const report = (file: string) => describePhoto({ file, tools: {}, execution }, quietContext);

describe('the report about a source photo', () => {
  const folder = temporaryFolder('photos');

  test('has every face of the group photos, from left to right, with a thumbnail and one largest', async () => {
    for (const [n, file] of groupPhotos.entries()) {
      const { faces, width } = await report(file);
      assert.equal(width, 1920);
      assert.equal(faces.length, facesInGroupPhotos[n], file);
      assert.deepEqual(
        faces.map(({ face }) => face),
        faces.map((_, i) => i),
      );
      assert.ok(faces.every(({ box }, i) => i === 0 || box.x > faces[i - 1].box.x));
      assert.equal(faces.filter(({ largest }) => largest).length, 1);
      for (const { thumbnail } of faces) {
        const { format, width: side } = await sharp(Buffer.from(thumbnail, 'base64')).metadata();
        assert.deepEqual([format, side], ['jpeg', 96]);
      }
    }
  });

  test('tells what a look at the photos tells', async () => {
    const hints = async (number: number) =>
      (await report(groupPhoto(number))).faces.map(({ hints }) => hints.join(' '));
    assert.deepEqual(await hints(1), ['', 'eyes-closed', '']);
    assert.deepEqual(await hints(2), ['turned-away', 'fringe', 'eyes-closed']);
    assert.deepEqual(await hints(5), ['fringe', 'fringe', '', '', '']);
    assert.deepEqual(await hints(6), ['fringe', '', '', '']);
  });

  test('says when a face is blurred or small', async () => {
    const blurred = folder.path('blurred.png');
    await sharp(groupPhoto(3)).blur(4).toFile(blurred);
    for (const { hints, sharpness } of (await report(blurred)).faces) {
      assert.ok(hints.includes('blurred') && sharpness < 0.3);
    }
    const small = folder.path('small.png');
    await sharp(groupPhoto(3)).resize(700).toFile(small);
    assert.ok((await report(small)).faces.every(({ hints }) => hints.includes('small')));
  });

  test('names the photo that shows nobody', async () => {
    const file = folder.path('grey.png');
    await sharp({ create: { width: 300, height: 300, channels: 3, background: '#888' } }).toFile(file);
    await assert.rejects(
      report(file),
      (error) =>
        error instanceof FaceSwapError && error.code === 'no-source-face' && error.facts.file === file,
    );
  });
});
