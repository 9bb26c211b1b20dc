import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Table } from '../../models/build/flatBuffer';
import { unpackAsset } from '../../models/build/packedAssets';
import { nodesFor, readTfjs } from '../../models/build/tfjs';
import { readTflite } from '../../models/build/tflite';

const packages = join(__dirname, '..', '..', 'node_modules');
const detector = readFileSync(
  join(packages, '@mediapipe', 'face_detection', 'face_detection_full_range.tflite'),
);

/** A table with an int32 (field 0), nothing (1), a byte (2), a string (3) and a vector of two int32 (4), by hand. */
function handmadeTable(): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(20, 0); // the root table lies at 20
  [14, 20, 4, 0, 8, 12, 16].forEach((value, i) => bytes.writeUInt16LE(value, 4 + 2 * i)); // its vtable, at 4
  bytes.writeInt32LE(16, 20); // which lies 16 bytes before it
  bytes.writeInt32LE(-5, 24);
  bytes.writeUInt8(200, 28);
  bytes.writeUInt32LE(8, 32); // the string lies at 40
  bytes.writeUInt32LE(12, 36); // the vector lies at 48
  bytes.writeUInt32LE(2, 40);
  bytes.write('ok', 44);
  bytes.writeUInt32LE(2, 48);
  bytes.writeInt32LE(7, 52);
  bytes.writeInt32LE(-7, 56);
  return bytes;
}

test('a FlatBuffer table reads its fields and the defaults of absent ones', () => {
  const table = Table.root(handmadeTable());
  assert.equal(table.int32(0), -5);
  assert.equal(table.int32(1, 42), 42);
  assert.equal(table.uint8(2), 200);
  assert.equal(table.string(3), 'ok');
  assert.deepEqual(table.int32s(4), [7, -7]);
  assert.equal(table.int32(9, 3), 3, 'a field that is newer than the file');
  assert.deepEqual(table.tables(1), []);
  assert.equal(table.table(1), undefined);
});

test('offsets and lengths that leave a FlatBuffer are refused', () => {
  const damaged = (at: number, value: number) => {
    const bytes = handmadeTable();
    bytes.writeUInt32LE(value, at);
    return Table.root(bytes);
  };
  assert.throws(() => damaged(0, 1000).int32(0), /FlatBuffer is damaged: it points to byte 1004 of 64/);
  assert.throws(() => damaged(20, 0x80000000).int32(0), /FlatBuffer is damaged/);
  assert.throws(() => damaged(48, 0xffffffff).int32s(4), /FlatBuffer is damaged/);
  assert.throws(() => damaged(40, 0xffffffff).string(3), /FlatBuffer is damaged/);
  assert.throws(() => Table.root(Buffer.alloc(3)), /FlatBuffer is damaged/);
});

test('a TensorFlow Lite file gives its tensors and operators', () => {
  const model = readTflite(detector);
  assert.deepEqual(
    model.inputs.map((i) => model.tensors[i].shape),
    [[1, 192, 192, 3]],
  );
  assert.deepEqual(
    model.outputs.map((i) => [model.tensors[i].name, model.tensors[i].shape]),
    [
      ['reshaped_regressor_face_4', [1, 2304, 16]],
      ['reshaped_classifier_face_4', [1, 2304, 1]],
    ],
  );
  const types = new Set(model.operators.map(({ type }) => type));
  assert.ok(types.has('CONV_2D') && types.has('DEPTHWISE_CONV_2D'));
  assert.ok(model.tensors.some(({ constant }) => constant?.type === 'float16'));
});

test('a file that is no TensorFlow Lite model, or half of one, is refused with a reason', () => {
  assert.throws(() => readTflite(Buffer.from('PK\x03\x04 not a model')), /not a TensorFlow Lite file/);
  assert.throws(() => readTflite(Buffer.alloc(0)), /not a TensorFlow Lite file/);
  for (const share of [0.9, 0.5, 0.01]) {
    const half = detector.subarray(0, Math.floor(detector.length * share));
    assert.throws(() => readTflite(half), /FlatBuffer is damaged/);
  }
});

test('bytes overwritten in a TensorFlow Lite file never end in anything but a model or an Error', () => {
  let refused = 0;
  for (let i = 0; i < 200; i++) {
    const bytes = Buffer.from(detector);
    // The structure lies at both ends; the middle is weights.
    const at = i % 2 === 0 ? 8 + 4 * i : bytes.length - 4 - 4 * i;
    bytes.writeUInt32LE(0x7fff0000 + i, at);
    try {
      assert.ok(Array.isArray(readTflite(bytes).operators));
    } catch (error) {
      assert.match(String(error), /^Error: /);
      refused++;
    }
  }
  assert.ok(refused > 20, `${refused} of 200 were noticed`);
});

test('a file is taken out of packed assets by its name', () => {
  const loader = `loadPackage({"files": [{"filename": "/m/a_b.tflite", "start": 0, "end": 2},
    {"filename": "/m/b.tflite", "start": 2, "end": 5}], "remote_package_size": 5});`;
  const data = Uint8Array.of(1, 2, 3, 4, 5);
  assert.deepEqual(unpackAsset(loader, data, 'b.tflite'), Uint8Array.of(3, 4, 5));
  assert.throws(
    () => unpackAsset(loader, data, 'c.tflite'),
    /0 packed assets are named c\.tflite; .*b\.tflite/,
  );
  assert.throws(() => unpackAsset(loader, data.subarray(1), 'b.tflite'), /lies at 2–5 .* 4 bytes/);
  assert.throws(() => unpackAsset('var Module;', data, 'b.tflite'), /lists no files/);
});

const tinyGraph = JSON.stringify({
  modelTopology: {
    node: [
      { name: 'out', op: 'Add', input: ['in:0', 'w', '^unused'] },
      { name: 'unused', op: 'Anything' },
      { name: 'w', op: 'Const' },
      { name: 'in', op: 'Placeholder' },
    ],
  },
  weightsManifest: [
    {
      paths: ['a.bin', 'b.bin'],
      weights: [
        { name: 'n', shape: [], dtype: 'int32' },
        { name: 'w', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
      ],
    },
  ],
});

test('a TensorFlow.js model gives weights that span files, and its nodes in order', () => {
  const files: Record<string, Uint8Array> = {
    'a.bin': Uint8Array.of(5, 0, 0),
    'b.bin': Uint8Array.of(0, 0x00, 0x3c, 0x00, 0xc0),
  };
  const model = readTfjs(tinyGraph, (name) => files[name]);
  assert.deepEqual(model.constants.get('n')?.data, Int32Array.of(5));
  assert.deepEqual(model.constants.get('w')?.data, Uint16Array.of(0x3c00, 0xc000));
  assert.deepEqual(
    nodesFor(model, ['out']).map(({ name }) => name),
    ['in', 'w', 'out'],
  );
  assert.throws(() => nodesFor(model, ['nowhere']), /no node nowhere/);
});

test('a TensorFlow.js model whose weights are too short, too long or of another type is refused', () => {
  assert.throws(() => readTfjs(tinyGraph, () => Uint8Array.of(1, 2)), /ends before weight w/);
  assert.throws(() => readTfjs(tinyGraph, () => new Uint8Array(6)), /has 12 bytes, its manifest describes 8/);
  const stored = (type: string) => tinyGraph.replace('"float16"', `"${type}"`);
  assert.throws(
    () => readTfjs(stored('string'), () => new Uint8Array(4)),
    /weight w has unsupported type string/,
  );
  assert.throws(() => readTfjs(stored('uint8'), () => new Uint8Array(4)), /weight w lacks its steps/);
  assert.throws(() => readTfjs('{"format":"layers-model"}', () => new Uint8Array()), /not a TensorFlow\.js/);
});
