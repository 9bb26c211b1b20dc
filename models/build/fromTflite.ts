import * as attention from './attention';
import { readFlexMap } from './flexBuffer';
import type { Table } from './flatBuffer';
import { Graph, type Value } from './graph';
import * as layers from './layers';
import type { OnnxValue } from './onnx';
import { permute } from './tensor';
import { readTflite, type TfliteModel, type TfliteOperator } from './tflite';

/** An output of the built model and the name of the value in the original that it takes. */
export interface OutputChoice extends OnnxValue {
  from: string;
}

/** A value that the original leaves to the code around it, made of values that it has. */
export interface DerivedValue {
  of: readonly string[];
  derive(graph: Graph, values: readonly Value[]): Value;
}

/**
 * Converts a TensorFlow Lite model with one input to ONNX.
 * @param derived further values that outputs may be taken from
 */
export function convertTflite(
  name: string,
  bytes: Uint8Array,
  input: OnnxValue,
  outputs: readonly OutputChoice[],
  derived: Readonly<Record<string, DerivedValue | undefined>> = {},
): Uint8Array {
  const model = readTflite(bytes);
  const graph = new Graph(name);
  const values = new Map<number, Value>();
  model.tensors.forEach(({ shape, constant }, i) => {
    if (constant) values.set(i, { shape, constant });
  });
  const [first, ...others] = model.inputs;
  if (others.length > 0 || model.tensors[first].shape.join() !== input.shape.join()) {
    const shapes = model.inputs.map((i) => `[${model.tensors[i].shape.join()}]`);
    throw new Error(`the model's inputs are ${shapes.join(', ')}, not [${input.shape.join()}]`);
  }
  values.set(first, graph.input(input.name, input.shape));
  const needed = outputs.flatMap(({ from }) => derived[from]?.of ?? [from]);
  for (const operator of operatorsFor(model, needed)) {
    const [output] = operator.outputs;
    const value = new Operation(graph, model, values, operator).convert();
    const { shape, name: outputName } = model.tensors[output];
    if (value.shape.join() !== shape.join()) {
      throw new Error(`${outputName} became [${value.shape.join()}] instead of [${shape.join()}]`);
    }
    values.set(output, value);
  }
  const named = (wanted: string): Value => {
    const value = values.get(model.tensors.findIndex((tensor) => tensor.name === wanted));
    if (!value) throw new Error(`the model has no value ${wanted}`);
    return value;
  };
  return graph.finish(
    outputs.map(({ from, ...output }) => {
      const recipe = derived[from];
      return { ...output, value: recipe ? recipe.derive(graph, recipe.of.map(named)) : named(from) };
    }),
  );
}

/** The operators that the values named need. */
function operatorsFor(model: TfliteModel, names: readonly string[]): TfliteOperator[] {
  const needed = new Set(names.map((wanted) => model.tensors.findIndex(({ name }) => name === wanted)));
  const operators = [...model.operators].reverse().filter((operator) => {
    if (!operator.outputs.some((output) => needed.has(output))) return false;
    for (const input of operator.inputs) needed.add(input);
    return true;
  });
  return operators.reverse();
}

const activations: readonly (layers.Activation | undefined)[] = ['NONE', 'RELU', undefined, 'RELU6', 'TANH'];

/** One operator on its way to ONNX. Numbers of option fields are those of the operator's table in the schema. */
class Operation {
  private readonly options: Table | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly model: TfliteModel,
    private readonly values: ReadonlyMap<number, Value>,
    private readonly operator: TfliteOperator,
  ) {
    this.options = operator.options;
  }

  convert(): Value {
    const { graph } = this;
    switch (this.operator.type) {
      case 'DEQUANTIZE':
        // Half floats become floats where they are used.
        return this.input(0);
      case 'CONV_2D':
        return this.convolution();
      case 'DEPTHWISE_CONV_2D':
        return this.depthwiseConvolution();
      case 'MAX_POOL_2D': {
        const window = { ...this.window(), kernel: [this.int(4, 1), this.int(3, 1)] as const };
        return this.activated(layers.maxPool(graph, this.input(0), window), 5);
      }
      case 'ADD':
        return this.activated(layers.combine(graph, 'Add', this.input(0), this.input(1)), 0);
      case 'MUL':
        return this.activated(layers.combine(graph, 'Mul', this.input(0), this.input(1)), 0);
      case 'Landmarks2TransformMatrix':
        return attention.transformAround(graph, this.input(0), this.customOptions());
      case 'TransformTensorBilinear':
        return attention.cropPicture(graph, this.input(0), this.input(1), this.customOptions());
      case 'TransformLandmarks':
        return attention.transformPoints(graph, this.input(0), this.input(1));
      case 'RELU':
        return layers.activate(graph, this.input(0), 'RELU');
      case 'PRELU':
        return layers.prelu(graph, this.input(0), this.input(1));
      case 'LOGISTIC':
        return layers.activate(graph, this.input(0), 'SIGMOID');
      case 'FULLY_CONNECTED':
        return this.fullConnection();
      case 'MEAN':
        return this.mean();
      case 'CONCATENATION': {
        const parts = this.operator.inputs.map((_, position) => this.input(position));
        return this.activated(layers.join(graph, parts, this.int(0, 0)), 1);
      }
      case 'PAD':
        return layers.pad(graph, this.input(0), this.integers(1));
      case 'RESHAPE':
        return layers.reshape(graph, this.input(0), this.outputShape());
      case 'RESIZE_BILINEAR': {
        const sampling = this.flag(2) ? 'align_corners' : this.flag(3) ? 'half_pixel' : 'asymmetric';
        const [, height, width] = this.outputShape();
        return layers.resizeBilinear(graph, this.input(0), [height, width], sampling);
      }
      default:
        throw new Error(`TensorFlow Lite operator ${this.operator.type} is not supported`);
    }
  }

  private convolution(): Value {
    const filter = this.constant(1);
    // Output channels, height, width, input channels.
    const [channels, height, width] = filter.shape;
    const convolved = layers.convolve(this.graph, this.input(0), {
      ...this.window(),
      kernel: [height, width],
      dilations: [this.int(5, 1), this.int(4, 1)],
      weights: this.graph.weight(filter, [0, 3, 1, 2]),
      bias: this.bias(),
      channels,
    });
    return this.activated(convolved, 3);
  }

  private depthwiseConvolution(): Value {
    const filter = this.constant(1);
    // 1, height, width, output channels.
    const [, height, width, channels] = filter.shape;
    const x = this.input(0);
    const convolved = layers.convolve(this.graph, x, {
      ...this.window(),
      kernel: [height, width],
      dilations: [this.int(6, 1), this.int(5, 1)],
      weights: this.graph.weight(filter, [3, 0, 1, 2]),
      bias: this.bias(),
      channels,
      groups: x.shape[3],
    });
    return this.activated(convolved, 4);
  }

  private fullConnection(): Value {
    // Outputs, inputs.
    const weights = permute(this.constant(1), [1, 0]);
    const bias = (this.operator.inputs[2] ?? -1) < 0 ? undefined : this.input(2);
    const connected = { shape: weights.shape, constant: weights };
    return this.activated(layers.fullyConnect(this.graph, this.input(0), connected, bias), 0);
  }

  private mean(): Value {
    const axes = this.integers(1);
    if (this.flag(0) || axes.join() !== '1,2') {
      throw new Error(`a mean over axes [${axes.join()}] is not supported`);
    }
    return layers.averageChannels(this.graph, this.input(0));
  }

  /** The fields that convolutions and pools have in common. */
  private window() {
    return {
      padding: this.int8(0) === 0 ? ('SAME' as const) : ('VALID' as const),
      strides: [this.int(2, 1), this.int(1, 1)] as const,
    };
  }

  private activated(x: Value, field: number): Value {
    const number = this.int8(field);
    const activation = activations[number];
    if (!activation) throw new Error(`activation function ${number} is not supported`);
    return layers.activate(this.graph, x, activation);
  }

  private input(position: number): Value {
    const index = this.operator.inputs[position];
    const value = this.values.get(index);
    if (!value) throw new Error(`${this.operator.type} lacks its input ${position}`);
    return value;
  }

  private constant(position: number) {
    const { constant } = this.input(position);
    if (!constant) throw new Error(`input ${position} of ${this.operator.type} is no constant`);
    return constant;
  }

  private bias(): string | undefined {
    return (this.operator.inputs[2] ?? -1) < 0 ? undefined : this.graph.weight(this.constant(2));
  }

  private integers(position: number): number[] {
    const { type, data } = this.constant(position);
    if (type !== 'int32')
      throw new Error(`input ${position} of ${this.operator.type} is no list of integers`);
    return [...data];
  }

  private customOptions() {
    return readFlexMap(this.operator.customOptions);
  }

  private outputShape(): readonly number[] {
    return this.model.tensors[this.operator.outputs[0]].shape;
  }

  private int(field: number, fallback: number): number {
    return this.options?.int32(field, fallback) ?? fallback;
  }

  private int8(field: number): number {
    return this.options?.uint8(field) ?? 0;
  }

  private flag(field: number): boolean {
    return this.int8(field) !== 0;
  }
}
