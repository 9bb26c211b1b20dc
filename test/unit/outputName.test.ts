import assert from 'node:assert/strict';
import path from 'node:path';
import { suite, test } from 'node:test';
import { outputPath } from '../../src/job/outputName';

const free = (): boolean => false;
const folder = path.resolve('/videos');

suite('The name of a result', () => {
  test('says whose face went into which video, and lies beside it', () => {
    const result = outputPath('/photos/ann.jpg', path.join(folder, 'party.mov'), free);
    assert.equal(result, path.join(folder, 'ann-party.mov'));
  });

  test('counts up instead of overwriting', () => {
    const taken = new Set(['ann-party.mov', 'ann-party (2).mov'].map((name) => path.join(folder, name)));
    const result = outputPath('/photos/ann.jpg', path.join(folder, 'party.mov'), (file) => taken.has(file));
    assert.equal(result, path.join(folder, 'ann-party (3).mov'));
  });

  test('becomes an MP4 when the container cannot be written', () => {
    assert.equal(outputPath('/a.png', path.join(folder, 'old.wmv'), free), path.join(folder, 'a-old.mp4'));
  });

  test('stays within what file systems allow, whole characters only', () => {
    const name = path.basename(
      outputPath(`/${'ä'.repeat(120)}.jpg`, path.join(folder, '𝄞'.repeat(60)), free),
    );
    assert.ok(Buffer.byteLength(name) < 255);
    assert.match(name, /^ä+(-𝄞*)?\.mp4$/u);
  });
});
