import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { FaceSwapError } from '../../src/protocol/errors';
import type { Frame } from '../../src/pipeline/image/frame';
import { readImage, readRgb, writeImage } from '../../src/pipeline/media/images';
import { checkPhoto, probeMedia } from '../../src/pipeline/media/probe';
import { clipTools, photo } from '../support/clips';

describe('images', () => {
  let folder = '';
  const at = (name: string) => path.join(folder, name);
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'face-swap-images-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const crop = () => sharp(photo(1)).extract({ left: 300, top: 100, width: 203, height: 151 });
  async function saved(name: string, image: Sharp): Promise<string> {
    await image.toFile(at(name));
    return at(name);
  }
  async function roundTrip(
    file: string,
    extension: string,
    quality = 90,
  ): Promise<{ frame: Frame; written: string }> {
    const info = await probeMedia(file, await clipTools);
    const frame = await readImage(info);
    const written = `${file}.out${extension}`;
    await writeImage(frame, info, written, extension, { quality });
    return { frame, written };
  }
  /** Samples as stored, without any colour management. */
  const stored = (file: string) => sharp(file, { ignoreIcc: true }).raw().toBuffer();
  async function differences(a: string, b: string): Promise<number> {
    const [one, other] = [await stored(a), await stored(b)];
    assert.equal(one.length, other.length);
    return one.filter((value, n) => value !== other[n]).length;
  }

  test('PNG comes back bit for bit', async () => {
    const file = await saved('plain.png', crop().png());
    const { frame, written } = await roundTrip(file, '.png');
    assert.deepEqual([frame.format.width, frame.format.height, frame.format.sampling], [203, 151, 'rgb']);
    assert.equal(await differences(file, written), 0);
  });

  test('a colour profile is kept and not applied', async () => {
    const file = await saved('p3.png', crop().withIccProfile('p3').png());
    const { written } = await roundTrip(file, '.png');
    assert.equal(await differences(file, written), 0);
    const [before, after] = [await sharp(file).metadata(), await sharp(written).metadata()];
    assert.ok(before.icc);
    assert.deepEqual(after.icc, before.icc);
  });

  test('a source photo with a colour profile is read as sRGB', async () => {
    const file = await saved('p3.png', crop().withIccProfile('p3').png());
    const plain = await crop().removeAlpha().raw().toBuffer();
    const { data } = await readRgb(file);
    const worst = Buffer.from(data).reduce((most, value, n) => Math.max(most, Math.abs(value - plain[n])), 0);
    assert.ok(worst <= 4, `off by ${worst}`);
  });

  for (const orientation of [3, 6, 8]) {
    test(`EXIF orientation ${orientation} is applied once`, async () => {
      const file = await saved(
        `turned${orientation}.jpg`,
        crop().withMetadata({ orientation }).jpeg({ quality: 95 }),
      );
      const { frame, written } = await roundTrip(file, '.png');
      const sideways = orientation !== 3;
      assert.deepEqual([frame.format.width, frame.format.height], sideways ? [151, 203] : [203, 151]);
      const upright = await sharp(file).autoOrient().raw().toBuffer();
      assert.deepEqual(await stored(written), upright);
      assert.ok([undefined, 1].includes((await sharp(written).metadata()).orientation));
    });
  }

  test('EXIF comes along', async () => {
    const file = await saved(
      'exif.jpg',
      crop()
        .withExif({ IFD0: { Copyright: 'Somebody' } })
        .jpeg(),
    );
    const { written } = await roundTrip(file, '.jpg');
    assert.match((await sharp(written).metadata()).exif!.toString('latin1'), /Somebody/);
  });

  test('JPEG is written without thinning colour, close to the original', async () => {
    const file = await saved('photo.jpg', crop().jpeg({ quality: 98, chromaSubsampling: '4:4:4' }));
    const { written } = await roundTrip(file, '.jpg', 98);
    assert.equal((await sharp(written).metadata()).chromaSubsampling, '4:4:4');
    const [one, other] = [await stored(file), await stored(written)];
    const error = one.reduce((sum, value, n) => sum + (value - other[n]) ** 2, 0) / one.length;
    assert.ok(error < 4, `mean square error ${error}`);
  });

  test('WebP at quality 100 is lossless', async () => {
    const file = await saved('plain2.png', crop().png());
    const { written } = await roundTrip(file, '.webp', 100);
    assert.equal(await differences(file, written), 0);
  });

  test('transparency is kept', async () => {
    const alpha = Buffer.alloc(203 * 151).map((_, n) => n % 256);
    const channel = { raw: { width: 203, height: 151, channels: 1 as const } };
    const file = await saved('ghost.png', crop().joinChannel(Buffer.from(alpha), channel).png());
    const { written } = await roundTrip(file, '.png');
    const again = await sharp(written).extractChannel('alpha').raw().toBuffer();
    assert.deepEqual(again, alpha);
    const [one, other] = [await stored(file), await stored(written)];
    const wrong = one.filter((value, n) => one[n - (n % 4) + 3] > 0 && value !== other[n]).length;
    assert.equal(wrong, 0, 'visible pixels');
  });

  test('grey and 16 bits are turned into 8-bit RGB, and that is said', async () => {
    const grey = await saved('grey.png', crop().toColourspace('b-w').png());
    const deep = await saved('deep.png', crop().toColourspace('rgb16').png());
    for (const file of [grey, deep]) {
      const info = await probeMedia(file, await clipTools);
      assert.equal(info.conversions.length, 1);
      assert.equal((await readImage(info)).data.length, 203 * 151 * 3);
    }
    const { written } = await roundTrip(deep, '.png');
    const plain = await crop().raw().toBuffer();
    const worst = (await stored(written)).reduce(
      (most, value, n) => Math.max(most, Math.abs(value - plain[n])),
      0,
    );
    assert.ok(worst <= 1, `off by ${worst}`);
  });

  test('animation is refused', async () => {
    const page = await crop().ensureAlpha().raw().toBuffer();
    const raw = { width: 203, height: 302, channels: 4 as const, pageHeight: 151 };
    const file = await saved(
      'moving.gif',
      sharp(Buffer.concat([page, Buffer.from(page.map((v) => 255 - v))]), {
        raw,
        animated: true,
      } as never).gif(),
    );
    await assert.rejects(
      async () => probeMedia(file, await clipTools),
      (error: unknown) => error instanceof FaceSwapError && error.code === 'media-unsupported',
    );
  });

  test('a PNG that moves is refused too', async () => {
    const still = readFileSync(await saved('still.png', crop().png()));
    // One frame only, but said to be an animation, before the pixels.
    const chunk = Buffer.from('000000086163544c000000010000000000000000', 'hex');
    const pixels = still.indexOf('IDAT') - 4;
    writeFileSync(
      at('moving.png'),
      Buffer.concat([still.subarray(0, pixels), chunk, still.subarray(pixels)]),
    );
    await assert.rejects(
      async () => probeMedia(at('moving.png'), await clipTools),
      (error: unknown) => error instanceof FaceSwapError && error.facts['feature'] === 'animation',
    );
  });

  test('transparency that a JPEG cannot keep is told, and opaque pictures are not told about', async () => {
    for (const [opacity, told] of [
      [128, ['transparency does not go into .jpg and is left out']],
      [255, []],
    ] as const) {
      const alpha = Buffer.alloc(203 * 151, opacity);
      const channel = { raw: { width: 203, height: 151, channels: 1 as const } };
      const file = await saved(`veil${opacity}.png`, crop().joinChannel(alpha, channel).png());
      const info = await probeMedia(file, await clipTools);
      const frame = await readImage(info);
      assert.deepEqual(await writeImage(frame, info, at('veil.jpg'), '.jpg', { quality: 90 }), told);
    }
  });

  test('pictures of other kinds are called by their names', async () => {
    for (const [kind, head] of [
      ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
      ['BMP', 'BM\x36\x10\x0e\0\0\0\0\0\x36\0\0\0\x28\0\0\0'],
      ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 '],
    ]) {
      writeFileSync(at('other.picture'), head, 'latin1');
      for (const look of [
        async () => probeMedia(at('other.picture'), await clipTools),
        () => checkPhoto(at('other.picture')),
      ])
        await assert.rejects(
          look,
          (error: unknown) => error instanceof FaceSwapError && error.facts['picture'] === kind,
        );
    }
  });

  test('a picture with too many pixels is not called damaged', async () => {
    const create = { width: 8, height: 8, channels: 3 as const, background: '#777' };
    const file = await saved('huge.jpg', sharp({ create }).jpeg());
    const bytes = readFileSync(file);
    const frame = bytes.indexOf(Buffer.from('ffc0', 'hex'));
    bytes.writeUInt16BE(20000, frame + 5);
    bytes.writeUInt16BE(20000, frame + 7);
    writeFileSync(file, bytes);
    await assert.rejects(
      async () => readImage(await probeMedia(file, await clipTools)),
      (error: unknown) => error instanceof FaceSwapError && error.facts['megapixels'] === 268,
    );
  });

  test('half a picture is refused when it is read', async () => {
    const whole = readFileSync(await saved('whole.jpg', crop().jpeg()));
    writeFileSync(at('half.jpg'), whole.subarray(0, whole.length / 2));
    await assert.rejects(
      async () => readImage(await probeMedia(at('half.jpg'), await clipTools)),
      (error: unknown) => error instanceof FaceSwapError && error.code === 'media-truncated',
    );
  });
});
