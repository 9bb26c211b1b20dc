import { readFileSync } from 'node:fs';

const magic = 'glibc-ld.so.cache1.1';
const headerBytes = 48;
const entryBytes = 24;
/** Flags of libraries of this processor: a 64-bit system may know those of a 32-bit one as well. */
const processors: Partial<Record<string, number>> = { x64: 0x0303, arm64: 0x0a03 };

/**
 * What the loader of Linux finds without being told, by name, as ldconfig wrote it down. Empty where there is no such file, as
 * on systems with another C library.
 */
export function readLoaderCache(arch: string = process.arch, file = '/etc/ld.so.cache'): Map<string, string> {
  const found = new Map<string, string>();
  try {
    const cache = readFileSync(file);
    // Old systems put an older table before this one.
    const start = cache.indexOf(magic, 0, 'latin1');
    if (start < 0) return found;
    const text = (at: number): string => cache.toString('utf8', start + at, cache.indexOf(0, start + at));
    const count = cache.readUInt32LE(start + 20);
    for (let i = 0; i < count; i++) {
      const entry = start + headerBytes + i * entryBytes;
      const name = text(cache.readUInt32LE(entry + 4));
      const isOurs = (processors[arch] ?? 0) === (cache.readUInt32LE(entry) & 0xffff);
      // The first of a name is the one that is taken.
      if (isOurs && !found.has(name)) found.set(name, text(cache.readUInt32LE(entry + 8)));
    }
  } catch {
    // Not there, or not understood: the usual folders are searched all the same.
  }
  return found;
}
