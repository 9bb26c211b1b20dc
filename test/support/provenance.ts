import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MarkFacts } from '../../src/pipeline/provenance/facts';

export const facts: MarkFacts = {
  tool: 'Face Swap',
  version: '1.2.3',
  date: '2026-01-02T03:04:05Z',
  processors: ['face_swapper', 'face_enhancer'],
  models: ['model <one>', 'model & two'],
};

/** A folder for one test file. */
export function scratch(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'face-swap-provenance-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Every decoded frame and every sound packet, as ffmpeg sees them. */
export function frameHashes(file: string, ffmpeg: string): string {
  const args = ['-v', 'error', '-i', `file:${file}`, '-map', '0', '-f', 'framemd5', '-'];
  return execFileSync(ffmpeg, args, { encoding: 'utf8' });
}

/** A file with its manifest store, for formats that the independent reader does not know: which bytes hold it, if any do. */
function assetOf(bytes: Buffer, store: Uint8Array, start: number, length: number) {
  const refuse = () => Promise.reject(new Error('read only'));
  return {
    mimeType: 'application/octet-stream',
    dumpInfo: () => '',
    getDataLength: () => bytes.length,
    getDataRange: (from = 0, count = bytes.length - from) =>
      Promise.resolve(new Uint8Array(bytes.subarray(from, from + count))),
    getManifestJUMBF: () => store,
    getHashExclusionRange: () => ({ start, length }),
    ensureManifestSpace: refuse,
    writeManifestJUMBF: refuse,
  };
}

/** WebP keeps it in a chunk of its own (RIFF: a name, a length, the content, and a byte more where that is odd). */
function webpAsset(bytes: Buffer) {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === 'C2PA')
      return assetOf(bytes, bytes.subarray(at + 8, at + 8 + length), at, 8 + length);
    at += 8 + length + (length & 1);
  }
  throw new Error('no manifest');
}

/** What an implementation of C2PA that shares no code with the product's thinks of a file: its status codes. */
export async function readIndependently(file: string): Promise<{ codes: string[]; failures: string[] }> {
  const { BMFF, JPEG, PNG } = await import('@trustnxt/c2pa-ts/asset');
  const { SuperBox } = await import('@trustnxt/c2pa-ts/jumbf');
  const { ManifestStore } = await import('@trustnxt/c2pa-ts/manifest');
  const bytes = readFileSync(file);
  // It knows boxes by the brands of still pictures alone; the brand is not part of what is hashed.
  if (bytes.toString('latin1', 4, 8) === 'ftyp') bytes.write('heic', 8, 'latin1');
  const asset = existsSync(`${file}.c2pa`)
    ? assetOf(bytes, readFileSync(`${file}.c2pa`), 0, 0)
    : file.endsWith('.webp')
      ? webpAsset(bytes)
      : JPEG.canRead(bytes)
        ? new JPEG(bytes)
        : PNG.canRead(bytes)
          ? new PNG(bytes)
          : new BMFF(bytes);
  const jumbf = asset.getManifestJUMBF();
  if (!jumbf) throw new Error(`${file} has no manifest`);
  const { statusEntries } = await ManifestStore.read(SuperBox.fromBuffer(new Uint8Array(jumbf))).validate(
    asset,
  );
  return {
    codes: statusEntries.map(({ code }) => code),
    failures: statusEntries.filter(({ success }) => !success).map(({ code }) => code),
  };
}
