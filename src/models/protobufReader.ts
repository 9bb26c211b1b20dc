import { open, type FileHandle } from 'node:fs/promises';

/** Enough for the head of a message; what lies between two heads is skipped, not read. */
const windowBytes = 1 << 14;
/** A text or a shape longer than this is not one; refusing it keeps a hostile file from filling the memory. */
const longestValue = 1 << 20;

/** The file is not what its own lengths say. `truncated`: it ends before one of them does. */
export class ProtobufFault extends Error {
  constructor(
    message: string,
    readonly truncated: boolean,
  ) {
    super(message);
  }
}

/** One field of a message. For messages, texts and bytes `value` is their length, and they begin at `start`. */
export interface Field {
  number: number;
  wireType: number;
  value: number;
  start: number;
  /** Where the next field begins. */
  end: number;
}

/** Reads a protobuf file (https://protobuf.dev/programming-guides/encoding/) field by field, and only what is asked for. */
export class ProtobufReader {
  private readonly window = Buffer.alloc(windowBytes);
  private from = 0;
  private filled = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  static async open(path: string): Promise<ProtobufReader> {
    const file = await open(path, 'r');
    try {
      return new ProtobufReader(file, (await file.stat()).size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** The fields of the message that lies between two positions. */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let position = start; position < end;) {
      const field = await this.field(position);
      if (field.end > end) {
        const truncated = field.end > this.size;
        throw new ProtobufFault(truncated ? 'it ends in the middle' : 'its parts overlap', truncated);
      }
      yield field;
      position = field.end;
    }
  }

  async text(field: Field): Promise<string> {
    return (await this.bytes(field)).toString('utf8');
  }

  /** A repeated number is stored one by one or packed into one field. */
  async numbers(field: Field): Promise<number[]> {
    if (field.wireType === 0) return [field.value];
    const bytes = await this.bytes(field);
    const values: number[] = [];
    for (let at = 0; at < bytes.length;) {
      const [value, length] = varint(bytes, at);
      values.push(value);
      at += length;
    }
    return values;
  }

  async bytes({ start, value }: Field): Promise<Buffer> {
    if (value > longestValue) throw new ProtobufFault('it holds a name of impossible length', false);
    const bytes = Buffer.alloc(value);
    const { bytesRead } = await this.file.read(bytes, 0, value, start);
    if (bytesRead < value) throw new ProtobufFault('it ends in the middle', true);
    return bytes;
  }

  private async field(position: number): Promise<Field> {
    await this.fill(position);
    const [tag, tagLength] = varint(this.window.subarray(0, this.filled), position - this.from);
    const after = position + tagLength;
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    const fixed = wireType === 1 ? 8 : wireType === 5 ? 4 : undefined;
    if (number === 0 || (fixed === undefined && wireType !== 0 && wireType !== 2)) {
      throw new ProtobufFault('it is not an ONNX file', false);
    }
    if (fixed !== undefined) return { number, wireType, value: fixed, start: after, end: after + fixed };
    const [value, length] = varint(this.window.subarray(0, this.filled), after - this.from);
    const start = after + length;
    return { number, wireType, value, start, end: wireType === 2 ? start + value : start };
  }

  /** Brings the two varints at the head of a field into the window. */
  private async fill(position: number): Promise<void> {
    const enough = Math.min(position + 20, this.size);
    if (position >= this.from && enough <= this.from + this.filled) return;
    const { bytesRead } = await this.file.read(this.window, 0, windowBytes, position);
    this.from = position;
    this.filled = bytesRead;
  }
}

/** A number and how many bytes it takes. Beyond 2⁵³, where only negative numbers lie, it is not exact. */
function varint(bytes: Uint8Array, at: number): [value: number, length: number] {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    if (at + i >= bytes.length) throw new ProtobufFault('it ends in the middle', true);
    const byte = bytes[at + i];
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return [value, i + 1];
  }
  throw new ProtobufFault('it is not an ONNX file', false);
}
