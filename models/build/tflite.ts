import { Table } from './flatBuffer';
import { constantFromBytes, type Constant } from './tensor';

export interface TfliteTensor {
  name: string;
  shape: readonly number[];
  /** Values, where the file has them: weights, biases, shapes. */
  constant?: Constant;
}

export interface TfliteOperator {
  /** Name of the schema's BuiltinOperator, or of the custom operator. */
  type: string;
  /** Indices of tensors; -1 stands for an optional input that is left out. */
  inputs: readonly number[];
  outputs: readonly number[];
  /** The operator's options; their fields are numbered as in the schema. */
  options?: Table;
  /** Options of a custom operator, as a FlexBuffer. */
  customOptions: Uint8Array;
}

export interface TfliteModel {
  tensors: readonly TfliteTensor[];
  inputs: readonly number[];
  outputs: readonly number[];
  /** In an order in which they can run. */
  operators: readonly TfliteOperator[];
}

/** Numbers of the operators that are converted (tensorflow/lite/schema/schema.fbs, enum BuiltinOperator). */
const operatorNames = new Map([
  [0, 'ADD'],
  [2, 'CONCATENATION'],
  [3, 'CONV_2D'],
  [4, 'DEPTHWISE_CONV_2D'],
  [6, 'DEQUANTIZE'],
  [9, 'FULLY_CONNECTED'],
  [14, 'LOGISTIC'],
  [17, 'MAX_POOL_2D'],
  [18, 'MUL'],
  [19, 'RELU'],
  [22, 'RESHAPE'],
  [23, 'RESIZE_BILINEAR'],
  [34, 'PAD'],
  [40, 'MEAN'],
  [54, 'PRELU'],
]);
const CUSTOM = 32;

/** Numbers of the tensor types whose constants are read (enum TensorType). */
const tensorTypes = new Map<number, Exclude<Constant['type'], 'uint8'>>([
  [0, 'float32'],
  [1, 'float16'],
  [2, 'int32'],
]);

/** Reads a TensorFlow Lite model. Throws a plain Error that says what is wrong with a damaged or unsupported file. */
export function readTflite(bytes: Uint8Array): TfliteModel {
  if (bytes.length < 8 || new TextDecoder().decode(bytes.subarray(4, 8)) !== 'TFL3') {
    throw new Error('not a TensorFlow Lite file: its identifier "TFL3" is missing');
  }
  const model = Table.root(bytes);
  const buffers = model.tables(4).map((buffer) => buffer.bytes(0));
  const codes = model.tables(1).map(operatorName);
  const [graph] = model.tables(2);
  if (!(graph as Table | undefined)) throw new Error('TensorFlow Lite file without a graph');
  return {
    tensors: graph.tables(0).map((tensor) => readTensor(tensor, buffers)),
    inputs: graph.int32s(1),
    outputs: graph.int32s(2),
    operators: graph.tables(3).map((operator) => {
      const options = operator.table(4);
      return {
        type: codes[operator.uint32(0)],
        inputs: operator.int32s(1),
        outputs: operator.int32s(2),
        customOptions: operator.bytes(5),
        ...(options && { options }),
      };
    }),
  };
}

function operatorName(code: Table): string {
  // The one-byte field came first and is kept for old files; newer operators use the wide one.
  const number = Math.max(code.uint8(0), code.int32(3));
  if (number === CUSTOM) return code.string(1);
  return operatorNames.get(number) ?? `builtin operator ${number}`;
}

function readTensor(tensor: Table, buffers: readonly Uint8Array[]): TfliteTensor {
  const name = tensor.string(3);
  const shape = tensor.int32s(0);
  const values = buffers.at(tensor.uint32(2));
  if (!values?.length) return { name, shape };
  const type = tensorTypes.get(tensor.uint8(1));
  if (!type) throw new Error(`constant ${name} has unsupported tensor type ${tensor.uint8(1)}`);
  return { name, shape, constant: constantFromBytes(type, shape, values) };
}
