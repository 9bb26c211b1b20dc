import { open } from 'node:fs/promises';

/** How C2PA names the formats whose files can hold a manifest, by their first bytes. */
const signatures: [offset: number, bytes: string, format: string][] = [
  [0, '\xff\xd8\xff', 'image/jpeg'],
  [0, '\x89PNG\r\n', 'image/png'],
  [8, 'WEBP', 'image/webp'],
  [8, 'AVI ', 'video/avi'],
  [8, 'WAVE', 'audio/wav'],
  [0, 'GIF8', 'image/gif'],
  [0, 'II*\0', 'image/tiff'],
  [0, 'MM\0*', 'image/tiff'],
  [4, 'ftypqt', 'video/quicktime'],
  [4, 'ftypavif', 'image/avif'],
  [4, 'ftyphei', 'image/heic'],
  [4, 'ftypmif1', 'image/heif'],
  [4, 'ftypM4A', 'audio/mp4'],
  [4, 'ftyp', 'video/mp4'],
  [0, 'ID3', 'audio/mpeg'],
  [0, '\x1a\x45\xdf\xa3', 'video/x-matroska'],
];

/** Formats in which C2PA has no place for a manifest. */
const withoutManifest = new Set(['video/x-matroska']);

/** What a file is, by its first bytes; undefined when it is none of the known formats. */
export async function formatOf(file: string): Promise<string | undefined> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    const head = buffer.toString('latin1', 0, bytesRead);
    return signatures.find(([offset, bytes]) => head.startsWith(bytes, offset))?.[2];
  } finally {
    await handle.close();
  }
}

/** Whether a file of this format can carry Content Credentials. */
export function canHoldManifest(format: string | undefined): format is string {
  return format !== undefined && !withoutManifest.has(format);
}
