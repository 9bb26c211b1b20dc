import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFrame, type Frame, type Sampling } from '../../src/pipeline/image/frame';
import { applyPatch, makePatch } from '../../src/pipeline/media/framePatch';
import { RecordReader, RecordWriter } from '../../src/pipeline/media/records';
import { temporaryFolder } from '../support/temporaryFolder';

function picture(sampling: Sampling): Frame {
  const frame = createFrame({ width: 33, height: 17, sampling, matrix: 'bt709', range: 'limited' });
  frame.data.forEach((_, i) => (frame.data[i] = (i * 2654435761) >>> 24));
  return frame;
}

const copyOf = (frame: Frame) => createFrame(frame.format, frame.data.slice());

test('a patch turns the frame before into the frame after, whatever has changed', async () => {
  for (const sampling of ['420', '422', '444', 'rgb'] as const) {
    const before = picture(sampling);
    const changes: ((frame: Frame) => void)[] = [
      (frame) => (frame.planes[0][0] ^= 255),
      (frame) => (frame.planes[2][frame.planes[2].length - 1] ^= 1),
      (frame) => frame.planes[0].fill(7, 100, 200),
      (frame) => frame.data.forEach((value, i) => (frame.data[i] = 255 - value)),
    ];
    for (const [i, change] of changes.entries()) {
      const after = copyOf(before);
      change(after);
      const patch = await makePatch(before, after);
      const made = copyOf(before);
      await applyPatch(made, patch);
      assert.deepEqual(made.data, after.data, `${sampling} ${i}`);
    }
    assert.equal((await makePatch(before, copyOf(before))).length, 0);
  }
});

test('a patch is small where little has changed', async () => {
  const format = { width: 1920, height: 1080, sampling: '420', matrix: 'bt709', range: 'limited' } as const;
  const before = createFrame(format);
  const after = copyOf(before);
  // Two dots at both ends of a row.
  after.planes[0][500 * 1920] = 9;
  after.planes[0][500 * 1920 + 1919] = 9;
  assert.ok((await makePatch(before, after)).length < 100);
});

test('records come back as they were written, and a missing one is noticed', async () => {
  const file = temporaryFolder('records').path('a.records');
  const writer = await RecordWriter.open(file);
  const records = [Buffer.from('abc'), Buffer.alloc(0), Buffer.alloc(100_000, 7)];
  for (const record of records) await writer.write(record);
  assert.equal(writer.bytes, 100_015);
  await writer.close();
  const reader = await RecordReader.open(file);
  for (const record of records) assert.deepEqual(await reader.read(), record);
  await assert.rejects(reader.read(), /ends early/);
  await reader.close();
});
