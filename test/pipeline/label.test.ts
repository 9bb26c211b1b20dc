import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFrame, type FrameFormat } from '../../src/pipeline/image/frame';
import type { Rotation } from '../../src/pipeline/image/upright';
import { openLabel } from '../../src/pipeline/media/label';
import { measureText, openLabelFont, paintText } from '../../src/pipeline/media/labelText';
import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { describeError } from '../../src/protocol/errorText';
import { FaceSwapError, type ErrorCode } from '../../src/protocol/errors';
import { labelPositions, type LabelPosition } from '../../src/protocol/label';
import { videoInfo } from '../support/videoInfo';

const yuv = (width: number, height: number, more: Partial<FrameFormat> = {}): FrameFormat => ({
  ...{ width, height, sampling: '420', matrix: 'bt709', range: 'limited', ...more },
});
const infoOf = (format: FrameFormat, rotation: Rotation = 0): MediaInfo => {
  const [displayWidth, displayHeight] =
    rotation % 180 === 0 ? [format.width, format.height] : [format.height, format.width];
  return { ...videoInfo(), format, rotation, displayWidth, displayHeight };
};
const labelled = async (format: FrameFormat, text: string, position: LabelPosition) => {
  const frame = createFrame(format);
  // A pattern, so that a byte that was moved shows.
  frame.data.forEach((_, i) => (frame.data[i] = (i * 37) % 251));
  const before = frame.data.slice();
  const label = await openLabel({ text, position }, infoOf(format));
  label!.draw(frame);
  return { frame, before: createFrame(format, before), rect: label!.rect };
};

describe('a visible label', () => {
  for (const format of [
    yuv(641, 359),
    yuv(320, 480, { sampling: '422', range: 'full' }),
    yuv(400, 300, { sampling: '444' }),
    yuv(401, 301, { sampling: 'rgb', matrix: 'rgb', range: 'full' }),
  ])
    for (const position of labelPositions)
      test(`${position} in ${format.sampling} of ${format.width}×${format.height} changes its rectangle and no other byte`, async () => {
        const { frame, before, rect } = await labelled(format, 'made with AI', position);
        const { width, height } = format;
        assert.equal(rect.x + rect.width / 2 < width / 2, position.endsWith('left'));
        assert.equal(rect.y + rect.height / 2 < height / 2, position.startsWith('top'));
        for (const [p, plane] of frame.planes.entries()) {
          const isSmall = p > 0 && format.sampling !== 'rgb';
          const [sx, sy] = [
            isSmall && format.sampling !== '444' ? 1 : 0,
            isSmall && format.sampling === '420' ? 1 : 0,
          ];
          const stride = (width + sx) >> sx;
          let changed = 0;
          plane.forEach((value, i) => {
            const [x, y] = [(i % stride) << sx, Math.floor(i / stride) << sy];
            const inside = x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
            if (!inside) assert.equal(value, before.planes[p][i], `plane ${p} at ${x}, ${y}`);
            else if (value !== before.planes[p][i]) changed++;
          });
          assert.ok(changed > (0.8 * rect.width * rect.height) >> (sx + sy), `plane ${p}: ${changed}`);
        }
      });

  test('is white on dark in the range of the video', async () => {
    for (const [range, white] of [
      ['limited', 235],
      ['full', 255],
    ] as const) {
      const format = yuv(1920, 1080, { range });
      const frame = createFrame(format);
      frame.data.fill(range === 'limited' ? 235 : 255);
      frame.planes[1].fill(90);
      const label = (await openLabel({ text: 'AI', position: 'top-left' }, infoOf(format)))!;
      label.draw(frame);
      const { x, y, width, height } = label.rect;
      assert.ok(height >= 32 && height <= 60, `${height} pixels high`);
      const inside = Array.from({ length: height }, (_, row) =>
        frame.planes[0].subarray((y + row) * 1920 + x, (y + row) * 1920 + x + width),
      ).flatMap((row) => [...row]);
      assert.equal(Math.max(...inside), white);
      assert.ok(Math.min(...inside) < 110);
      const grey = frame.planes[1].filter((value) => value > 110 && value <= 128).length;
      assert.ok(grey > (width * height) / 8);
    }
  });

  for (const rotation of [90, 180, 270] as const)
    test(`stands upright in a video that is turned by ${rotation}°`, async () => {
      const stored = rotation === 180 ? yuv(320, 480) : yuv(480, 320);
      const [frame, plain] = [createFrame(stored), createFrame(yuv(320, 480))];
      const wanted = { text: 'Lá €', position: 'bottom-right' } as const;
      (await openLabel(wanted, infoOf(stored, rotation)))!.draw(frame);
      (await openLabel(wanted, infoOf(plain.format)))!.draw(plain);
      const upright = createFrame(plain.format);
      for (let y = 0; y < 480; y++)
        for (let x = 0; x < 320; x++) {
          // By hand, from what a quarter turn clockwise is.
          const at = {
            90: (319 - x) * 480 + y,
            180: (479 - y) * 320 + (319 - x),
            270: x * 480 + (479 - y),
          }[rotation];
          upright.planes[0][y * 320 + x] = frame.planes[0][at];
        }
      assert.deepEqual(lettersIn(upright.planes[0], 320), lettersIn(plain.planes[0], 320));
    });

  test('has accents and signs of its own, however they are written', async () => {
    const paint = async (text: string) => paintText(measureText(await openLabelFont(), text)(40));
    const letters = await Promise.all(['a', 'á', 'n', 'ñ', 'ä', '€', 'Ж', 'Ω'].map(paint));
    assert.equal(new Set(letters.map((mask) => mask.join())).size, letters.length);
    const format = yuv(320, 240);
    const [composed, apart] = await Promise.all(
      ['ñá', 'n\u0303a\u0301'].map((text) => labelled(format, text, 'top-left')),
    );
    assert.deepEqual(composed.frame.data, apart.frame.data);
  });

  test('shrinks to fit, and is refused where nobody could read it', async () => {
    const text = 'this picture was made with artificial intelligence';
    const wide = await labelled(yuv(1920, 1080), text, 'bottom-left');
    const narrow = await labelled(yuv(700, 1500), text, 'bottom-left');
    assert.ok(narrow.rect.height < wide.rect.height && narrow.rect.height >= 14);
    assert.ok(narrow.rect.x > 0 && narrow.rect.x + narrow.rect.width < 700);
    await refused(
      labelled(yuv(200, 1500), text, 'bottom-left'),
      /too long to be read.* 200×1500 pixels/,
      'label-too-long',
    );
  });

  test('refuses what the font cannot draw, by name', async () => {
    await refused(
      labelled(yuv(640, 480), 'made by 🤖 今', 'top-left'),
      /cannot be drawn: .*🤖 今;/,
      'label-not-drawable',
    );
    await refused(labelled(yuv(640, 480), 'שלום', 'top-left'), /cannot be drawn/, 'label-not-drawable');
  });

  test('is none without a text', async () => {
    for (const wanted of [
      undefined,
      { text: '', position: 'top-left' },
      { text: ' ', position: 'top-left' },
    ] as const)
      assert.equal(await openLabel(wanted, infoOf(yuv(64, 64))), undefined);
  });
});

async function refused(work: Promise<unknown>, says: RegExp, code: ErrorCode): Promise<void> {
  await assert.rejects(
    work,
    (error) => error instanceof FaceSwapError && error.code === code && says.test(describeError(error)),
  );
}

/** The bright pixels of a plane, as text, without the rows and columns around them. */
function lettersIn(plane: Uint8Array, width: number): string {
  const rows = Array.from({ length: plane.length / width }, (_, y) => {
    const row = plane.subarray(y * width, (y + 1) * width);
    return Array.from(row, (value) => (value > 120 ? '#' : '.')).join('');
  }).filter((row) => row.includes('#'));
  assert.ok(rows.length > 5);
  const left = Math.min(...rows.map((row) => row.indexOf('#')));
  const right = Math.max(...rows.map((row) => row.lastIndexOf('#')));
  return rows.map((row) => row.slice(left, right + 1)).join('\n');
}
