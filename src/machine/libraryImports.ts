import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A native library that ends in the middle or is none at all. */
export class DamagedLibrary extends Error {}

/** Longest name of a library that is believed. */
const longestName = 255;

/**
 * The libraries that a native library wants to be there when it is loaded, by name: the NEEDED entries of an ELF file, the
 * imports of a PE file. Only headers and tables are read, so a file of any size takes a moment. Throws `DamagedLibrary`, or
 * what opening the file throws.
 */
export function readImports(file: string): string[] {
  const bytes = new FileBytes(file);
  try {
    if (!bytes.isFile) throw new DamagedLibrary('it is no file');
    const magic = bytes.at(0, 4);
    if (magic.equals(Buffer.from('\u007fELF', 'latin1'))) return elfImports(bytes);
    if (magic.toString('latin1', 0, 2) === 'MZ') return peImports(bytes);
    throw new DamagedLibrary('it is no native library');
  } finally {
    bytes.close();
  }
}

/** Reads small pieces anywhere in a file. */
class FileBytes {
  private readonly handle: number;
  readonly size: number;
  readonly isFile: boolean;

  constructor(file: string) {
    this.handle = openSync(file, 'r');
    const stat = fstatSync(this.handle);
    [this.size, this.isFile] = [stat.size, stat.isFile()];
  }

  at(position: number, length: number): Buffer {
    if (position < 0 || length < 0 || position + length > this.size)
      throw new DamagedLibrary('it ends in the middle');
    const piece = Buffer.alloc(length);
    readSync(this.handle, piece, 0, length, position);
    return piece;
  }

  /** Text up to a zero. */
  name(position: number): string {
    const piece = this.at(position, Math.min(longestName + 1, this.size - position));
    const end = piece.indexOf(0);
    if (end < 0) throw new DamagedLibrary('it holds a name without an end');
    return piece.toString('latin1', 0, end);
  }

  close(): void {
    closeSync(this.handle);
  }
}

/** Where in the file what is loaded at an address lies. */
interface Piece {
  address: number;
  size: number;
  offset: number;
}

function offsetOf(pieces: readonly Piece[], address: number): number {
  const piece = pieces.find((one) => address >= one.address && address < one.address + one.size);
  if (!piece) throw new DamagedLibrary('one of its tables lies outside of it');
  return piece.offset + address - piece.address;
}

/** 64-bit little-endian ELF (System V ABI, chapters 4 and 5). */
function elfImports(bytes: FileBytes): string[] {
  const header = bytes.at(0, 64);
  if (header[4] !== 2 || header[5] !== 1) throw new DamagedLibrary('it is for another processor');
  const [entrySize, entries] = [header.readUInt16LE(54), header.readUInt16LE(56)];
  const table = bytes.at(Number(header.readBigUInt64LE(32)), entrySize * entries);
  const field = (entry: number, at: number) => Number(table.readBigUInt64LE(entry * entrySize + at));
  const indices = [...Array(entries).keys()];
  const typeOf = (entry: number) => table.readUInt32LE(entry * entrySize);
  const loaded = indices
    .filter((entry) => typeOf(entry) === 1)
    .map((entry): Piece => ({ offset: field(entry, 8), address: field(entry, 16), size: field(entry, 32) }));
  for (const { offset, size } of loaded)
    if (offset + size > bytes.size) throw new DamagedLibrary('it ends in the middle');
  const dynamic = indices.find((entry) => typeOf(entry) === 2);
  if (dynamic === undefined) return [];
  const tags = bytes.at(field(dynamic, 8), field(dynamic, 32));
  const needed: number[] = [];
  let names = 0;
  for (let at = 0; at + 16 <= tags.length; at += 16) {
    const [tag, value] = [Number(tags.readBigInt64LE(at)), Number(tags.readBigUInt64LE(at + 8))];
    if (tag === 0) break;
    if (tag === 1) needed.push(value);
    if (tag === 5) names = value;
  }
  return needed.map((name) => bytes.name(offsetOf(loaded, names) + name));
}

/** 64-bit PE ("PE Format" of Microsoft, sections 2 to 5.4). */
function peImports(bytes: FileBytes): string[] {
  const start = bytes.at(60, 4).readUInt32LE(0);
  const header = bytes.at(start, 24);
  if (header.toString('latin1', 0, 4) !== 'PE\0\0') throw new DamagedLibrary('it is no native library');
  const optional = bytes.at(start + 24, header.readUInt16LE(20));
  if (optional.length < 128 || optional.readUInt16LE(0) !== 0x20b)
    throw new DamagedLibrary('it is for another processor');
  const sectionCount = header.readUInt16LE(6);
  const sections = bytes.at(start + 24 + optional.length, 40 * sectionCount);
  const loaded = [...Array(sectionCount).keys()].map((section): Piece => {
    const at = 40 * section;
    return {
      address: sections.readUInt32LE(at + 12),
      size: sections.readUInt32LE(at + 16),
      offset: sections.readUInt32LE(at + 20),
    };
  });
  for (const { offset, size } of loaded)
    if (offset + size > bytes.size) throw new DamagedLibrary('it ends in the middle');
  const directory = optional.readUInt32LE(120);
  if (directory === 0) return [];
  const imports: string[] = [];
  for (let at = offsetOf(loaded, directory); ; at += 20) {
    const name = bytes.at(at, 20).readUInt32LE(12);
    if (name === 0) return imports;
    imports.push(bytes.name(offsetOf(loaded, name)));
  }
}
