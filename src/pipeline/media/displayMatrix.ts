import { open, type FileHandle } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';

interface Box {
  type: string;
  /** Where its content lies in the buffer or file. */
  start: number;
  end: number;
}

/**
 * Writes a display matrix into the first video track of an MP4 or MOV file. Done here because every generation of
 * ffmpeg wants it told in another way, and none takes all nine numbers.
 * @param matrix in the order of the `tkhd` box
 */
export async function writeDisplayMatrix(file: string, matrix: readonly number[]): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const moov = await findMovie(handle);
    if (!moov) throw new FaceSwapError('internal', { reason: 'no movie box in the joined file' });
    const bytes = Buffer.alloc(moov.end - moov.start);
    await handle.read(bytes, 0, bytes.length, moov.start);
    const header = videoTrackHeader(bytes);
    if (!header) throw new FaceSwapError('internal', { reason: 'no video track in the joined file' });
    const at = header.start + (bytes[header.start] === 1 ? 52 : 40);
    const numbers = Buffer.alloc(36);
    matrix.forEach((number, n) => numbers.writeInt32BE(number, n * 4));
    await handle.write(numbers, 0, 36, moov.start + at);
  } finally {
    await handle.close();
  }
}

async function findMovie(handle: FileHandle): Promise<Box | undefined> {
  const { size: fileSize } = await handle.stat();
  const head = Buffer.alloc(16);
  for (let at = 0; at + 8 <= fileSize;) {
    await handle.read(head, 0, 16, at);
    const box = boxAt(head, 0, fileSize - at);
    if (box.type === 'moov') return { type: box.type, start: at + box.start, end: at + box.end };
    at += box.end;
  }
  return undefined;
}

function videoTrackHeader(movie: Buffer): Box | undefined {
  for (const track of children(movie, 0, movie.length, 'trak')) {
    const media = children(movie, track.start, track.end, 'mdia').at(0);
    const handler = media && children(movie, media.start, media.end, 'hdlr').at(0);
    if (handler && movie.toString('latin1', handler.start + 8, handler.start + 12) === 'vide') {
      return children(movie, track.start, track.end, 'tkhd').at(0);
    }
  }
  return undefined;
}

function children(bytes: Buffer, start: number, end: number, type: string): Box[] {
  const found: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    const box = boxAt(bytes, at, end - at);
    if (box.type === type) found.push(box);
    at = box.end;
  }
  return found;
}

function boxAt(bytes: Buffer, at: number, room: number): Box {
  const size = bytes.readUInt32BE(at);
  const type = bytes.toString('latin1', at + 4, at + 8);
  if (size === 1) return { type, start: at + 16, end: at + Number(bytes.readBigUInt64BE(at + 8)) };
  return { type, start: at + 8, end: at + (size < 8 ? room : size) };
}
