import type { Graph, Value } from './graph';
import { cover, type Window } from './layers';
import { stepsOver, type Range } from './steps';
import { elementCount, type Constant } from './tensor';

/** The largest sum of products of two weights of one sign with bytes that 16 bits hold is 255 × 128. */
const PAIR_LIMIT = 128;
const INT8_LIMIT = 127;

/**
 * A convolution of bytes by bytes, whose sums are exact. Its activation is the range of its result, which clips.
 * @param weights steps, in the order of ONNX: output channels, input channels per group, height, width
 */
export function convolveBytes(
  graph: Graph,
  x: Value,
  options: Window & { weights: Constant; bias: Float32Array; range: Range; groups?: number },
): Value {
  const { kernel, strides, weights, bias, range, groups = 1 } = options;
  const { pads, height, width } = cover(x, options);
  const { ints, steps } = signedWeights(weights, groups === 1);
  const channels = steps.length;
  const input = stepsOver(x.range!).step;
  const sums = Int32Array.from(bias, (value, channel) => Math.round(value / (input * steps[channel])));
  const inputs = [
    graph.bytes(x),
    ...graph.steps(x.range),
    graph.initializer('int8', weights.shape, ints),
    graph.initializer('float32', [channels], steps),
    graph.initializer('int8', [channels], new Int8Array(channels)),
    ...graph.steps(range),
    graph.initializer('int32', [channels], sums),
  ];
  const attributes = { kernel_shape: kernel, strides, pads, group: groups };
  return {
    shape: [x.shape[0], height, width, channels],
    range,
    bytes: graph.node('QLinearConv', inputs, attributes),
  };
}

/**
 * Weights as signed bytes around zero, with a step for each output channel. The steps that the package has are kept wherever they
 * fit, which is nearly everywhere, so that the weights are the very same.
 * @param paired whether products are added in pairs of neighbours, which processors without VNNI do in 16 bits, where they clip:
 * a channel whose neighbours could make that happen gets longer steps
 */
export function signedWeights(weights: Constant, paired: boolean): { ints: Int8Array; steps: Float32Array } {
  if (weights.type !== 'uint8') throw new Error('weights without steps');
  const { data, scale, min, shape } = weights;
  const zero = Math.round(-min / scale);
  const [channels] = shape;
  const size = elementCount(shape) / channels;
  const ints = new Int8Array(data.length);
  const steps = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const own = Array.from(data.subarray(channel * size, (channel + 1) * size), (byte) => byte - zero);
    const pair = paired ? largestPair(own) : 0;
    // Two weights may both be rounded up by a half.
    const forPairs = pair > PAIR_LIMIT ? pair / (PAIR_LIMIT - 1) : 1;
    const factor = Math.max(forPairs, ...own.map((weight) => Math.abs(weight) / INT8_LIMIT));
    steps[channel] = scale * factor;
    const scaled = own.map((weight) => Math.round(weight / factor));
    ints.set(scaled, channel * size);
  }
  return { ints, steps };
}

/** The largest sum of two neighbours of one sign, as processors pair them: first and second, third and fourth. */
function largestPair(weights: readonly number[]): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i += 2) {
    const pair = weights.slice(i, i + 2);
    for (const sign of [1, -1]) {
      largest = Math.max(
        largest,
        pair.reduce((sum, weight) => sum + Math.max(0, sign * weight), 0),
      );
    }
  }
  return largest;
}
