import { open } from 'node:fs/promises';

/** Bytes at the beginning of kinds of pictures that cannot be read here, and the names that people know them by. */
const kinds: [offset: number, bytes: string, name: string][] = [
  [4, 'ftyphei', 'HEIC'],
  [4, 'ftyphev', 'HEIC'],
  [4, 'ftypmif1', 'HEIC'],
  [4, 'ftypmsf1', 'HEIC'],
  [4, 'ftypcrx', 'camera raw'],
  [4, 'jP  ', 'JPEG 2000'],
  [4, 'JXL ', 'JPEG XL'],
  [0, '\xff\x0a', 'JPEG XL'],
  [0, '8BPS', 'Photoshop'],
];
/** Two reserved words of zero, without which two letters would be too few. */
const bitmap = { start: 'BM', reserved: '\0\0\0\0', reservedAt: 6 };

/** The name of a kind of picture that cannot be read here; undefined for everything else. `head`: 16 bytes, one character each. */
export function unreadablePicture(head: string): string | undefined {
  if (head.startsWith(bitmap.start) && head.startsWith(bitmap.reserved, bitmap.reservedAt)) return 'BMP';
  return kinds.find(([offset, bytes]) => head.startsWith(bytes, offset))?.[2];
}

const signatureBytes = 8;

/** Whether a PNG file moves: it then says so before its first pixels, and libraries that know nothing of that show one frame. */
export async function isAnimatedPng(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  const head = Buffer.alloc(8);
  try {
    for (let at = signatureBytes; ; at += 12 + head.readUInt32BE(0)) {
      const { bytesRead } = await handle.read(head, 0, 8, at);
      const type = head.toString('latin1', 4, 8);
      if (bytesRead < 8 || type === 'IDAT') return false;
      if (type === 'acTL') return true;
    }
  } finally {
    await handle.close();
  }
}
