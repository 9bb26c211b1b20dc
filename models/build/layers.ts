import { FIRST_FROM_LAST, type Graph, type Value } from './graph';
import { slide, type PaddingRule } from './padding';
import { elementCount, floatsOf, resolveShape } from './tensor';

/** Height, then width. */
export type Pair = readonly [number, number];

export interface Window {
  kernel: Pair;
  strides: Pair;
  dilations?: Pair;
  padding: PaddingRule;
}

const activations = { NONE: undefined, RELU: 'Relu', SIGMOID: 'Sigmoid', TANH: 'Tanh' } as const;
export type Activation = keyof typeof activations | 'RELU6';

export function activate(graph: Graph, x: Value, activation: Activation): Value {
  if (activation === 'RELU6') {
    // One node: the runtime makes a part of the convolution before of it.
    const limits = [graph.scalar(0), graph.scalar(6)];
    return { ...elementwise(graph, x, (name) => graph.node('Clip', [name, ...limits])), atLeast: 0 };
  }
  const op = activations[activation];
  if (!op) return x;
  const y = elementwise(graph, x, (name) => graph.node(op, [name]));
  return op === 'Relu' ? { ...y, atLeast: 0 } : y;
}

/** Clips from below (`Max`) or above (`Min`); left out where it is known to change nothing. */
export function clip(graph: Graph, x: Value, op: 'Min' | 'Max', limit: number): Value {
  if (op === 'Max' && x.atLeast !== undefined && x.atLeast >= limit) return x;
  const y = elementwise(graph, x, (name) =>
    graph.node('Clip', op === 'Max' ? [name, graph.scalar(limit)] : [name, '', graph.scalar(limit)]),
  );
  if (op === 'Max') return { ...y, atLeast: limit };
  return x.atLeast === undefined ? y : { ...y, atLeast: Math.min(x.atLeast, limit) };
}

/** Applies a node that treats all elements alike in the layout that the value already has. */
function elementwise(graph: Graph, x: Value, apply: (name: string) => string): Value {
  return x.channelsFirst
    ? { shape: x.shape, channelsFirst: apply(x.channelsFirst) }
    : { shape: x.shape, channelsLast: apply(graph.channelsLast(x)) };
}

/**
 * @param weights name of the weights as ONNX wants them: output channels, input channels per group, height, width.
 * @param groups 1, or the number of input channels for a depthwise convolution.
 */
export function convolve(
  graph: Graph,
  x: Value,
  options: Window & { weights: string; bias?: string | undefined; channels: number; groups?: number },
): Value {
  const { kernel, strides, dilations = [1, 1], weights, bias, channels, groups = 1 } = options;
  const { pads, height, width } = cover(x, options);
  const inputs = [graph.channelsFirst(x), weights, ...(bias ? [bias] : [])];
  const attributes = { kernel_shape: kernel, strides, dilations, pads, group: groups };
  return {
    shape: [x.shape[0], height, width, channels],
    channelsFirst: graph.node('Conv', inputs, attributes),
  };
}

export function maxPool(graph: Graph, x: Value, window: Window): Value {
  const { pads, height, width } = cover(x, window);
  const attributes = { kernel_shape: window.kernel, strides: window.strides, pads };
  return {
    shape: [x.shape[0], height, width, x.shape[3]],
    channelsFirst: graph.node('MaxPool', [graph.channelsFirst(x)], attributes),
  };
}

/** How a window covers a picture: zeros before and after both axes, and the size of the result. */
export function cover(x: Value, { kernel, strides, dilations = [1, 1], padding }: Window) {
  const rows = slide(x.shape[1], kernel[0], strides[0], dilations[0], padding);
  const columns = slide(x.shape[2], kernel[1], strides[1], dilations[1], padding);
  const pads = [rows.before, columns.before, rows.after, columns.after];
  return { pads, height: rows.length, width: columns.length };
}

/** Adds, subtracts or multiplies with numpy's broadcasting. */
export function combine(graph: Graph, op: 'Add' | 'Sub' | 'Mul', a: Value, b: Value): Value {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = (value: Value) => [...Array<number>(rank - value.shape.length).fill(1), ...value.shape];
  const [left, right] = [padded(a), padded(b)];
  const shape = left.map((size, axis) => (size === 1 ? right[axis] : size));
  if (shape.some((size, axis) => right[axis] !== 1 && right[axis] !== size)) {
    throw new Error(`shapes [${a.shape.join()}] and [${b.shape.join()}] do not fit each other`);
  }
  if (rank === 4 && [a, b].some(({ channelsFirst, bytes }) => channelsFirst ?? bytes)) {
    const inputs = [pictureOperand(graph, a, left), pictureOperand(graph, b, right)];
    return { shape, channelsFirst: graph.node(op, inputs) };
  }
  return { shape, channelsLast: graph.node(op, [graph.channelsLast(a), graph.channelsLast(b)]) };
}

/** A constant with fewer axes than a picture (one number per channel, mostly) gets the missing ones first. */
function pictureOperand(graph: Graph, value: Value, shape: readonly number[]): string {
  if (!value.constant) return graph.channelsFirst(value);
  return graph.weight({ ...value.constant, shape }, FIRST_FROM_LAST);
}

/**
 * x where positive, slope × x elsewhere; one slope per channel. Written as x + (1 − slope) × max(−x, 0) with convolutions that
 * multiply: these the runtime works out where the values lie, in blocks of channels. For anything else with a number per channel it
 * takes the blocks apart and puts them together again, and PRelu itself it works out number by number.
 */
export function prelu(graph: Graph, x: Value, slope: Value): Value {
  const channels = x.shape[3];
  if (!slope.constant || elementCount(slope.shape) !== channels) {
    throw new Error(`slopes of shape [${slope.shape.join()}] are not one for each of ${channels} channels`);
  }
  const slopes = floatsOf(slope.constant);
  const whole = graph.channelsFirst(x);
  const below = graph.node('Relu', [multiply(graph, whole, new Float32Array(channels).fill(-1))]);
  const excess = multiply(
    graph,
    below,
    slopes.map((one) => 1 - one),
  );
  return { shape: x.shape, channelsFirst: graph.node('Add', [excess, whole]) };
}

/** Multiplies each channel by its factor. */
function multiply(graph: Graph, channelsFirst: string, factors: Float32Array): string {
  const channels = factors.length;
  const weights = graph.weight({ type: 'float32', shape: [channels, 1, 1, 1], data: factors });
  return graph.node('Conv', [channelsFirst, weights], { kernel_shape: [1, 1], group: channels });
}

/** @param amounts zeros before and after each axis: n, n, h, h, w, w, c, c. */
export function pad(graph: Graph, x: Value, amounts: readonly number[]): Value {
  if (amounts.length !== 8) throw new Error(`padding [${amounts.join()}] is not for a picture`);
  const moreChannels = amounts[7];
  const isAllThereIs = amounts.every((amount, i) => i === 7 || amount === 0);
  if (isAllThereIs && moreChannels >= x.shape[3]) return addChannels(graph, x, moreChannels);
  const before = FIRST_FROM_LAST.map((axis) => amounts[2 * axis]);
  const after = FIRST_FROM_LAST.map((axis) => amounts[2 * axis + 1]);
  const inputs = [graph.channelsFirst(x), graph.integers([...before, ...after])];
  return {
    shape: x.shape.map((size, axis) => size + amounts[2 * axis] + amounts[2 * axis + 1]),
    channelsFirst: graph.node('Pad', inputs, { mode: 'constant' }),
  };
}

/**
 * Channels of zeros behind those that there are, by a convolution that copies: with Pad the runtime would take the blocks apart in
 * which it keeps channels, here and in everything that is added later. Among many channels that is the cheaper way after all.
 */
function addChannels(graph: Graph, x: Value, count: number): Value {
  const [n, height, width, channels] = x.shape;
  const copied = new Float32Array((channels + count) * channels);
  for (let channel = 0; channel < channels; channel++) copied[channel * (channels + 1)] = 1;
  const shape = [channels + count, channels, 1, 1];
  const weights = graph.weight({ type: 'float32', shape, data: copied });
  return {
    shape: [n, height, width, channels + count],
    channelsFirst: graph.node('Conv', [graph.channelsFirst(x), weights], { kernel_shape: [1, 1] }),
  };
}

/** Where the samples of a resized picture lie; the names are ONNX's. */
export type Sampling = 'asymmetric' | 'half_pixel' | 'align_corners';

export function resizeBilinear(graph: Graph, x: Value, [height, width]: Pair, sampling: Sampling): Value {
  const [n, , , channels] = x.shape;
  const inputs = [graph.channelsFirst(x), '', '', graph.integers([n, channels, height, width])];
  return {
    shape: [n, height, width, channels],
    channelsFirst: graph.node('Resize', inputs, { mode: 'linear', coordinate_transformation_mode: sampling }),
  };
}

export function reshape(graph: Graph, x: Value, to: readonly number[]): Value {
  const shape = resolveShape(to, elementCount(x.shape));
  return { shape, channelsLast: graph.node('Reshape', [graph.channelsLast(x), graph.integers(shape)]) };
}

/** Values one behind the other along an axis in TensorFlow's order. */
export function join(graph: Graph, parts: readonly Value[], axis: number): Value {
  const lengths = parts.map(({ shape }) => shape[axis]);
  const shape = parts[0].shape.map((size, i) => (i === axis ? lengths.reduce((a, b) => a + b) : size));
  const names = parts.map((part) => graph.channelsLast(part));
  return { shape, channelsLast: graph.node('Concat', names, { axis }) };
}

/** Mean of each channel over the whole picture. */
export function averageChannels(graph: Graph, x: Value): Value {
  const [n, , , channels] = x.shape;
  const mean = graph.node('GlobalAveragePool', [graph.channelsFirst(x)]);
  const shape = [n, channels];
  return { shape, channelsLast: graph.node('Reshape', [mean, graph.integers(shape)]) };
}

/** @param weights inputs × outputs. */
export function fullyConnect(graph: Graph, x: Value, weights: Value, bias?: Value): Value {
  const inputs = [x, weights, ...(bias ? [bias] : [])].map((value) => graph.channelsLast(value));
  return { shape: [x.shape[0], weights.shape[1]], channelsLast: graph.node('Gemm', inputs) };
}

export function softmax(graph: Graph, x: Value): Value {
  return { shape: x.shape, channelsLast: graph.node('Softmax', [graph.channelsLast(x)], { axis: -1 }) };
}
