import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { halfToFloat, readLastInitializer } from '../../src/pipeline/inference/lastInitializer';
import { floatToHalf } from '../../src/pipeline/inference/tensorTypes';
import { openSession } from '../../src/pipeline/inference/session';
import { FaceSwapError } from '../../src/protocol/errors';
import { halfSwapper } from '../support/swapStandIns';

const standIn = path.join(__dirname, '..', 'fixtures', 'reference', 'models', 'inswapper-standin.onnx');

describe('half precision', () => {
  it('comes back from single precision for every number there is', () => {
    for (let half = 0; half < 65536; half++) {
      const value = halfToFloat(half);
      if (Number.isNaN(value)) assert.ok(Number.isNaN(halfToFloat(floatToHalf(value))));
      else assert.equal(floatToHalf(value), half);
    }
  });

  it('rounds to the nearest, halfway cases to even, and overflows to infinity', () => {
    assert.equal(halfToFloat(floatToHalf(1 + 1 / 2048)), 1);
    assert.equal(halfToFloat(floatToHalf(1 + 3 / 2048)), 1 + 2 / 1024);
    assert.equal(halfToFloat(floatToHalf(1 + 1.01 / 2048)), 1 + 1 / 1024);
    assert.equal(halfToFloat(floatToHalf(65519)), 65504);
    assert.equal(halfToFloat(floatToHalf(65520)), Infinity);
    assert.equal(halfToFloat(floatToHalf(-1e9)), -Infinity);
    assert.equal(halfToFloat(floatToHalf(2 ** -24)), 2 ** -24);
    assert.equal(halfToFloat(floatToHalf(2 ** -26)), 0);
  });
});

describe('the last initializer of a file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'initializers '));
  });
  after(() => rm(folder, { recursive: true }));
  const written = async (name: string, bytes: Uint8Array) => {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    return file;
  };

  it('is the embedding map, though no node reads it', async () => {
    const { name, shape, data } = await readLastInitializer(standIn);
    assert.equal(name, 'buff2fs');
    assert.deepEqual(shape, [512, 512]);
    // The file ends with the graph's inputs and outputs: the map's bytes lie before them.
    const bytes = await readFile(standIn);
    const at = bytes.indexOf(Buffer.from(Float32Array.from(data.subarray(0, 64)).buffer));
    assert.ok(at > 0);
    assert.equal(bytes.readFloatLE(at + 4 * (512 * 512 - 1)), data[512 * 512 - 1]);
  });

  it('is read in half precision, and such a model runs on single precision in and out', async () => {
    const map = Uint16Array.from({ length: 512 * 512 }, (_, i) => floatToHalf((i % 512) / 512 - 0.25));
    const file = await written('half.onnx', halfSwapper(map));
    const { data } = await readLastInitializer(file);
    assert.equal(data[5], 5 / 512 - 0.25);
    const session = await openSession(file, { providers: ['cpu'], threads: 1 });
    const target = new Float32Array(3 * 128 * 128).fill(0.5);
    const { output } = await session.run({ target, source: new Float32Array(512).fill(0.125) });
    await session.release();
    assert.ok(output instanceof Float32Array);
    assert.ok(output.every((value) => value === 0.375));
  });

  it('is refused when the file is cut off, is no ONNX file, or has none', async () => {
    const whole = await readFile(standIn);
    for (const [name, bytes] of [
      ['cut.onnx', whole.subarray(0, 700_000)],
      ['text.onnx', Buffer.from('no model at all, but long enough to be read')],
      ['empty.onnx', Buffer.alloc(0)],
    ] as const) {
      const file = await written(name, bytes);
      await assert.rejects(
        () => readLastInitializer(file),
        (error) =>
          error instanceof FaceSwapError && error.code === 'model-corrupt' && error.facts.file === file,
      );
    }
  });
});
