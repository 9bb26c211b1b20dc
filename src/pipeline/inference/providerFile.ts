import { closeSync, createReadStream, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionProvider } from '../../protocol/job';

/** Machine codes of executable files, by the names that Node has for them. */
const elfMachines: Partial<Record<string, number>> = { x64: 62, arm64: 183 };
const peMachines: Partial<Record<string, number>> = { x64: 0x8664, arm64: 0xaa64 };

/** The libraries of a provider that comes apart from the runtime; none for those that are built in. */
export function providerFiles(
  provider: ExecutionProvider,
  folder: string,
  platform: NodeJS.Platform = process.platform,
): string[] {
  if (provider !== 'cuda' && provider !== 'tensorrt') return [];
  const name = (part: string) =>
    platform === 'win32' ? `onnxruntime_providers_${part}.dll` : `libonnxruntime_providers_${part}.so`;
  return [provider, 'shared'].map((part) => join(folder, name(part)));
}

/**
 * What is wrong with a native library, as far as its headers tell: a file that was cut off crashes whoever loads it, without a
 * word. Undefined when nothing is, or the file is of a kind that is not known here. Throws what opening it throws.
 */
export function libraryTrouble(file: string): string | undefined {
  const handle = openSync(file, 'r');
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) return 'it is no file';
    const { size } = stat;
    const head = Buffer.alloc(4096);
    const bytesRead = readSync(handle, head, 0, head.length, 0);
    if (bytesRead >= 64 && head.readUInt32BE(0) === 0x7f454c46) return elfTrouble(head, size);
    if (bytesRead >= 64 && head.toString('latin1', 0, 2) === 'MZ') return peTrouble(head, size);
    const magic = head.readUInt32BE(0);
    if (magic === 0xcffaedfe || magic === 0xcafebabe) return undefined;
    return bytesRead < 64 ? `it has ${size} bytes only` : 'it is no library';
  } finally {
    closeSync(handle);
  }
}

function elfTrouble(head: Buffer, size: number): string | undefined {
  const end = Number(head.readBigUInt64LE(0x28)) + head.readUInt16LE(0x3a) * head.readUInt16LE(0x3c);
  if (end > size) return `it is cut off: ${size} bytes instead of ${end}`;
  const machine = elfMachines[process.arch];
  return machine !== undefined && head.readUInt16LE(0x12) !== machine
    ? 'it is made for another processor'
    : undefined;
}

function peTrouble(head: Buffer, size: number): string | undefined {
  const start = head.readUInt32LE(0x3c);
  if (start + 24 > head.length || head.toString('latin1', start, start + 2) !== 'PE')
    return 'it is no library';
  const machine = peMachines[process.arch];
  if (machine !== undefined && head.readUInt16LE(start + 4) !== machine)
    return 'it is made for another processor';
  const sections = head.readUInt16LE(start + 6);
  const table = start + 24 + head.readUInt16LE(start + 20);
  let end = 0;
  for (let at = table; at < table + 40 * sections && at + 24 <= head.length; at += 40) {
    end = Math.max(end, head.readUInt32LE(at + 16) + head.readUInt32LE(at + 20));
  }
  return end > size ? `it is cut off: ${size} bytes instead of ${end}` : undefined;
}

const versionPattern = /\0(1\.\d{1,2}\.\d{1,2})\0/g;

/**
 * The version of onnxruntime that a provider's library was built with, which it holds as a text of its own; undefined when there
 * is none in it. Reads the file until it has been found.
 */
export async function versionOf(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  let tail = '';
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 22 })) {
    const text = tail + (chunk as Buffer).toString('latin1');
    for (const [, version] of text.matchAll(versionPattern)) return version;
    tail = text.slice(-16);
  }
  return undefined;
}
