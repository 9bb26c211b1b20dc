import assert from 'node:assert/strict';
import path from 'node:path';
import { suite, test } from 'node:test';
import { containerOf, videoExtensions } from '../../src/pipeline/media/containers';
import { encoderCodecs } from '../../src/pipeline/media/encoders';
import { imageExtensions } from '../../src/pipeline/media/images';
import { outputPath } from '../../src/job/outputName';
import { videoEncoders } from '../../src/protocol/job';

const free = (): boolean => false;
const folder = path.resolve('/videos');

suite('The name of a result', () => {
  test('says whose face went into which video, and lies beside it', () => {
    const result = outputPath('/photos/ann.jpg', path.join(folder, 'party.mov'), 'libx264', free);
    assert.equal(result, path.join(folder, 'ann-party.mov'));
  });

  test('counts up instead of overwriting', () => {
    const taken = new Set(['ann-party.mov', 'ann-party (2).mov'].map((name) => path.join(folder, name)));
    const result = outputPath('/photos/ann.jpg', path.join(folder, 'party.mov'), 'libx264', (file) =>
      taken.has(file),
    );
    assert.equal(result, path.join(folder, 'ann-party (3).mov'));
  });

  test('is none beside which the credentials of an earlier one lie', () => {
    const left = path.join(folder, 'ann-party.mkv.c2pa');
    const result = outputPath(
      '/photos/ann.jpg',
      path.join(folder, 'party.mkv'),
      'libx264',
      (file) => file === left,
    );
    assert.equal(result, path.join(folder, 'ann-party (2).mkv'));
  });

  test('becomes an MP4 when the container cannot be written', () => {
    for (const name of ['old.wmv', 'old.avi'])
      assert.equal(
        outputPath('/a.png', path.join(folder, name), 'libx264', free),
        path.join(folder, 'a-old.mp4'),
      );
  });

  test('keeps the format of the target where that takes the video of the encoder, which an MP4 always does', () => {
    for (const encoder of videoEncoders)
      for (const target of ['b.mp4', 'b.m4v', 'b.mov', 'b.mkv', 'b.webm']) {
        const result = path.extname(outputPath('/a.png', target, encoder, free));
        const takes = (extension: string): boolean => {
          const { video } = containerOf(extension);
          return video.includes(encoderCodecs[encoder]);
        };
        assert.equal(
          result,
          takes(path.extname(target)) ? path.extname(target) : '.mp4',
          `${encoder} ${target}`,
        );
        assert.ok(takes(result), `${encoder} in ${result}`);
      }
  });

  test('has an extension that can be written', () => {
    const written: readonly string[] = [...videoExtensions, ...imageExtensions];
    for (const extension of ['mp4', 'm4v', 'mov', 'mkv', 'webm', 'avi', 'png', 'jpg', 'jpeg', 'webp', 'gif'])
      assert.ok(
        written.includes(path.extname(outputPath('/a.png', `/b.${extension}`, 'libx264', free))),
        extension,
      );
  });

  test('stays within what file systems allow, whole characters only', () => {
    const name = path.basename(
      outputPath(`/${'ä'.repeat(120)}.jpg`, path.join(folder, '𝄞'.repeat(60)), 'libx264', free),
    );
    assert.ok(Buffer.byteLength(name) < 255);
    assert.match(name, /^ä+(-𝄞*)?\.mp4$/u);
  });
});
