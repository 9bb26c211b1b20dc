import { open, type FileHandle } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';

/** Pieces of bytes one after the other in a file, each with its length before it. */
export class RecordWriter {
  bytes = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
  ) {}

  static async open(file: string): Promise<RecordWriter> {
    return new RecordWriter(await open(file, 'w', 0o600), file);
  }

  /** Throws `disk-full`. */
  async write(record: Buffer): Promise<void> {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(record.length);
    try {
      await this.handle.appendFile(Buffer.concat([length, record]));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
      throw new FaceSwapError('disk-full', { file: this.file }, { cause });
    }
    this.bytes += 4 + record.length;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Reads them back in order. */
export class RecordReader {
  private constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
  ) {}

  static async open(file: string): Promise<RecordReader> {
    return new RecordReader(await open(file, 'r'), file);
  }

  /** Throws `internal` when there is no further record. */
  async read(): Promise<Buffer> {
    const length = await this.take(4);
    return this.take(length.readUInt32LE());
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async take(length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(bytes, filled, length - filled);
      if (bytesRead === 0) throw new FaceSwapError('internal', { reason: `${this.file} ends early` });
      filled += bytesRead;
    }
    return bytes;
  }
}
