import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import sharp from 'sharp';
import { makeClip } from '../support/clips';
import { groupPhoto } from '../support/facePhotos';
import { faceSwap } from '../support/commandLine';
import { packagedTool } from '../support/hostWorkspace';
import { temporaryFolder } from '../support/temporaryFolder';

interface Picture {
  width: number;
  height: number;
  /** Bytes of one picture: for videos Y, U and V in 4:2:0. */
  data: Uint8Array;
}

describe('the visible label', () => {
  const folder = temporaryFolder('label');
  /** What a machine without fonts and without a configuration of fonts looks like. */
  const env = {
    HOME: folder.path(),
    FONTCONFIG_FILE: folder.path('none.conf'),
    FONTCONFIG_PATH: folder.path(),
  };
  const face = groupPhoto(5);
  before(async () => {
    const clip = await makeClip({
      extension: '.mp4',
      video: ['-c:v', 'libx264'],
      ...{ width: 240, height: 320, frames: 8 },
      filters: 'transpose=cclock',
      turn: 90,
    });
    copyFileSync(clip!, folder.path('turned.mp4'));
    const photo = sharp(groupPhoto(1)).extract({ left: 300, top: 100, width: 320, height: 240 });
    await photo.clone().png().toFile(folder.path('photo.png'));
    // Nothing is seen of the right half, where the label stands.
    const mask = Buffer.alloc(320 * 240, 255);
    for (let y = 0; y < 240; y++) mask.fill(0, y * 320 + 160, (y + 1) * 320);
    const alpha = { raw: { width: 320, height: 240, channels: 1 as const } };
    await photo.clone().joinChannel(mask, alpha).png().toFile(folder.path('clear.png'));
  });
  const run = async (target: string, output: string, ...more: string[]): Promise<string> => {
    const args = ['-s', face, '-t', target, '-o', output, '--many-faces', '--output-video-quality', '100'];
    const { code, stderr } = await faceSwap([...args, ...more], { cwd: folder.path(), env });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /fontconfig/i);
    return folder.path(output);
  };
  const text = ['--label-text', 'hecho con IA – ñ á €'];

  test('stands upright in every frame of a turned video, the rest of which is that without it', async () => {
    const plain = framesOf(await run('turned.mp4', 'plain.mp4'));
    const together = framesOf(await run('turned.mp4', 'together.mp4', ...text));
    const apart = framesOf(await run('turned.mp4', 'apart.mp4', ...text, '--memory-strategy', 'sequential'));
    assert.deepEqual([plain.length, together.length], [8, 8]);
    assert.deepEqual(together, apart);
    const box = changedBox(plain[0], together[0]);
    for (const [i, frame] of plain.entries()) assert.deepEqual(changedBox(frame, together[i]), box);
    checkPlace(box, plain[0]);
    // As in a picture that was never turned.
    const still = folder.path('still.png');
    await sharp({ create: { width: 240, height: 320, channels: 3, background: '#555' } })
      .png()
      .toFile(still);
    const picture = await picturesOf(await run('still.png', 'still-out.png', ...text));
    const wanted = lettersIn(await picturesOf(still), picture, 0, 255);
    const found = lettersIn(plain[0], together[0], 16, 235);
    assert.equal(found.length, wanted.length);
    found.forEach((share, n) => assert.ok(Math.abs(share - wanted[n]) < 0.02, `${share} at ${n}`));
    assert.ok(wanted.filter((share) => share > 0.9).length > 100);
  });

  for (const extension of ['.png', '.jpg', '.webp'])
    test(`stands in a picture as ${extension}, at the corner that was asked for`, async () => {
      const top = ['--label-position', 'top-left'];
      const plain = await picturesOf(await run('photo.png', `plain${extension}`));
      const labelled = await picturesOf(await run('photo.png', `labelled${extension}`, ...text, ...top));
      // JPEG smears a little over the edges of its blocks.
      const box = changedBox(plain, labelled, extension === '.jpg' ? 12 : 0);
      assert.ok(box.left > 0 && box.top > 0 && box.right < 320 && box.bottom < 50, JSON.stringify(box));
      assert.ok(box.right - box.left > 120 && box.bottom - box.top >= 12, JSON.stringify(box));
    });

  test('is seen where a picture is transparent, which it is elsewhere as before', async () => {
    const { data, info } = await sharp(await run('clear.png', 'clear-out.png', ...text))
      .extractChannel('alpha')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const shown = data.reduce((sum, value, i) => sum + Number(i % info.width >= 160 && value === 255), 0);
    assert.ok(shown > 1000 && shown < 4000, String(shown));
    assert.equal(data[200], 0);
  });

  test('comes from a job file, and the command line has another corner for it', async () => {
    const settings = { labelText: 'AI', labelPosition: 'bottom-left' };
    const job = { version: 1, target: 'photo.png', sources: [face], output: 'job.png', settings };
    writeFileSync(folder.path('job.faceswap.json'), JSON.stringify(job));
    const args = ['job.faceswap.json', '--label-position', 'top-right', '--many-faces'];
    const { code, stderr } = await faceSwap(args, { cwd: folder.path(), env });
    assert.equal(code, 0, stderr);
    const [plain, labelled] = [
      await picturesOf(await run('photo.png', 'no-label.png')),
      await picturesOf(folder.path('job.png')),
    ];
    const box = changedBox(plain, labelled);
    assert.ok(box.left > 240 && box.bottom < 50, JSON.stringify(box));
  });

  test('is refused with a sentence, and nothing is written, where it could not be read', async () => {
    for (const [label, says] of [
      ['hecho por 🤖', /The label cannot be drawn: its font has no picture of 🤖;/],
      ['x'.repeat(80), /The label is too long to be read in a picture of 320×240 pixels;/],
    ] as const) {
      const args = ['-s', face, '-t', 'photo.png', '-o', 'refused.png', '--label-text', label];
      const { code, stdout, stderr } = await faceSwap(args, { cwd: folder.path(), env });
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, says);
    }
    await assert.rejects(sharp(folder.path('refused.png')).metadata());
  });
});

/** The frames of a turned clip of 320×240, upright, luma and chroma. */
function framesOf(file: string): Picture[] {
  const args = ['-v', 'error', '-i', file, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'];
  const data = execFileSync(packagedTool('ffmpeg'), args, { maxBuffer: 1 << 28 });
  const bytes = (240 * 320 * 3) / 2;
  return Array.from({ length: data.length / bytes }, (_, n) => ({
    width: 240,
    height: 320,
    data: Uint8Array.from(data.subarray(n * bytes, (n + 1) * bytes)),
  }));
}

async function picturesOf(file: string): Promise<Picture> {
  const { data, info } = await sharp(path.resolve(file))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** The rectangle around all pixels of the first plane that differ by more than `least`; chroma must not differ outside of it. */
function changedBox(before: Picture, after: Picture, least = 0) {
  const { width, height } = before;
  const box = { left: width, top: height, right: 0, bottom: 0 };
  const differs = (i: number): boolean => Math.abs(before.data[i] - after.data[i]) > least;
  const each = (from: number, across: number, size: number, visit: (x: number, y: number) => void) => {
    for (let i = 0; i < size; i++) if (differs(from + i)) visit(i % across, Math.floor(i / across));
  };
  each(0, width, width * height, (x, y) => {
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + 1);
    box.bottom = Math.max(box.bottom, y + 1);
  });
  assert.ok(box.right > box.left, 'nothing has changed');
  each(width * height, width / 2, before.data.length - width * height, (x, y) => {
    const row = y % (height / 2);
    const inside =
      2 * x >= box.left - 1 && 2 * x < box.right && 2 * row >= box.top - 1 && 2 * row < box.bottom;
    assert.ok(inside, `chroma changed at ${x}, ${row}`);
  });
  return box;
}

/** Bottom right, clear of the edges, wider than high, about 1.5 times the least height of letters. */
function checkPlace({ left, top, right, bottom }: ReturnType<typeof changedBox>, { width, height }: Picture) {
  assert.ok(right < width && right > width - 15, String(right));
  assert.ok(bottom < height && bottom > height - 15, String(bottom));
  assert.ok(bottom - top >= 14 && bottom - top <= 24, `${bottom - top} high`);
  assert.ok(right - left > 6 * (bottom - top), `${right - left} wide`);
}

/** How far letters cover each pixel of the label: what is neither white nor dark box is the picture, of which a third shines through. */
function lettersIn(before: Picture, after: Picture, black: number, white: number): number[] {
  const { left, top, right, bottom } = changedBox(before, after);
  const across = right - left;
  return Array.from({ length: across * (bottom - top) }, (_, i) => {
    const at = (top + Math.floor(i / across)) * before.width + left + (i % across);
    const boxed = 0.35 * (before.data[at] - black);
    return (after.data[at] - black - boxed) / (white - black - boxed);
  });
}
