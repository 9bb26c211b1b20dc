import {
  dataTypes,
  encodeOnnx,
  type Attribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx';
import { stepsOver, type Range } from './steps';
import { permute, resolveShape, elementCount, floatsOf, type Constant } from './tensor';

/**
 * A value while a graph is built. TensorFlow keeps pictures with channels last (NHWC), ONNX's convolutions want
 * channels first (NCHW): a value may exist in either layout or both, and a Transpose is made when one is missing.
 */
export interface Value {
  /** In TensorFlow's order, whatever the layout. */
  shape: readonly number[];
  /** Name of the ONNX value with channels last, which is also the one of values that are no pictures. */
  channelsLast?: string;
  /** Name of the ONNX value with channels first. */
  channelsFirst?: string;
  constant?: Constant;
  /** Lower bound of the elements, where known: then clipping from below can be left out. */
  atLeast?: number;
  /** Between which numbers its elements lie, where it may be stored as bytes. */
  range?: Range;
  /** Name of the ONNX value as bytes at even steps over `range`, channels first. */
  bytes?: string;
}

export const FIRST_FROM_LAST = [0, 3, 1, 2] as const;
const LAST_FROM_FIRST = [0, 2, 3, 1] as const;

/** From so many on half floats are kept: below that a file hardly grows, and every conversion is work when the network is opened. */
const MANY_HALVES = 16384;

/** An ONNX graph under construction. */
export class Graph {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];
  private readonly inputs: OnnxValue[] = [];

  constructor(private readonly name: string) {}

  input(name: string, shape: readonly number[]): Value {
    this.inputs.push({ name, shape });
    return { shape, channelsLast: name };
  }

  /** Adds a node and returns the name of its output. */
  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const output = `${op}_${this.nodes.length}`;
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /**
   * A float constant with its axes reordered and then reshaped as told. Long lists of half floats stay half the size. Short ones and
   * steps become floats here: the runtime would take up to a tenth of a second for that whenever it opens the network, and packed the
   * file is hardly larger.
   */
  weight(constant: Constant, order?: readonly number[], shape?: readonly number[]): string {
    const ordered = order ? permute(constant, order) : constant;
    const { type, data, shape: own } = ordered;
    const finalShape = shape ? resolveShape(shape, data.length) : own;
    if (type !== 'float16' || data.length < MANY_HALVES)
      return this.initializer('float32', finalShape, floatsOf(ordered));
    return this.node('Cast', [this.initializer(type, finalShape, data)], { to: dataTypes.float32 });
  }

  /** A list of whole numbers: what Reshape, Pad and Resize take as inputs. */
  integers(values: readonly number[]): string {
    return this.initializer('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  scalar(value: number): string {
    return this.initializer('float32', [], Float32Array.of(value));
  }

  /** The value as TensorFlow has it. */
  channelsLast(value: Value): string {
    value.channelsLast ??= value.constant
      ? this.weight(value.constant)
      : this.node('Transpose', [value.bytes ? this.channelsFirst(value) : present(value.channelsFirst)], {
          perm: LAST_FROM_FIRST,
        });
    return value.channelsLast;
  }

  /** The value as convolutions want it; only for values of rank 4. */
  channelsFirst(value: Value): string {
    if (value.shape.length !== 4) throw new Error(`shape [${value.shape.join()}] is no picture`);
    value.channelsFirst ??= this.otherwiseFirst(value);
    return value.channelsFirst;
  }

  private otherwiseFirst({ constant, bytes, range, channelsLast }: Value): string {
    if (constant) return this.weight(constant, FIRST_FROM_LAST);
    if (bytes) return this.node('DequantizeLinear', [bytes, ...this.steps(range)]);
    return this.node('Transpose', [present(channelsLast)], { perm: FIRST_FROM_LAST });
  }

  /** The value as bytes; only for values of rank 4 with a range. */
  bytes(value: Value): string {
    value.bytes ??= this.node('QuantizeLinear', [this.channelsFirst(value), ...this.steps(value.range)]);
    return value.bytes;
  }

  /** What bytes over a range mean, as ONNX wants to be told: the length of a step, and the byte of zero. */
  steps(range: Range | undefined): [string, string] {
    const { step, zero } = stepsOver(present(range));
    return [this.scalar(step), this.initializer('uint8', [], Uint8Array.of(zero))];
  }

  /** The finished model. Outputs take the names and shapes given, or keep theirs; a shape may drop axes of size 1. */
  finish(wanted: readonly { name: string; shape?: readonly number[]; value: Value }[]): Uint8Array {
    const outputs = wanted.map(({ shape, ...output }) => ({ ...output, shape: shape ?? output.value.shape }));
    for (const { name, shape, value } of outputs) {
      if (elementCount(shape) !== elementCount(value.shape)) {
        throw new Error(`output ${name} has shape [${value.shape.join()}], not [${shape.join()}]`);
      }
      const inputs = [this.channelsLast(value), this.integers(shape)];
      this.nodes.push({ op: 'Reshape', inputs, output: name, attributes: {} });
    }
    return encodeOnnx({
      name: this.name,
      nodes: this.nodes,
      initializers: this.initializers,
      inputs: this.inputs,
      outputs: outputs.map(({ name, shape }) => ({ name, shape })),
    });
  }

  /** A constant as it is; returns its name. */
  initializer(type: OnnxTensor['type'], shape: readonly number[], data: OnnxTensor['data']): string {
    const name = `constant_${this.initializers.length}`;
    this.initializers.push({ name, type, shape, data });
    return name;
  }
}

function present<T>(form: T | undefined): T {
  if (form === undefined) throw new Error('a value without a layout');
  return form;
}
