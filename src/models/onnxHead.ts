import { FaceSwapError } from '../protocol/errors';
import { ProtobufFault, ProtobufReader, type Field } from './protobufReader';

/** An input or output; a free dimension is -1, a tensor of unknown shape has no `dims`. */
export interface OnnxPort {
  name: string;
  /** As in TensorProto.DataType, by name; other types by their number. */
  type: string;
  dims?: number[];
}

/** A constant of the graph. Its numbers stay in the file; `start` and `bytes` say where, when they are stored raw. */
export interface OnnxConstant {
  name: string;
  type: string;
  dims: number[];
  start?: number;
  bytes?: number;
}

/** What an ONNX file says about itself. */
export interface OnnxHead {
  producer: string;
  inputs: OnnxPort[];
  outputs: OnnxPort[];
  nodes: number;
  initializers: number;
  lastInitializer?: OnnxConstant;
}

const typeNames: Partial<Record<number, string>> = {
  1: 'float32',
  6: 'int32',
  7: 'int64',
  10: 'float16',
  11: 'float64',
};

/**
 * Reads inputs, outputs and the place of the last constant; weights and nodes are skipped, so a file of any size takes
 * a few milliseconds. Field numbers are those of onnx/onnx.proto.
 * Throws `model-corrupt` for a file that ends early, `model-wrong` for one that is no ONNX file, `input-missing` and so on.
 */
export async function readOnnxHead(file: string): Promise<OnnxHead> {
  const reader = await ProtobufReader.open(file).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new FaceSwapError('input-missing', { file });
    throw new FaceSwapError('input-unreadable', { file, reason: message });
  });
  try {
    if (reader.size === 0) throw new FaceSwapError('input-empty', { file, wanted: 'model' });
    const head = await readModel(reader);
    if (head) return head;
    throw new FaceSwapError('model-wrong', { file, reason: 'it is not an ONNX file' });
  } catch (error) {
    if (error instanceof ProtobufFault) {
      // What begins with an ONNX file's first field and then ends was one; anything else never was.
      const code = error.truncated && (await beginsLikeOnnx(reader)) ? 'model-corrupt' : 'model-wrong';
      const reason = code === 'model-corrupt' ? error.message : 'it is not an ONNX file';
      throw new FaceSwapError(code, { file, reason });
    }
    if ((error as NodeJS.ErrnoException).code === 'EISDIR')
      throw new FaceSwapError('input-is-directory', { file });
    throw error;
  } finally {
    await reader.close();
  }
}

/** The first field of every ONNX file is its version, a small number. */
async function beginsLikeOnnx(reader: ProtobufReader): Promise<boolean> {
  const first = await reader
    .fields(0, reader.size)
    .next()
    .catch(() => undefined);
  const field = first?.done === false ? first.value : undefined;
  return field?.number === 1 && field.wireType === 0 && field.value > 0 && field.value < 100;
}

async function readModel(reader: ProtobufReader): Promise<OnnxHead | undefined> {
  const head: OnnxHead = { producer: '', inputs: [], outputs: [], nodes: 0, initializers: 0 };
  let hasGraph = false;
  for await (const field of reader.fields(0, reader.size)) {
    if (field.number === 2 && field.wireType === 2) head.producer = await reader.text(field);
    if (field.number !== 7 || field.wireType !== 2) continue;
    hasGraph = true;
    await readGraph(reader, field, head);
  }
  return hasGraph && head.outputs.length > 0 ? head : undefined;
}

async function readGraph(reader: ProtobufReader, graph: Field, head: OnnxHead): Promise<void> {
  const constants = new Set<string>();
  for await (const field of reader.fields(graph.start, graph.end)) {
    if (field.number === 1) head.nodes++;
    if (field.number === 11) head.inputs.push(await readPort(reader, field));
    if (field.number === 12) head.outputs.push(await readPort(reader, field));
    if (field.number !== 5) continue;
    head.lastInitializer = await readConstant(reader, field);
    head.initializers++;
    constants.add(head.lastInitializer.name);
  }
  // Files before version 4 of the format list their constants among the inputs.
  head.inputs = head.inputs.filter(({ name }) => !constants.has(name));
}

async function readConstant(reader: ProtobufReader, tensor: Field): Promise<OnnxConstant> {
  const constant: OnnxConstant = { name: '', type: '', dims: [] };
  for await (const field of reader.fields(tensor.start, tensor.end)) {
    if (field.number === 1) constant.dims.push(...(await reader.numbers(field)));
    if (field.number === 2) constant.type = typeName(field.value);
    if (field.number === 8) constant.name = await reader.text(field);
    if (field.number === 9) Object.assign(constant, { start: field.start, bytes: field.value });
  }
  return constant;
}

async function readPort(reader: ProtobufReader, info: Field): Promise<OnnxPort> {
  const port: OnnxPort = { name: '', type: 'unknown' };
  for await (const field of reader.fields(info.start, info.end)) {
    if (field.number === 1) port.name = await reader.text(field);
    if (field.number !== 2) continue;
    for await (const kind of reader.fields(field.start, field.end)) {
      if (kind.number === 1) await readTensorType(reader, kind, port);
    }
  }
  return port;
}

async function readTensorType(reader: ProtobufReader, tensor: Field, port: OnnxPort): Promise<void> {
  for await (const field of reader.fields(tensor.start, tensor.end)) {
    if (field.number === 1) port.type = typeName(field.value);
    if (field.number !== 2) continue;
    port.dims = [];
    for await (const dim of reader.fields(field.start, field.end)) {
      let size = -1;
      for await (const part of reader.fields(dim.start, dim.end)) if (part.number === 1) size = part.value;
      port.dims.push(size > 0 && size < 2 ** 31 ? size : -1);
    }
  }
}

function typeName(type: number): string {
  return typeNames[type] ?? `type ${type}`;
}
