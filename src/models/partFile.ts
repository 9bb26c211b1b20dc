import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Resume } from './httpFile';
import { isRunning } from './runningProcess';

/** What is remembered about a part beside it. */
interface Note {
  link: string;
  validator?: string;
}

/** A download on its way: `NAME.part`, beside it `NAME.part.json` with where it came from. Both outlive the process. */
export class PartFile {
  readonly part: string;
  private readonly noteFile: string;
  private readonly lockFile: string;

  constructor(readonly target: string) {
    this.part = `${target}.part`;
    this.noteFile = `${this.part}.json`;
    this.lockFile = `${this.part}.lock`;
  }

  /** How many bytes are there. */
  async bytes(): Promise<number> {
    return (await stat(this.part).catch(() => undefined))?.size ?? 0;
  }

  /** Where to go on with this link. A validator means nothing to another server; there the hash has to tell. */
  async resume(link: string): Promise<Resume> {
    const start = await this.bytes();
    const note = await this.note();
    return {
      start,
      ...(note?.link === link && note.validator !== undefined && { validator: note.validator }),
    };
  }

  /** Writes a body from a position on; what was there beyond it goes. `onBytes` hears how much is there. */
  async write(body: Readable, start: number, note: Note, onBytes: (bytes: number) => void): Promise<void> {
    await mkdir(path.dirname(this.part), { recursive: true });
    const file = await open(this.part, start === 0 ? 'w' : 'r+');
    try {
      if (start > 0) await file.truncate(start);
      await writeFile(this.noteFile, JSON.stringify(note));
      onBytes(start);
      await copy(body, file, start, onBytes);
    } finally {
      // What has come is there for the next try.
      await file.close();
    }
  }

  /** Puts the finished file under its name, once it is safe on the disk. */
  async publish(): Promise<void> {
    const file = await open(this.part, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(this.part, this.target);
    await rm(this.noteFile, { force: true });
  }

  async discard(): Promise<void> {
    await rm(this.part, { force: true });
    await rm(this.noteFile, { force: true });
  }

  /** Keeps a second process away. False when one is at it already. */
  async lock(): Promise<boolean> {
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await writeFile(this.lockFile, String(process.pid), { flag: 'wx' });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (isRunning(Number(await readFile(this.lockFile, 'utf8').catch(() => '')))) return false;
        // Whoever left it has gone without cleaning up.
        await rm(this.lockFile, { force: true });
      }
    }
    return false;
  }

  async unlock(): Promise<void> {
    await rm(this.lockFile, { force: true });
  }

  private async note(): Promise<Note | undefined> {
    try {
      return JSON.parse(await readFile(this.noteFile, 'utf8')) as Note;
    } catch {
      return undefined;
    }
  }
}

async function copy(
  body: Readable,
  file: FileHandle,
  start: number,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let position = start;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, at, chunk.length - at, position);
      at += bytesWritten;
      position += bytesWritten;
    }
    onBytes(position);
  }
}
