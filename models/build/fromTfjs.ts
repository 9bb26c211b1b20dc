import type { OutputChoice } from './fromTflite';
import { Graph, type Value } from './graph';
import * as layers from './layers';
import type { OnnxValue } from './onnx';
import { convolveBytes } from './quantised';
import type { Range, Ranges } from './steps';
import { floatsOf, halfToFloat, permute } from './tensor';
import { nodesFor, type TfjsModel, type TfjsNode } from './tfjs';

/**
 * Converts a TensorFlow.js graph model with one input to ONNX. The batch that it leaves open becomes that of `input`.
 * @param ranges given, what convolutions hand to convolutions is bytes: ranges of what has no limits by itself
 */
export function convertTfjs(
  name: string,
  model: TfjsModel,
  input: OnnxValue,
  outputs: readonly (Omit<OutputChoice, 'shape'> & Partial<OutputChoice>)[],
  ranges?: Ranges,
): Uint8Array {
  const graph = new Graph(name);
  const values = new Map<string, Value>();
  const nodes = nodesFor(
    model,
    outputs.map(({ from }) => from),
  );
  for (const node of nodes) {
    const range = ranges && rangeOf(node, ranges);
    const value = convertNode(graph, model, values, node, input, range);
    values.set(node.name, range ? { ...value, range } : value);
  }
  return graph.finish(outputs.map(({ from, ...output }) => ({ ...output, value: values.get(from)! })));
}

function convertNode(
  graph: Graph,
  model: TfjsModel,
  values: ReadonlyMap<string, Value>,
  node: TfjsNode,
  input: OnnxValue,
  range: Range | undefined,
): Value {
  const { op, inputs, attributes } = node;
  const at = (position: number): Value => {
    const value = values.get(inputs[position]);
    if (!value) throw new Error(`${node.name} lacks its input ${position}`);
    return value;
  };
  switch (op) {
    case 'Const': {
      const constant = model.constants.get(node.name);
      if (!constant) throw new Error(`constant ${node.name} is not among the weights`);
      return { shape: constant.shape, constant };
    }
    case 'Placeholder': {
      const declared = attributes.shape?.shape.dim.map(({ size }) => Number(size)) ?? [];
      const fits = declared.length === input.shape.length;
      if (!fits || declared.some((size, axis) => size >= 0 && size !== input.shape[axis])) {
        throw new Error(`the model's input is [${declared.join()}], not [${input.shape.join()}]`);
      }
      return graph.input(input.name, input.shape);
    }
    case 'Identity':
      return at(0);
    case 'Conv2D':
    case '_FusedConv2D':
      if (range && at(0).range) return quantised(graph, node, at, range);
      return fused(graph, node, at, (bias) => convolution(graph, node, at(0), at(1), bias));
    case 'DepthwiseConv2dNative':
    case 'FusedDepthwiseConv2dNative':
      if (range && at(0).range) return quantised(graph, node, at, range);
      return fused(graph, node, at, (bias) => depthwiseConvolution(graph, node, at(0), at(1), bias));
    case 'MatMul':
    case '_FusedMatMul':
      if (attributes.transpose_a?.b || attributes.transpose_b?.b) {
        throw new Error(`${node.name} multiplies transposed matrices, which is not supported`);
      }
      return fused(graph, node, at, (bias) => layers.fullyConnect(graph, at(0), at(1), bias));
    case 'AvgPool': {
      const x = at(0);
      const [, height, width] = attributes.ksize?.list.i.map(Number) ?? [];
      if (height !== x.shape[1] || width !== x.shape[2] || window(node).padding !== 'VALID') {
        throw new Error(`${node.name} takes a mean over parts of the picture, which is not supported`);
      }
      const [n, , , channels] = x.shape;
      return layers.reshape(graph, layers.averageChannels(graph, x), [n, 1, 1, channels]);
    }
    case 'Squeeze': {
      const x = at(0);
      const axes = attributes.squeeze_dims?.list.i?.map(Number) ?? [];
      const gone = (size: number, axis: number) => (axes.length === 0 ? size === 1 : axes.includes(axis));
      return layers.reshape(
        graph,
        x,
        x.shape.filter((size, axis) => !gone(size, axis)),
      );
    }
    case 'Add':
    case 'AddV2':
      return layers.combine(graph, 'Add', at(0), at(1));
    case 'Sub':
    case 'Mul':
      return layers.combine(graph, op, at(0), at(1));
    case 'Minimum':
      return layers.clip(graph, at(0), 'Min', scalar(node, at(1)));
    case 'Maximum':
      return layers.clip(graph, at(0), 'Max', scalar(node, at(1)));
    case 'Relu':
      return layers.activate(graph, at(0), 'RELU');
    case 'Relu6':
      return layers.activate(graph, at(0), 'RELU6');
    case 'Sigmoid':
      return layers.activate(graph, at(0), 'SIGMOID');
    case 'Mean': {
      const axes = integers(node, at(1));
      if (attributes.keep_dims?.b || axes.join() !== '1,2') {
        throw new Error(`${node.name} takes a mean over axes [${axes.join()}], which is not supported`);
      }
      return layers.averageChannels(graph, at(0));
    }
    case 'Softmax':
      return layers.softmax(graph, at(0));
    default:
      throw new Error(`TensorFlow.js operator ${op} is not supported`);
  }
}

type Inputs = (position: number) => Value;

/** Runs a node together with the ones that were fused into it; their operands follow its own two inputs. */
function fused(graph: Graph, node: TfjsNode, at: Inputs, run: (bias?: Value) => Value): Value {
  const steps = fusedSteps(node);
  const bias = steps[0] === 'BiasAdd' ? at(2) : undefined;
  let value = run(bias);
  for (const step of bias ? steps.slice(1) : steps) {
    if (step === 'Relu') value = layers.activate(graph, value, 'RELU');
    else if (step === 'Relu6') value = layers.activate(graph, value, 'RELU6');
    else throw new Error(`${step} fused into ${node.name} is not supported`);
  }
  return value;
}

const fusedSteps = ({ attributes }: TfjsNode) => (attributes.fused_ops?.list.s ?? []).map(fromBase64);

/** The range of what a node makes, which is a limit of its own or among `ranges`; of anything else there is none. */
export function rangeOf(node: TfjsNode, ranges: Ranges): Range | undefined {
  return fusedSteps(node).includes('Relu6') ? [0, 6] : ranges[node.name];
}

/** A convolution in bytes; what is fused to it besides its bias is the range of its result. */
function quantised(graph: Graph, node: TfjsNode, at: Inputs, range: Range): Value {
  const filter = constantOf(node, at(1));
  const [height, width, inputs, outputs] = filter.shape;
  const isDepthwise = node.op.includes('Depthwise');
  const ordered = permute(filter, isDepthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  const shape = isDepthwise ? [inputs * outputs, 1, height, width] : ordered.shape;
  return convolveBytes(graph, at(0), {
    ...window(node),
    kernel: [height, width],
    weights: { ...ordered, shape },
    bias: floatsOf(constantOf(node, at(2))),
    range,
    groups: isDepthwise ? inputs : 1,
  });
}

function convolution(graph: Graph, node: TfjsNode, x: Value, filter: Value, bias?: Value): Value {
  // Height, width, input channels, output channels.
  const [height, width, , channels] = filter.shape;
  return layers.convolve(graph, x, {
    ...window(node),
    kernel: [height, width],
    weights: graph.weight(constantOf(node, filter), [3, 2, 0, 1]),
    bias: bias && graph.weight(constantOf(node, bias)),
    channels,
  });
}

function depthwiseConvolution(graph: Graph, node: TfjsNode, x: Value, filter: Value, bias?: Value): Value {
  // Height, width, input channels, outputs per input channel.
  const [height, width, inputs, multiplier] = filter.shape;
  const channels = inputs * multiplier;
  return layers.convolve(graph, x, {
    ...window(node),
    kernel: [height, width],
    weights: graph.weight(constantOf(node, filter), [2, 3, 0, 1], [channels, 1, height, width]),
    bias: bias && graph.weight(constantOf(node, bias)),
    channels,
    groups: inputs,
  });
}

function window({ name, attributes }: TfjsNode) {
  const padding = fromBase64(attributes.padding?.s ?? '');
  if (padding !== 'SAME' && padding !== 'VALID')
    throw new Error(`${name} has unsupported padding ${padding}`);
  if (attributes.data_format && fromBase64(attributes.data_format.s) !== 'NHWC') {
    throw new Error(`${name} does not keep channels last`);
  }
  const pair = (list: readonly string[] = ['1', '1', '1', '1']) =>
    [Number(list[1]), Number(list[2])] as const;
  return {
    padding,
    strides: pair(attributes.strides?.list.i),
    dilations: pair(attributes.dilations?.list.i),
  } as const;
}

function constantOf(node: TfjsNode, { constant }: Value) {
  if (!constant) throw new Error(`${node.name} wants a constant`);
  return constant;
}

function integers(node: TfjsNode, value: Value): number[] {
  const { type, data } = constantOf(node, value);
  if (type !== 'int32') throw new Error(`${node.name} wants whole numbers`);
  return [...data];
}

function scalar(node: TfjsNode, value: Value): number {
  const constant = constantOf(node, value);
  const { type, data } = constant;
  if (data.length !== 1) throw new Error(`${node.name} wants one number`);
  if (constant.type === 'uint8') return constant.data[0] * constant.scale + constant.min;
  return type === 'float16' ? halfToFloat(data[0]) : data[0];
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
