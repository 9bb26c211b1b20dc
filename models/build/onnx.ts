import { Message } from './protobuf';

/** An attribute of a node: an integer, integers, a string or a float. */
export type Attribute = number | readonly number[] | string | { float: number };

export interface OnnxNode {
  op: string;
  /** An empty name stands for an optional input that is left out. */
  inputs: readonly string[];
  output: string;
  attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  name: string;
  type: 'float32' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8';
  shape: readonly number[];
  data: Float32Array | Uint16Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;
}

/** An input or output, float32 unless said otherwise; a negative size leaves the dimension open. */
export interface OnnxValue {
  name: string;
  shape: readonly number[];
  type?: keyof typeof dataTypes;
}

export interface OnnxGraph {
  name: string;
  nodes: readonly OnnxNode[];
  initializers: readonly OnnxTensor[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
}

/** Numbers of TensorProto.DataType. */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
  float64: 11,
} as const;
/** Operators as of ONNX 1.12, which every onnxruntime since 1.12 runs. */
const OPSET = 17;
const IR_VERSION = 8;

/** Serialises a graph as ONNX. Field numbers are those of onnx/onnx.proto; equal graphs give equal bytes. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const message = new Message();
  for (const node of graph.nodes) message.message(1, encodeNode(node));
  message.string(2, graph.name);
  for (const tensor of graph.initializers) message.message(5, encodeTensor(tensor));
  for (const input of graph.inputs) message.message(11, encodeValue(input));
  for (const output of graph.outputs) message.message(12, encodeValue(output));
  return new Message()
    .int(1, IR_VERSION)
    .string(2, 'face-swap')
    .message(7, message)
    .message(8, new Message().string(1, '').int(2, OPSET))
    .finish();
}

function encodeNode({ op, inputs, output, attributes }: OnnxNode): Message {
  const message = new Message();
  for (const input of inputs) message.string(1, input);
  message.string(2, output).string(3, output).string(4, op);
  for (const [name, value] of Object.entries(attributes)) message.message(5, encodeAttribute(name, value));
  return message;
}

function encodeAttribute(name: string, value: Attribute): Message {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, 2);
  if (typeof value === 'string') return message.string(4, value).int(20, 3);
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  for (const item of value) message.int(8, item);
  return message.int(20, 7);
}

function encodeTensor({ name, type, shape, data }: OnnxTensor): Message {
  const message = new Message();
  for (const size of shape) message.int(1, size);
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message.int(2, dataTypes[type]).string(8, name).bytes(9, raw);
}

function encodeValue({ name, shape, type = 'float32' }: OnnxValue): Message {
  const dimensions = new Message();
  for (const size of shape) {
    dimensions.message(1, size < 0 ? new Message().string(2, '?') : new Message().int(1, size));
  }
  const tensor = new Message().int(1, dataTypes[type]).message(2, dimensions);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}
