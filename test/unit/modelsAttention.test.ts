import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-node';
import { cropPicture, transformAround, transformPoints } from '../../models/build/attention';
import { readFlexMap, type FlexValue } from '../../models/build/flexBuffer';
import { Graph, type Value } from '../../models/build/graph';

const constant = (shape: number[], values: number[]): Value => ({
  shape,
  constant: { type: 'float32', shape, data: Float32Array.from(values) },
});

/** What a graph makes of one input, rounded to 1e-4. */
async function run(shape: number[], values: readonly number[], build: (graph: Graph, x: Value) => Value) {
  const graph = new Graph('test');
  const value = build(graph, graph.input('input', shape));
  const bytes = graph.finish([{ name: 'output', shape: value.shape, value }]);
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const input = new ort.Tensor('float32', Float32Array.from(values), shape);
  const { output } = await session.run({ input });
  await session.release();
  return [...(output.data as Float32Array)].map((number) => Math.round(number * 1e4) / 1e4 + 0);
}

test('options of a custom operator are read from their FlexBuffer', () => {
  // As the model has them for one of its TransformTensorBilinear.
  const bytes = '6f75747075745f686569676874006f75747075745f776964746800021c0f02010210100404042401';
  assert.deepEqual(
    readFlexMap(Buffer.from(bytes, 'hex')),
    new Map([
      ['output_height', 16],
      ['output_width', 16],
    ]),
  );
  assert.throws(() => readFlexMap(Buffer.from(bytes.slice(20), 'hex')), /FlexBuffer is damaged/);
  assert.throws(() => readFlexMap(Buffer.from('0101040401', 'hex')), /no map/);
});

const options = new Map<string, FlexValue>([
  ['left_rotation_idx', 0],
  ['right_rotation_idx', 1],
  ['subset_idxs', [2, 3]],
  ['output_width', 16],
  ['output_height', 16],
  ['scale_x', 1.5],
  ['scale_y', 1.5],
  ['target_rotation_radians', 0],
]);

test('a crop around level landmarks is their box, enlarged', async () => {
  const landmarks = [2, 3, 9, 6, 3, 9, 0, 0, 9, 8, 4, 9];
  // 8 × 4 enlarged to 12 × 6 around (4, 2), in 16 steps each way.
  assert.deepEqual(
    await run([1, 4, 3], landmarks, (graph, x) => transformAround(graph, x, options)),
    [0.75, 0, 0, -2, 0, 0.375, 0, -1, 0, 0, 1, 0, 0, 0, 0, 1],
  );
});

test('a crop turns with the line between two landmarks', async () => {
  // The line points down: the crop's x axis is the picture's y axis, its y axis points left.
  const landmarks = [3, 2, 9, 3, 6, 9, 0, 0, 9, 4, 8, 9];
  assert.deepEqual(
    await run([1, 4, 3], landmarks, (graph, x) => transformAround(graph, x, options)),
    [0, -0.375, 0, 5, 0.75, 0, 0, -2, 0, 0, 1, 0, 0, 0, 0, 1],
  );
});

const size = new Map([
  ['output_width', 2],
  ['output_height', 2],
]);
const shiftedBy = (x: number, y: number) =>
  constant([1, 4, 4], [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, 0, 0, 0, 0, 1]);
// One channel: row 0 is 0 1 2, row 1 is 10 11 12, row 2 is 20 21 22.
const picture = [0, 1, 2, 10, 11, 12, 20, 21, 22];

test('a crop is sampled at the centres of its pixels', async () => {
  const crop = (x: number, y: number) =>
    run([1, 3, 3, 1], picture, (graph, value) => cropPicture(graph, value, shiftedBy(x, y), size));
  assert.deepEqual(await crop(0, 0), [0, 1, 10, 11]);
  assert.deepEqual(await crop(1, 1), [11, 12, 21, 22]);
  assert.deepEqual(await crop(0.5, 1), [10.5, 11.5, 20.5, 21.5]);
  const halved = constant([1, 4, 4], [1.5, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual(
    await run([1, 3, 3, 1], picture, (graph, value) => cropPicture(graph, value, halved, size)),
    [2.75, 4.25, 17.75, 19.25],
  );
});

test('points of a crop are taken back to the whole', async () => {
  const turned = constant([1, 4, 4], [0, -2, 0, 5, 3, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual(
    await run([1, 2, 2], [0, 0, 1, 10], (graph, x) => transformPoints(graph, x, turned)),
    [5, -1, -15, 2],
  );
});
