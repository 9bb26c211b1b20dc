import type { FileHandle } from 'node:fs/promises';

/** A box of an ISO base media file (ISO/IEC 14496-12). */
export interface Box {
  type: string;
  /** Where the box itself, its content, and whatever follows it begin. */
  head: number;
  start: number;
  end: number;
}

/** More than the index of any film. */
const mostBytes = 512 << 20;

/**
 * The movie box of a file with its content, or undefined when it is missing, cut off or no index at all by its size. The movie box is the
 * index: small next to the media.
 */
export async function readMovie(handle: FileHandle): Promise<{ at: number; bytes: Buffer } | undefined> {
  const { size } = await handle.stat();
  const head = Buffer.alloc(16);
  for (let at = 0; at + 8 <= size;) {
    await handle.read(head, 0, 16, at);
    const box = boxAt(head, 0, size - at);
    if (box.end < box.start || at + box.end > size) return undefined;
    if (box.type === 'moov') {
      if (box.end > mostBytes) return undefined;
      const bytes = Buffer.alloc(box.end - box.start);
      await handle.read(bytes, 0, bytes.length, at + box.start);
      return { at: at + box.start, bytes };
    }
    at += box.end;
  }
  return undefined;
}

/** The tracks of a movie, whatever they hold. */
export function tracks(movie: Buffer): Box[] {
  return children(movie, 0, movie.length, 'trak');
}

/** The first video track's content. */
export function videoTrack(movie: Buffer): Box | undefined {
  return tracks(movie).find((track) => {
    const handler = descend(movie, track, 'mdia', 'hdlr');
    return handler && movie.toString('latin1', handler.start + 8, handler.start + 12) === 'vide';
  });
}

/** The first box at a path below another one. */
export function descend(bytes: Buffer, from: Box, ...path: string[]): Box | undefined {
  let box: Box | undefined = from;
  for (const type of path) box = box && children(bytes, box.start, box.end, type).at(0);
  return box;
}

function children(bytes: Buffer, start: number, end: number, type: string): Box[] {
  const found: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    const box = boxAt(bytes, at, end - at);
    // What is broken has no more children than those before it.
    if (box.end < box.start || box.end > end) break;
    if (box.type === type) found.push(box);
    at = box.end;
  }
  return found;
}

function boxAt(bytes: Buffer, at: number, room: number): Box {
  const size = bytes.readUInt32BE(at);
  const type = bytes.toString('latin1', at + 4, at + 8);
  if (size === 1 && room >= 16) {
    return { type, head: at, start: at + 16, end: at + Number(bytes.readBigUInt64BE(at + 8)) };
  }
  return { type, head: at, start: at + 8, end: at + (size < 8 ? room : size) };
}

/** A new box around its content. */
export function box(type: string, ...content: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  const size = content.reduce((sum, part) => sum + part.length, 8);
  head.writeUInt32BE(size);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content], size);
}

/** 32-bit numbers, the stuff that most boxes are made of. */
export function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, n) => bytes.writeUInt32BE(number >>> 0, n * 4));
  return bytes;
}
