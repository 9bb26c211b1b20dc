import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../protocol/errors';

interface Entry {
  size: number;
  mtimeMs: number;
  sha256: string;
}

/**
 * Remembers in a small file which hash a model file had, with its size and time of writing, so that half a gigabyte
 * is not read at every start. The file is a convenience: when it cannot be read or written, hashes are computed again.
 */
export class VerifiedFiles {
  private readonly file: string;
  private entries: Promise<Map<string, Entry>> | undefined;

  constructor(storage: string) {
    this.file = path.join(storage, 'verified.json');
  }

  /** The SHA-256 of a file, computed when it is not known or, with `again`, in any case. */
  async sha256(file: string, options: { again?: boolean; signal?: AbortSignal } = {}): Promise<string> {
    const { size, mtimeMs } = await stat(file);
    const entries = await this.load();
    const known = entries.get(file);
    if (!options.again && known?.size === size && known.mtimeMs === mtimeMs) return known.sha256;
    const sha256 = await hashOf(file, options.signal);
    await this.remember(file, { size, mtimeMs, sha256 });
    return sha256;
  }

  /** Takes over a hash that was computed while the file was made. */
  async learn(file: string, sha256: string): Promise<void> {
    const { size, mtimeMs } = await stat(file);
    await this.remember(file, { size, mtimeMs, sha256 });
  }

  private async remember(file: string, entry: Entry): Promise<void> {
    // Another process may have written since; its entries stay.
    const entries = await (this.entries = this.read());
    entries.set(file, entry);
    const temporary = `${this.file}.${process.pid}`;
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await writeFile(
        temporary,
        `${JSON.stringify({ version: 1, files: Object.fromEntries(entries) }, null, 2)}\n`,
      );
      await rename(temporary, this.file);
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  private load(): Promise<Map<string, Entry>> {
    return (this.entries ??= this.read());
  }

  private async read(): Promise<Map<string, Entry>> {
    try {
      const { version, files } = JSON.parse(await readFile(this.file, 'utf8')) as {
        version: unknown;
        files: Record<string, Entry>;
      };
      return new Map(version === 1 ? Object.entries(files) : []);
    } catch {
      return new Map();
    }
  }
}

/** Reads a file through and gives its SHA-256, or another hash, in hexadecimal digits. */
export async function hashOf(file: string, signal?: AbortSignal, algorithm = 'sha256'): Promise<string> {
  try {
    const opened = await open(file);
    try {
      return await hashOfBytes(opened, createHash(algorithm), signal);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (signal?.aborted) throw new FaceSwapError('cancelled', {}, { cause: error });
    throw new FaceSwapError('input-unreadable', { file, reason: (error as Error).message }, { cause: error });
  }
}

async function hashOfBytes(opened: FileHandle, hash: Hash, signal: AbortSignal | undefined): Promise<string> {
  // The same memory for every piece: to get fresh memory takes nearly as long as to hash what is read into it.
  const piece = Buffer.allocUnsafeSlow(1 << 20);
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await opened.read(piece);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
  }
}
