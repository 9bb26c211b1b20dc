import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';
import {
  c2paBox,
  c2paUuid,
  moveChunks,
  offsetBytes,
  topBoxes,
  unhashed,
  uuidBox,
  xmpUuid,
  type TopBox,
} from './isoBoxes';

const chunkBytes = 1 << 20;

/** Makes the manifest for a hash of the file; its length must not depend on the hash. */
export type MakeManifest = (sha256: Buffer) => Promise<Uint8Array>;

/**
 * Copies an MP4 or MOV file and puts XMP and a C2PA manifest behind its `ftyp` box, where readers look first. The chunk offsets
 * move along; media data is copied as it is, in pieces, so that memory does not grow with the file.
 * @throws internal when the file is not made of boxes; cancelled
 */
export async function embedInIso(
  from: string,
  to: string,
  xmp: string,
  makeManifest: MakeManifest,
  signal?: AbortSignal,
): Promise<void> {
  const target = await open(to, 'w');
  let source: FileHandle | undefined;
  try {
    source = await open(from);
    const boxes = await topBoxes(source);
    if (boxes?.[0]?.type !== 'ftyp') throw broken('no ftyp box at the beginning');
    const kept = boxes.filter(({ uuid }) => uuid !== c2paUuid && uuid !== xmpUuid);
    const draft = c2paBox(await makeManifest(Buffer.alloc(32)));
    const xmpBox = uuidBox(xmpUuid, Buffer.from(xmp));
    const layout = await arrange(source, kept, draft.length + xmpBox.length);
    const hash = createHash('sha256');
    let at = 0;
    const write = async (bytes: Buffer) => {
      await target.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    };
    let place = 0;
    const insert = async () => {
      // In this order: there are readers that see the last one alone of several boxes of a kind.
      hash.update(offsetBytes(at)).update(xmpBox);
      await write(xmpBox);
      place = at;
      await write(draft);
    };
    for (const [n, box] of kept.entries()) {
      if (n === layout.before) await insert();
      const hashed = unhashed.has(box.type) ? undefined : hash.update(offsetBytes(at));
      if (box === layout.moov?.box) {
        hashed?.update(layout.moov.bytes);
        await write(layout.moov.bytes);
      } else {
        await copy(source, box, write, hashed, signal);
      }
    }
    if (layout.before === kept.length) await insert();
    const final = c2paBox(await makeManifest(hash.digest()));
    if (final.length !== draft.length) throw broken('the manifest changed its length');
    await target.write(final, 0, final.length, place);
  } finally {
    await source?.close();
    await target.close();
  }
}

interface Layout {
  /** The new boxes go before the one with this index. */
  before: number;
  moov?: { box: TopBox; bytes: Buffer };
}

/** Where the new boxes go, and the index with its offsets moved accordingly. */
async function arrange(source: FileHandle, boxes: readonly TopBox[], added: number): Promise<Layout> {
  const box = boxes.find(({ type }) => type === 'moov');
  if (!box) return { before: 1 };
  // Boxes that are left out move what follows them as well.
  const starts: { from: number; to: number; end: number }[] = [];
  let at = boxes[0].end + added;
  for (const { start, end } of boxes.slice(1)) {
    starts.push({ from: start, to: at, end });
    at += end - start;
  }
  const moved = (offset: number) => {
    const holder = starts.find(({ from, end }) => offset >= from && offset < end);
    return holder ? offset - holder.from + holder.to : offset;
  };
  const bytes = await readBox(source, box);
  if (moveChunks(bytes, moved)) return { before: 1, moov: { box, bytes } };
  // So near the limit of 32-bit offsets nothing may move: at the end the marks are found as well.
  if (boxes.at(-1)!.end !== boxes.reduce((sum, { start, end }) => sum + end - start, 0))
    throw broken('no room for marks');
  return { before: boxes.length, moov: { box, bytes: await readBox(source, box) } };
}

async function readBox(source: FileHandle, { start, end }: TopBox): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  await source.read(bytes, 0, bytes.length, start);
  return bytes;
}

async function copy(
  source: FileHandle,
  { start, end }: TopBox,
  write: (bytes: Buffer) => Promise<void>,
  hash: Hash | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - start));
  for (let at = start; at < end;) {
    if (signal?.aborted) throw new FaceSwapError('cancelled');
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) throw broken('the file became shorter');
    const bytes = buffer.subarray(0, bytesRead);
    hash?.update(bytes);
    await write(bytes);
    at += bytesRead;
  }
}

function broken(reason: string): FaceSwapError {
  return new FaceSwapError('internal', { reason: `marking: ${reason}` });
}
