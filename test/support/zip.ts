import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** Unpacks a zip file (a .vsix is one) with the modes stored in it; the tests' machine need not have `unzip`. No zip64. */
export function unzip(archive: string, into: string): void {
  const zip = readFileSync(archive);
  let end = zip.length - 22;
  while (zip.readUInt32LE(end) !== endOfDirectory) end--;
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry++) {
    if (zip.readUInt32LE(at) !== directoryEntry) throw new Error(`${archive} is damaged`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      zip.readUInt16LE(at + offset),
    ) as [number, number, number];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const mode = zip.readUInt32LE(at + 38) >>> 16;
    if (!name.endsWith('/')) writeEntry(path.join(into, name), content(zip, at), mode);
    at += 46 + nameLength + extraLength + commentLength;
  }
}

/** Bytes of the file that the directory entry at `at` describes. */
function content(zip: Buffer, at: number): Buffer {
  const packedSize = zip.readUInt32LE(at + 20);
  const local = zip.readUInt32LE(at + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + packedSize);
  return zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed);
}

function writeEntry(file: string, bytes: Buffer, mode: number): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  if (mode !== 0) chmodSync(file, mode & 0o777);
}
