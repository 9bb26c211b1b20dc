import assert from 'node:assert/strict';
import { readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { encodeOnnx } from '../../models/build/onnx';
import { loadCatalogue, recogniseModel } from '../../src/models';
import { readOnnxHead } from '../../src/models/onnxHead';
import { recogniseHead } from '../../src/models/signature';
import { FaceSwapError } from '../../src/protocol/errors';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder('signature');
const root = path.join(__dirname, '..', '..');
const reference = (name: string) => path.join(root, 'test/fixtures/reference/models', name);

type Shape = number[];
const picture = (size: number): Shape => [1, 3, size, size];

/** A head as a file with these inputs and outputs has it. */
function recognise(
  inputs: Record<string, Shape>,
  outputs: Record<string, Shape>,
  types: Record<string, string> = {},
) {
  const ports = (shapes: Record<string, Shape>) =>
    Object.entries(shapes).map(([name, dims]) => ({ name, dims, type: types[name] ?? 'float32' }));
  const head = { producer: '', nodes: 1, initializers: 0, inputs: ports(inputs), outputs: ports(outputs) };
  return recogniseHead(head);
}

async function failure(file: string): Promise<FaceSwapError> {
  const error: unknown = await recogniseModel(file).catch((reason: unknown) => reason);
  assert.ok(error instanceof FaceSwapError, String(error));
  return error;
}

test('the stand-in with the signature of inswapper is of its family, and its map lies where it is said to', async () => {
  const file = reference('inswapper-standin.onnx');
  const found = await recogniseModel(file);
  assert.ok(found.family);
  assert.deepEqual(
    [found.family, found.role, found.size, found.half],
    ['inswapper', 'face_swapper', 128, false],
  );
  assert.equal(found.reason, 'target faces of 128×128, a source of 512 numbers and an embedding map');
  const { lastInitializer } = found.head;
  assert.equal(lastInitializer?.name, 'buff2fs');
  assert.equal(lastInitializer.bytes, 512 * 512 * 4);
  const values = readFileSync(file).subarray(
    lastInitializer.start,
    lastInitializer.start! + lastInitializer.bytes,
  );
  assert.ok(new Float32Array(new Uint8Array(values).buffer).every((value) => Math.abs(value) < 10));
});

test('the stand-ins of the enhancers are told apart by the weight in double precision', async () => {
  const gfpgan = await recogniseModel(reference('gfpgan-standin.onnx'));
  assert.equal(gfpgan.family, 'face_restorer');
  assert.equal(gfpgan.size, 512);
  const codeformer = await recogniseModel(reference('codeformer-standin.onnx'));
  assert.equal(codeformer.family, 'codeformer');
  assert.match(codeformer.reason, /a weight in double precision$/);
});

for (const record of loadCatalogue()) {
  test(`the head of the built-in ${record.id} is what the catalogue says, and it is none of the known kinds`, async () => {
    const file = path.join(root, 'models', record.file);
    const head = await readOnnxHead(file);
    const shapes = (ports: { name: string; dims?: number[] }[]) =>
      ports.map(({ name, dims }) => [name, dims]);
    assert.deepEqual(
      shapes(head.inputs),
      record.inputs.map(({ name, shape }) => [name, shape]),
    );
    assert.deepEqual(
      shapes(head.outputs),
      record.outputs.map(({ name, shape }) => [name, shape]),
    );
    assert.equal(head.producer, 'face-swap');
    const { family, reason } = await recogniseModel(file);
    assert.equal(family, undefined);
    assert.match(reason, /^no known kind of model turns input \(float32 1×/);
  });
}

test('swappers are told apart by their source, their mask and their size', () => {
  const embedding = { source: [1, 512], target: picture(256) };
  const { family: hyperswap } = recognise(embedding, { output: picture(256), mask: [1, 1, 256, 256] });
  assert.equal(hyperswap, 'hyperswap');
  assert.equal(recognise(embedding, { output: picture(256) }).family, 'embedding_swapper');
  const uniface = recognise({ source: picture(256), target: picture(256) }, { output: picture(256) });
  assert.equal(uniface.family, 'image_swapper');
  const small = { target: picture(128), source: [1, 512] };
  const half = recognise(small, { output: picture(128) }, { target: 'float16', source: 'float16' });
  assert.equal(half.family, 'inswapper');
  assert.equal(half.half, true);
  assert.equal(
    recognise({ target: picture(128), source: [1, 256] }, { output: picture(128) }).family,
    undefined,
  );
});

test('enhancers of every size are recognised, other pictures in and out are not', () => {
  for (const size of [256, 512, 1024, 2048]) {
    const found = recognise({ input: picture(size) }, { output: picture(size) });
    assert.deepEqual([found.family, found.family && found.size], ['face_restorer', size]);
  }
  // RestoreFormer++ has sixteen outputs, the picture first; CodeFormer's weight comes in both precisions.
  const more = { 2359: picture(512), a: [1, 256, 16, 16], b: [1, 1024] };
  assert.equal(
    recognise({ input: picture(512) }, Object.fromEntries(Object.entries(more))).family,
    'face_restorer',
  );
  for (const weight of ['float32', 'float64']) {
    const found = recognise({ x: picture(512), w: [1] }, { y: picture(512) }, { w: weight });
    assert.equal(found.family, 'codeformer', weight);
  }
  assert.equal(recognise({ x: picture(512), w: [1, 512] }, { y: picture(512) }).family, undefined);
  assert.equal(recognise({ input: picture(512) }, { output: picture(1024) }).family, undefined);
  assert.equal(recognise({ input: [1, 3, -1, -1] }, { output: [1, 3, -1, -1] }).family, undefined);
});

test('detectors and recognisers are recognised with free sizes as well', () => {
  const scrfd = (last: number[]) =>
    Object.fromEntries(
      last.flatMap((extent) => [8, 16, 32].map((stride) => [`${extent}/${stride}`, [-1, extent]])),
    );
  const free = { 'input.1': [1, 3, -1, -1] };
  const points = recognise(free, scrfd([1, 4, 10]));
  assert.deepEqual([points.family, points.reason], ['scrfd', 'scores, boxes and points for three strides']);
  assert.equal(
    recognise({ 'input.1': picture(640) }, scrfd([1, 4])).reason,
    'scores and boxes for three strides',
  );
  assert.equal(recognise(free, scrfd([4, 1, 10])).family, undefined);
  const open = Object.fromEntries(
    Array.from({ length: 9 }, (_, i): [string, Shape] => [`out${i}`, [-1, -1]]),
  );
  assert.equal(recognise(free, open).family, 'scrfd');
  const strides = [8, 16, 32];
  const kinds = Object.entries({ cls: 1, obj: 1, bbox: 4, kps: 10 });
  const heads = kinds.flatMap(([kind, n]) => strides.map((stride) => [`${kind}_${stride}`, [1, -1, n]]));
  assert.equal(
    recognise({ input: picture(640) }, Object.fromEntries(heads) as Record<string, Shape>).family,
    'yunet',
  );
  assert.equal(recognise({ data: [-1, 3, 112, 112] }, { fc1: [-1, 512] }).family, 'arcface');
});

test('a file that ends early is damaged, one that is no ONNX file is the wrong one', async () => {
  const whole = readFileSync(reference('gfpgan-standin.onnx'));
  for (const length of [whole.length - 1, whole.length >> 1, 40]) {
    const error = await failure(folder.write(`cut${length}.onnx`, whole.subarray(0, length)));
    assert.equal(error.code, 'model-corrupt', `${length} bytes`);
    assert.equal(error.facts.reason, 'it ends in the middle');
  }
  for (const bytes of [
    '<html>404 Not Found</html>',
    'PK\u0003\u0004 a zip',
    '\n'.repeat(500),
    '\u0008\u0007',
  ]) {
    const error = await failure(folder.write('other.onnx', Buffer.from(bytes)));
    assert.equal(error.code, 'model-wrong', JSON.stringify(bytes.slice(0, 9)));
  }
  assert.equal((await failure(folder.write('empty.onnx', Buffer.alloc(0)))).code, 'input-empty');
  assert.equal((await failure(folder.path('absent.onnx'))).code, 'input-missing');
  assert.equal((await failure(folder.path('.'))).code, 'input-is-directory');
});

test('a file of gigabytes is recognised without its weights being read', async () => {
  const weights = 3e9;
  const graph = { name: 'large', nodes: [], initializers: [] };
  const ports = {
    inputs: [{ name: 'input', shape: picture(512) }],
    outputs: [{ name: 'output', shape: picture(512) }],
  };
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
  // A second part of the graph, which protobuf joins with the first: one tensor named w, whose data is a hole in the file.
  const data = [0x42, 1, 0x77, 0x4a, ...varint(weights)];
  const tensor = [0x2a, ...varint(data.length + weights), ...data];
  const head = Buffer.from([
    ...encodeOnnx({ ...graph, ...ports }),
    0x3a,
    ...varint(tensor.length + weights),
    ...tensor,
  ]);
  const file = folder.write('large.onnx', head);
  truncateSync(file, head.length + weights);
  const found = await recogniseModel(file);
  assert.equal(found.family, 'face_restorer');
  assert.equal(found.head.lastInitializer?.bytes, weights);
  truncateSync(file, head.length + weights - 1);
  assert.equal((await failure(file)).code, 'model-corrupt');
});
