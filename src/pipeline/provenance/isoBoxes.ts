import type { FileHandle } from 'node:fs/promises';

/** A box at the top of an ISO base media file. */
export interface TopBox {
  type: string;
  /** For `uuid` boxes, in lower-case hexadecimal. */
  uuid?: string;
  start: number;
  /** Length of the head, `uuid` included. */
  head: number;
  end: number;
}

export const c2paUuid = 'd8fec3d61b0e483c92975828877ec481';
export const xmpUuid = 'be7acfcb97a942e89c71999491e3afac';

/** Boxes that the C2PA specification leaves out of the hash. */
export const unhashed: ReadonlySet<string> = new Set(['ftyp', 'mfra']);

/** The hash covers the place of each box as well, so that none can be moved. */
export function offsetBytes(offset: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(offset));
  return bytes;
}

/** The boxes at the top of a file, or undefined when it is not made of boxes from its beginning to its end. */
export async function topBoxes(handle: FileHandle): Promise<TopBox[] | undefined> {
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(32);
  const boxes: TopBox[] = [];
  for (let start = 0; start < size;) {
    const { bytesRead } = await handle.read(bytes, 0, 32, start);
    if (bytesRead < 8) return undefined;
    const short = bytes.readUInt32BE(0);
    const long = short === 1;
    if (long && bytesRead < 16) return undefined;
    const length = long ? Number(bytes.readBigUInt64BE(8)) : short === 0 ? size - start : short;
    const type = bytes.toString('latin1', 4, 8);
    const plain = long ? 16 : 8;
    const isUuid = type === 'uuid';
    const head = plain + (isUuid ? 16 : 0);
    if (length < head || start + length > size) return undefined;
    const uuid = isUuid ? { uuid: bytes.toString('hex', plain, plain + 16) } : {};
    boxes.push({ type, ...uuid, start, head, end: start + length });
    start += length;
  }
  return boxes;
}

/** The content of a `uuid` box at the top of the file. */
export async function readUuidBox(handle: FileHandle, uuid: string): Promise<Buffer | undefined> {
  const box = (await topBoxes(handle))?.find((one) => one.uuid === uuid);
  if (!box) return undefined;
  const bytes = Buffer.alloc(box.end - box.start - box.head);
  await handle.read(bytes, 0, bytes.length, box.start + box.head);
  return bytes;
}

/** A `uuid` box around its content. */
export function uuidBox(uuid: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(24 + content.length);
  head.write('uuid', 4, 'latin1');
  return Buffer.concat([head, Buffer.from(uuid, 'hex'), content]);
}

/** The box that holds a C2PA manifest store: version and flags, its purpose, no offset to a Merkle tree. */
export function c2paBox(manifest: Uint8Array): Buffer {
  const purpose = Buffer.concat([Buffer.alloc(4), Buffer.from('manifest\0', 'latin1'), Buffer.alloc(8)]);
  return uuidBox(c2paUuid, Buffer.concat([purpose, manifest]));
}

const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

/**
 * Moves the chunk offsets of a `moov` box, in place.
 * @param moov the whole box
 * @returns false when an offset would no longer fit into its field; the box is then unusable
 */
export function moveChunks(moov: Buffer, moved: (offset: number) => number): boolean {
  const walk = (from: number, end: number): boolean => {
    for (let at = from; at + 8 <= end;) {
      const length = moov.readUInt32BE(at);
      const long = length === 1;
      const next = long ? at + Number(moov.readBigUInt64BE(at + 8)) : length < 8 ? end : at + length;
      const type = moov.toString('latin1', at + 4, at + 8);
      const content = at + (long ? 16 : 8);
      if (containers.has(type) && !walk(content, Math.min(next, end))) return false;
      if ((type === 'stco' || type === 'co64') && !moveTable(moov, content, type === 'co64', moved))
        return false;
      at = next;
    }
    return true;
  };
  return walk(0, moov.length);
}

function moveTable(moov: Buffer, at: number, wide: boolean, moved: (offset: number) => number): boolean {
  const count = moov.readUInt32BE(at + 4);
  for (let n = 0, p = at + 8; n < count; n++, p += wide ? 8 : 4) {
    if (wide) {
      moov.writeBigUInt64BE(BigInt(moved(Number(moov.readBigUInt64BE(p)))), p);
      continue;
    }
    const offset = moved(moov.readUInt32BE(p));
    if (offset > 0xffffffff) return false;
    moov.writeUInt32BE(offset, p);
  }
  return true;
}
