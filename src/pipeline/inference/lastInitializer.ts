import { open, type FileHandle } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';

/** A tensor stored in an ONNX file. */
export interface StoredTensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** A part of the file that holds one protobuf message. */
interface Span {
  from: number;
  to: number;
}

/** Field numbers of onnx.proto (ONNX, Apache-2.0). */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8, raw: 9, location: 14 };
const FLOAT = 1;
const HALF = 10;

/**
 * The last initializer of an ONNX graph: where inswapper keeps its embedding map, though no node reads it. Only tags
 * and that one tensor are read; everything else of the file is stepped over. Float32 and float16 are understood.
 * Throws `model-corrupt` when the file ends early, has no initializer, or stores it in another way.
 */
export async function readLastInitializer(file: string): Promise<StoredTensor> {
  const handle = await open(file, 'r');
  try {
    const reader = new Reader(handle, file, (await handle.stat()).size);
    const graph = await reader.last({ from: 0, to: reader.size }, MODEL_GRAPH);
    const tensor = graph && (await reader.last(graph, GRAPH_INITIALIZER));
    if (!tensor) throw corrupt(file, 'it has no initializer');
    return await readTensor(reader, tensor, file);
  } finally {
    await handle.close();
  }
}

async function readTensor(reader: Reader, span: Span, file: string): Promise<StoredTensor> {
  const shape: number[] = [];
  let [type, name] = [0, ''];
  let values: Buffer | undefined;
  for await (const field of reader.fields(span)) {
    if (field.number === TENSOR.dims && field.span) shape.push(...varints(await reader.bytes(field.span)));
    else if (field.number === TENSOR.dims) shape.push(field.value);
    else if (field.number === TENSOR.type) type = field.value;
    else if (field.number === TENSOR.location && field.value !== 0) {
      throw corrupt(file, 'its embedding map lies in another file');
    } else if (field.span && field.number === TENSOR.name) name = (await reader.bytes(field.span)).toString();
    else if (field.span && (field.number === TENSOR.raw || field.number === TENSOR.floats)) {
      values = await reader.bytes(field.span);
    }
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = type === FLOAT ? 4 : type === HALF ? 2 : 0;
  if (bytes === 0 || values?.length !== count * bytes) {
    throw corrupt(file, 'its last initializer is not a plain tensor of floats');
  }
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    data[i] = bytes === 4 ? values.readFloatLE(i * 4) : halfToFloat(values.readUInt16LE(i * 2));
  }
  return { name, shape, data };
}

/** The value of an IEEE half-precision number. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

interface Field {
  number: number;
  /** Of numbers; 0 for everything else. */
  value: number;
  /** Of messages, strings and bytes. */
  span?: Span;
}

/** Reads tags through a small window that follows the position, so that files of gigabytes cost kilobytes. */
class Reader {
  private window: Buffer = Buffer.alloc(0);
  private windowFrom = 0;
  private at = 0;

  constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
    readonly size: number,
  ) {}

  /** The last field of this number in a message. */
  async last(span: Span, number: number): Promise<Span | undefined> {
    let found: Span | undefined;
    for await (const field of this.fields(span))
      if (field.number === number && field.span) found = field.span;
    return found;
  }

  async *fields({ from, to }: Span): AsyncGenerator<Field> {
    let at = from;
    while (at < to) {
      this.at = at;
      const tag = await this.varint();
      const number = Math.floor(tag / 8);
      const kind = tag % 8;
      let value = 0;
      let span: Span | undefined;
      if (kind === 0) value = await this.varint();
      else if (kind === 1) this.at += 8;
      else if (kind === 5) this.at += 4;
      else if (kind === 2) {
        const length = await this.varint();
        span = { from: this.at, to: this.at + length };
        this.at += length;
      } else throw corrupt(this.file, 'it is not an ONNX file');
      if (this.at > to) throw corrupt(this.file, 'it is cut off');
      at = this.at;
      yield span ? { number, value, span } : { number, value };
    }
  }

  async bytes({ from, to }: Span): Promise<Buffer> {
    const buffer = Buffer.alloc(to - from);
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, from);
    if (bytesRead < buffer.length) throw corrupt(this.file, 'it is cut off');
    return buffer;
  }

  private async varint(): Promise<number> {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = await this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  private async byte(): Promise<number> {
    if (this.at >= this.size) throw corrupt(this.file, 'it is cut off');
    if (this.at < this.windowFrom || this.at >= this.windowFrom + this.window.length) {
      this.window = await this.bytes({ from: this.at, to: Math.min(this.size, this.at + 4096) });
      this.windowFrom = this.at;
    }
    return this.window[this.at++ - this.windowFrom];
  }
}

function varints(bytes: Buffer): number[] {
  const values: number[] = [];
  let [value, factor] = [0, 1];
  for (const byte of bytes) {
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) {
      values.push(value);
      [value, factor] = [0, 1];
    }
  }
  return values;
}

function corrupt(file: string, reason: string): FaceSwapError {
  return new FaceSwapError('model-corrupt', { file, reason });
}
