import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-node';
import { Graph, type Value } from '../../models/build/graph';
import * as layers from '../../models/build/layers';
import { convolveBytes, signedWeights } from '../../models/build/quantised';
import { stepsOver } from '../../models/build/steps';
import { constantFromSteps, elementCount } from '../../models/build/tensor';

/** Weights of one output channel for each list, as 1 × 1 convolutions have them; 100 is the byte of zero, a step a hundredth. */
const weights = (...channels: number[][]) =>
  constantFromSteps(
    [channels.length, channels[0].length, 1, 1],
    Uint8Array.from(channels.flat(), (weight) => weight + 100),
    { scale: 0.01, min: -1 },
  );
const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;

test('steps cover a range and hit zero', () => {
  const { step, zero } = stepsOver([-10, 30]);
  assert.ok(near(step, Math.fround(40 / 255)));
  assert.equal(zero, 64);
  assert.deepEqual(stepsOver([2, 51]), { step: Math.fround(0.2), zero: 0 }, 'zero belongs to it');
  assert.equal(stepsOver([-51, -2]).zero, 255);
});

test('weights stay what they are where neighbours of one sign can be added in 16 bits', () => {
  const { ints, steps } = signedWeights(weights([100, -90, 28, 100], [-64, -64, 127, 0]), true);
  assert.deepEqual([...ints], [100, -90, 28, 100, -64, -64, 127, 0]);
  assert.ok(steps.every((step) => near(step, 0.01)));
});

test('elsewhere the channel, and no other, gets longer steps, and neighbours fit', () => {
  const heavy = [127, 127, -100, -99];
  const { ints, steps } = signedWeights(weights(heavy, [1, 2, 3, 4]), true);
  assert.deepEqual([...ints.subarray(4)], [1, 2, 3, 4]);
  assert.ok(near(steps[1], 0.01));
  assert.ok((ints[0] + ints[1]) * 255 < 2 ** 15 && (ints[2] + ints[3]) * 255 >= -(2 ** 15));
  heavy.forEach((weight, i) =>
    assert.ok(Math.abs(ints[i] * steps[0] - weight * 0.01) <= steps[0] / 2 + 1e-6),
  );
  // Depthwise convolutions add nothing in 16 bits, but a weight has to be a signed byte.
  assert.deepEqual([...signedWeights(weights(heavy), false).ints], heavy);
  const large = signedWeights(weights([150, 75, 0, 0]), false);
  assert.deepEqual([...large.ints], [127, 64, 0, 0]);
  assert.ok(near(large.steps[0], 1.5 / 127));
});

/** Two convolutions over a small picture, in floats and in bytes; the first clips to 0–6. */
async function run(isQuantised: boolean, picture: Float32Array): Promise<Float32Array> {
  const graph = new Graph('test');
  const window = { kernel: [1, 1], strides: [1, 1], padding: 'SAME' } as const;
  const mixing = weights([90, -40, 10, 5], [-30, 60, 20, -70], [5, 5, 5, 5], [100, 20, -100, 20]);
  const depthwise = constantFromSteps(
    [4, 1, 3, 3],
    Uint8Array.from({ length: 36 }, (_, i) => (i * 37) % 201),
    { scale: 0.01, min: -1 },
  );
  const biases = [Float32Array.of(0.5, -0.25, 1, 0), Float32Array.of(-0.1, 0.2, 0.3, -0.4)];
  const deep = { ...window, kernel: [3, 3], groups: 4 } as const;
  const input = graph.input('input', [1, 8, 8, 4]);
  let x: Value;
  if (isQuantised) {
    const [bias, deepBias] = biases;
    x = convolveBytes(
      graph,
      { ...input, range: [-4, 4] },
      { ...window, weights: mixing, bias, range: [0, 6] },
    );
    x = convolveBytes(graph, x, { ...deep, weights: depthwise, bias: deepBias, range: [-12, 12] });
  } else {
    const [bias, deepBias] = biases.map((data) => graph.weight({ type: 'float32', shape: [4], data }));
    const first = { ...window, weights: graph.weight(mixing), bias, channels: 4 };
    x = layers.activate(graph, layers.convolve(graph, input, first), 'RELU6');
    x = layers.convolve(graph, x, {
      ...deep,
      weights: graph.weight(depthwise),
      bias: deepBias,
      channels: 4,
    });
  }
  const session = await ort.InferenceSession.create(graph.finish([{ name: 'output', value: x }]));
  const { output } = await session.run({ input: new ort.Tensor('float32', picture, [1, 8, 8, 4]) });
  await session.release();
  return output.data as Float32Array;
}

test('convolutions in bytes are those in floats to a few steps', async () => {
  const shape = [1, 8, 8, 4];
  const picture = Float32Array.from({ length: elementCount(shape) }, (_, i) => 4 * Math.sin(i * i));
  const [floats, bytes] = [await run(false, picture), await run(true, picture)];
  const step = stepsOver([-12, 12]).step;
  const differences = floats.map((value, i) => Math.abs(value - bytes[i]));
  assert.ok(Math.max(...floats) > 4 && Math.min(...floats) < -4, 'they are large enough to tell');
  assert.ok(Math.max(...differences) < 2 * step, `${Math.max(...differences)} for a step of ${step}`);
  assert.ok(differences.some((difference) => difference > 0));
});
