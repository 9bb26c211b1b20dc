import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** No read is longer, whatever is asked for. */
const mostBytes = 4 << 20;

/** A file that looks like a Blob to code written for browsers. Bytes are read when they are wanted, and not kept. */
export class FileBlob extends Blob {
  constructor(
    private readonly descriptor: number,
    private readonly from: number,
    private readonly to: number,
  ) {
    super([]);
  }

  // @ts-expect-error TS2611: declared as a field by the types, an accessor in fact.
  override get size(): number {
    return this.to - this.from;
  }

  override slice(start = 0, end = this.size): FileBlob {
    const from = Math.min(this.from + start, this.to);
    return new FileBlob(this.descriptor, from, Math.min(this.from + end, this.to, from + mostBytes));
  }

  /** The bytes, at once. */
  readAll(): ArrayBuffer {
    const bytes = new Uint8Array(this.size);
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(this.descriptor, bytes, filled, bytes.length - filled, this.from + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled === bytes.length ? bytes.buffer : bytes.buffer.slice(0, filled);
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(this.readAll());
  }
}

/** Opens a file as a Blob for the time of `work`. */
export async function withFileBlob<T>(file: string, work: (blob: FileBlob) => Promise<T>): Promise<T> {
  const descriptor = openSync(file, 'r');
  try {
    return await work(new FileBlob(descriptor, 0, fstatSync(descriptor).size));
  } finally {
    closeSync(descriptor);
  }
}

/** What browsers' workers have for reading a Blob at once, and Node has not. */
export class BlobReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer {
    if (blob instanceof FileBlob) return blob.readAll();
    throw new TypeError('only files can be read');
  }
}
