import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-node';
import { convertTfjs } from '../../models/build/fromTfjs';
import { Graph, type Value } from '../../models/build/graph';
import * as layers from '../../models/build/layers';
import { elementCount } from '../../models/build/tensor';
import { readTfjs } from '../../models/build/tfjs';

const floats = (shape: number[], ...values: number[]): Value => ({
  shape,
  constant: { type: 'float32', shape, data: Float32Array.from(values) },
});

async function runOnnx(
  bytes: Uint8Array,
  shape: readonly number[],
  values: readonly number[],
): Promise<number[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const { output } = await session.run({
      input: new ort.Tensor('float32', Float32Array.from(values), shape),
    });
    return [...(output.data as Float32Array)];
  } finally {
    await session.release();
  }
}

/** Builds a graph of a few layers and runs it on one input. */
async function run(
  shape: number[],
  values: readonly number[],
  build: (graph: Graph, x: Value) => Value,
): Promise<{ shape: readonly number[]; values: number[] }> {
  const graph = new Graph('test');
  const value = build(graph, graph.input('input', shape));
  const bytes = graph.finish([{ name: 'output', shape: value.shape, value }]);
  const result = await runOnnx(bytes, shape, values);
  assert.equal(result.length, elementCount(value.shape), 'the shape that was foreseen');
  return { shape: value.shape, values: result };
}

/** 1, 2, 3 … */
const count = (length: number) => Array.from({ length }, (_, i) => i + 1);

test('a convolution with SAME padding and stride 2 pads the lower right only', async () => {
  const result = await run([1, 4, 4, 1], count(16), (graph, x) =>
    layers.convolve(graph, x, {
      kernel: [3, 3],
      strides: [2, 2],
      padding: 'SAME',
      weights: graph.weight(floats([1, 1, 3, 3], ...Array<number>(9).fill(1)).constant!),
      channels: 1,
    }),
  );
  // Sums of 3×3 fields that start at (0,0), (0,2), (2,0), (2,2), with zeros beyond the edges.
  assert.deepEqual(result, { shape: [1, 2, 2, 1], values: [54, 45, 72, 54] });
});

test('channels and picture axes keep their meaning through a convolution', async () => {
  // Two pixels side by side with channels (1, 10) and (2, 20); outputs: channel 0 + channel 1, and channel 1 alone.
  const result = await run([1, 1, 2, 2], [1, 10, 2, 20], (graph, x) =>
    layers.convolve(graph, x, {
      kernel: [1, 1],
      strides: [1, 1],
      padding: 'VALID',
      weights: graph.weight(floats([2, 2, 1, 1], 1, 1, 0, 1).constant!),
      bias: graph.weight(floats([2], 0.5, -0.5).constant!),
      channels: 2,
    }),
  );
  assert.deepEqual(result.values, [11.5, 9.5, 22.5, 19.5]);
});

test('PReLU takes one slope per channel', async () => {
  const result = await run([1, 1, 2, 2], [-1, -1, 2, -4], (graph, x) =>
    layers.prelu(graph, x, floats([1, 1, 2], 0.5, 0.25)),
  );
  assert.deepEqual(result.values, [-0.5, -0.25, 2, -1]);
  const graph = new Graph('test');
  const x = graph.input('input', [1, 1, 2, 2]);
  assert.throws(
    () => layers.prelu(graph, x, floats([3], 1, 2, 3)),
    /slopes of shape \[3\] are not one for each of 2 channels/,
  );
});

test('values are joined along TensorFlow’s axes, whatever the layout', async () => {
  const result = await run([1, 1, 2, 2], [1, 2, 3, 4], (graph, x) => {
    graph.channelsFirst(x);
    return layers.join(graph, [x, layers.activate(graph, x, 'RELU')], 3);
  });
  assert.deepEqual(result, { shape: [1, 1, 2, 4], values: [1, 2, 1, 2, 3, 4, 3, 4] });
});

test('padding follows the order of TensorFlow’s axes', async () => {
  const result = await run([1, 1, 2, 1], [5, 6], (graph, x) =>
    layers.pad(graph, x, [0, 0, 0, 1, 1, 0, 0, 1]),
  );
  // One row below, one column to the left, one channel behind.
  assert.deepEqual(result, { shape: [1, 2, 3, 2], values: [0, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0, 0] });
});

test('as many channels again are zeros behind those that there are', async () => {
  const result = await run([1, 1, 2, 2], [5, 6, 7, 8], (graph, x) =>
    layers.pad(graph, x, [0, 0, 0, 0, 0, 0, 0, 2]),
  );
  assert.deepEqual(result, { shape: [1, 1, 2, 4], values: [5, 6, 0, 0, 7, 8, 0, 0] });
});

test('max pooling with SAME padding ignores what lies outside', async () => {
  const result = await run(
    [1, 3, 3, 1],
    count(9).map((n) => -n),
    (graph, x) => layers.maxPool(graph, x, { kernel: [2, 2], strides: [2, 2], padding: 'SAME' }),
  );
  assert.deepEqual(result, { shape: [1, 2, 2, 1], values: [-1, -3, -7, -9] });
});

test('bilinear resizing samples where it is told', async () => {
  const resize = (sampling: layers.Sampling) =>
    run([1, 1, 2, 1], [0, 4], (graph, x) => layers.resizeBilinear(graph, x, [1, 4], sampling));
  assert.deepEqual((await resize('asymmetric')).values, [0, 2, 4, 4]);
  assert.deepEqual((await resize('half_pixel')).values, [0, 1, 3, 4]);
  assert.deepEqual(
    (await resize('align_corners')).values.map((value) => Math.round(value * 3)),
    [0, 4, 8, 12],
  );
});

test('a bias per channel is added to a picture in either layout', async () => {
  const bias = () => floats([2], 1, 2);
  const last = await run([1, 1, 2, 2], [0, 0, 10, 10], (graph, x) => layers.combine(graph, 'Add', x, bias()));
  const first = await run([1, 1, 2, 2], [0, 0, 10, 10], (graph, x) => {
    graph.channelsFirst(x);
    return layers.combine(graph, 'Add', x, bias());
  });
  assert.deepEqual(last.values, [1, 2, 11, 12]);
  assert.deepEqual(first.values, [1, 2, 11, 12]);
});

test('half floats are stored as such and become floats in the graph', async () => {
  const halves: Value = {
    shape: [2],
    constant: { type: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xb800) },
  };
  const result = await run([1, 2], [8, 8], (graph, x) => layers.combine(graph, 'Mul', x, halves));
  assert.deepEqual(result.values, [8, -4]);
});

test('RELU6 clips on both sides, and clipping that changes nothing is left out', async () => {
  const result = await run([1, 3], [-1, 3, 9], (graph, x) => layers.activate(graph, x, 'RELU6'));
  assert.deepEqual(result.values, [0, 3, 6]);
  const graph = new Graph('test');
  const x = layers.clip(graph, layers.activate(graph, graph.input('input', [1, 3]), 'RELU'), 'Min', 6);
  assert.equal(layers.clip(graph, x, 'Max', 0), x);
  assert.notEqual(layers.clip(graph, x, 'Max', 1), x);
});

test('an output of another size than promised is refused', () => {
  const graph = new Graph('test');
  const value = graph.input('input', [1, 4]);
  assert.throws(
    () => graph.finish([{ name: 'o', shape: [1, 5], value }]),
    /output o has shape \[1,4\], not \[1,5\]/,
  );
});

const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const list = (...values: string[]) => ({ list: { s: values.map((value) => text(value).s) } });

/** in (1×1×3×1) → fused depthwise convolution to two channels, bias and ReLU → mean over the picture → ×2 */
const network = (op = 'Relu') => ({
  modelTopology: {
    node: [
      {
        name: 'in',
        op: 'Placeholder',
        attr: { shape: { shape: { dim: ['-1', '1', '3', '1'].map((size) => ({ size })) } } },
      },
      { name: 'filter', op: 'Const' },
      { name: 'bias', op: 'Const' },
      {
        name: 'conv',
        op: 'FusedDepthwiseConv2dNative',
        input: ['in', 'filter', 'bias'],
        attr: {
          strides: { list: { i: ['1', '1', '1', '1'] } },
          padding: text('SAME'),
          fused_ops: list('BiasAdd', op),
        },
      },
      { name: 'axes', op: 'Const' },
      { name: 'mean', op: 'Mean', input: ['conv', 'axes'], attr: { keep_dims: { b: false } } },
      { name: 'two', op: 'Const' },
      { name: 'out', op: 'Mul', input: ['mean', 'two'] },
    ],
  },
  weightsManifest: [
    {
      paths: ['w'],
      weights: [
        { name: 'filter', shape: [1, 2, 1, 2], dtype: 'float32' },
        { name: 'bias', shape: [2], dtype: 'float32' },
        { name: 'axes', shape: [2], dtype: 'int32' },
        { name: 'two', shape: [], dtype: 'float32' },
      ],
    },
  ],
});

const weights = () => {
  const bytes = Buffer.alloc(36);
  // Per tap, first for channel 0 (sum of neighbours) and then channel 1 (left minus right).
  [1, 1, 1, -1, 0, -0.5].forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  bytes.writeInt32LE(1, 24);
  bytes.writeInt32LE(2, 28);
  bytes.writeFloatLE(2, 32);
  return bytes;
};

test('a TensorFlow.js graph with fused operations becomes ONNX', async () => {
  const model = readTfjs(JSON.stringify(network()), weights);
  const input = { name: 'input', shape: [1, 1, 3, 1] };
  const bytes = convertTfjs('test', model, input, [{ name: 'output', shape: [1, 2], from: 'out' }]);
  // On 4, 1, 7 with a zero to the right: sums 5, 8, 7 and differences 3, -6, 7 less 0.5, cut at 0.
  const result = await runOnnx(bytes, input.shape, [4, 1, 7]);
  assert.deepEqual(
    result.map((value) => Math.round(value * 1e4) / 1e4),
    [13.3333, 6],
  );
});

test('what the converter does not know is refused by name', () => {
  const input = { name: 'input', shape: [1, 1, 3, 1] };
  const outputs = [{ name: 'output', shape: [1, 2], from: 'out' }];
  const convert = (json: string, given = input) =>
    convertTfjs('test', readTfjs(json, weights), given, outputs);
  assert.throws(() => convert(JSON.stringify(network('Elu'))), /Elu fused into conv is not supported/);
  const other = JSON.stringify(network()).replace('"op":"Mul"', '"op":"Einsum"');
  assert.throws(() => convert(other), /TensorFlow\.js operator Einsum is not supported/);
  assert.throws(
    () => convert(JSON.stringify(network()), { name: 'input', shape: [1, 2, 3, 1] }),
    /the model's input is \[-1,1,3,1\], not \[1,2,3,1\]/,
  );
});
