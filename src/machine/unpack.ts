import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { openPromise } from 'yauzl';

/** A file that was written: its size and its SHA-256 in hexadecimal digits. */
export interface WrittenFile {
  bytes: number;
  sha256: string;
}

/** No library is larger; an archive that claims more wants to fill the disk. */
const largestFile = 2e9;

/**
 * Takes files of one folder of an archive out of it into a folder; those that it does not have are missing in the result.
 * Only names that are asked for are ever written. Throws what reading a damaged archive throws.
 * @param kind `tar`: gzipped, as npm packs; `zip`: as NuGet does
 */
export async function unpackFrom(
  archive: string,
  kind: 'tar' | 'zip',
  folder: string,
  names: readonly string[],
  into: string,
  signal?: AbortSignal,
): Promise<Map<string, WrittenFile>> {
  const written = new Map<string, WrittenFile>();
  const targetOf = (member: string): string | undefined =>
    names.find((name) => member === `${folder}/${name}`);
  const take = async (name: string, content: Readable): Promise<void> => {
    written.set(name, await writeHashed(content, path.join(into, name), signal));
  };
  await (kind === 'tar' ? eachOfTar : eachOfZip)(archive, targetOf, take);
  return written;
}

/** Copies a file and tells what was copied. */
export function copyHashed(from: string, to: string, signal?: AbortSignal): Promise<WrittenFile> {
  return writeHashed(createReadStream(from, { highWaterMark: 1 << 20 }), to, signal);
}

async function writeHashed(content: Readable, file: string, signal?: AbortSignal): Promise<WrittenFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(bytes > largestFile ? new Error('a file in it does not end') : null, chunk);
    },
  });
  // On the disk before anything says that it is there.
  const target = createWriteStream(file, { mode: 0o755, flush: true });
  await pipeline([content, measure, target], signal ? { signal } : {});
  return { bytes, sha256: hash.digest('hex') };
}

type TargetOf = (member: string) => string | undefined;
type Take = (name: string, content: Readable) => Promise<void>;

async function eachOfZip(archive: string, targetOf: TargetOf, take: Take): Promise<void> {
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const name = targetOf(entry.fileName);
      if (name !== undefined) await take(name, await zip.openReadStreamPromise(entry));
    }
  } finally {
    zip.close();
  }
}

const block = 512;

/** POSIX ustar as npm writes it: a header of 512 bytes, the content, zeros up to the next 512. */
async function eachOfTar(archive: string, targetOf: TargetOf, take: Take): Promise<void> {
  const packed = createReadStream(archive, { highWaterMark: 1 << 20 });
  const bytes = new Pieces(packed.on('error', (error) => gunzip.destroy(error)).pipe(createGunzip()));
  const { gunzip } = bytes;
  try {
    for (;;) {
      const header = Buffer.concat(await toArray(bytes.take(block)));
      if (header.length === 0 || header.every((byte) => byte === 0)) return;
      if (header.length < block || !isHeader(header)) throw new Error('it is damaged');
      const text = (at: number, length: number): string =>
        header.toString('utf8', at, at + length).replace(/\0.*$/s, '');
      const size = parseInt(text(124, 12).trim(), 8);
      const member = [text(345, 155), text(0, 100)].filter((part) => part !== '').join('/');
      // '0' and, in old archives, nothing stand for a plain file.
      const name = /^0?$/.test(text(156, 1)) ? targetOf(member) : undefined;
      if (name !== undefined) await take(name, Readable.from(bytes.take(size)));
      else await skip(bytes.take(size));
      await skip(bytes.take((block - (size % block)) % block));
    }
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}

/** The sum of all bytes of a header, with blanks in place of the sum itself. */
function isHeader(header: Buffer): boolean {
  const told = parseInt(header.toString('latin1', 148, 156), 8);
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return told === sum;
}

/** Hands out a stream in pieces of wanted sizes. */
class Pieces {
  private rest: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(readonly gunzip: ReturnType<typeof createGunzip>) {
    this.chunks = (gunzip as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** So many bytes; fewer only where the stream ends between two files. Throws when it ends within. */
  async *take(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) {
          if (left === count && count === block) return;
          throw new Error('it ends in the middle');
        }
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}

async function skip(pieces: AsyncGenerator<Buffer>): Promise<void> {
  while ((await pieces.next()).done !== true);
}

async function toArray(pieces: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
