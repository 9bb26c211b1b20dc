const checksumId = 0xbf;

/** An element of EBML, of which Matroska and WebM are made (RFC 8794). */
export interface Element {
  id: number;
  /** Bytes that tell its size. */
  width: number;
  at: number;
  start: number;
  end: number;
}

/** The elements that stand one after the other in `bytes`, the last of which may go on beyond them. */
export function elements(bytes: Buffer, start: number, end: number): Element[] {
  const found: Element[] = [];
  for (let at = start; at < end;) {
    const idWidth = Math.clz32(bytes[at]) - 23;
    const sizeAt = at + idWidth;
    const width = Math.clz32(bytes[sizeAt]) - 23;
    if (idWidth > 4 || width > 8 || sizeAt + width > end) break;
    const id = bytes.readUIntBE(at, idWidth);
    let size = bytes[sizeAt] & ((1 << (8 - width)) - 1);
    for (let n = 1; n < width; n++) size = size * 256 + bytes[sizeAt + n];
    const content = sizeAt + width;
    found.push({ id, width, at, start: content, end: content + size });
    at = content + size;
  }
  return found;
}

/** An element with other children, and the checksum of them where it has one. */
export function rebuilt(bytes: Buffer, parent: Element, child: (part: Element) => Buffer): Buffer {
  const parts = elements(bytes, parent.start, parent.end);
  const content = Buffer.concat(parts.filter(({ id }) => id !== checksumId).map(child));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(content));
  const isChecked = parts.some(({ id }) => id === checksumId);
  return element(
    parent,
    isChecked ? Buffer.concat([element({ id: checksumId }, checksum), content]) : content,
  );
}

/** An element as it is. */
export const copied = (bytes: Buffer, { at, end }: Element): Buffer => bytes.subarray(at, end);

/** An element with this content. Its size keeps the width it had, so that nothing becomes shorter. */
export function element({ id, width = 1 }: { id: number; width?: number }, content: Buffer): Buffer {
  const idWidth = Math.ceil((32 - Math.clz32(id)) / 8);
  let sizeWidth = width;
  while (content.length >= 2 ** (7 * sizeWidth) - 1) sizeWidth++;
  const size = unsigned(content.length, sizeWidth);
  size[0] |= 0x80 >> (sizeWidth - 1);
  return Buffer.concat([unsigned(id, idWidth), size, content]);
}

/** A number of `width` bytes. */
export function unsigned(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntBE(value, Math.max(0, width - 6), Math.min(6, width));
  return bytes;
}

/** A number of eight bytes with a fraction. */
export function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

/** That of IEEE 802.3, of a few hundred bytes. */
function crc32(bytes: Buffer): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
