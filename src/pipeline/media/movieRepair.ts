import { open } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';
import { descend, readMovie, videoTrack, words, type Box } from './mp4Boxes';

export interface MovieRepair {
  /** Nine numbers in the order of the `tkhd` box. */
  displayMatrix?: readonly number[];
  /** Of the last packet, in ticks of the video track. */
  lastDuration: number;
}

/**
 * Puts right in an MP4 or MOV file what generations of ffmpeg do in different ways or not at all: the display
 * matrix with all its nine numbers, and the duration of the last frame, which the oldest leaves at nothing, or at
 * that of the others, when the rate varies, so that players skip that frame. All in place: no box changes its size.
 */
export async function repairMovie(file: string, repair: MovieRepair): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const movie = await readMovie(handle);
    const track = movie && videoTrack(movie.bytes);
    const header = track && descend(movie.bytes, track, 'tkhd');
    if (!header) throw new FaceSwapError('internal', { reason: 'no video track in the joined file' });
    const { bytes, at } = movie;
    const untouched = Buffer.from(bytes);
    if (repair.displayMatrix) {
      words(...repair.displayMatrix).copy(bytes, header.start + (bytes[header.start] === 1 ? 52 : 40));
    }
    lengthenLast(bytes, track, repair.lastDuration);
    if (!bytes.equals(untouched)) await handle.write(bytes, 0, bytes.length, at);
  } finally {
    await handle.close();
  }
}

function lengthenLast(bytes: Buffer, track: Box, duration: number): void {
  const whole: Box = { type: 'moov', head: 0, start: 0, end: bytes.length };
  const times = descend(bytes, track, 'mdia', 'minf', 'stbl', 'stts');
  const media = descend(bytes, track, 'mdia', 'mdhd');
  const movie = descend(bytes, whole, 'mvhd');
  const header = descend(bytes, track, 'tkhd');
  if (!times || !media || !movie || !header) return;
  const last = times.start + 8 + (bytes.readUInt32BE(times.start + 4) - 1) * 8;
  const missing = duration - bytes.readUInt32BE(last + 4);
  if (missing <= 0) return;
  // Where the last packet shares its entry with others, only the time for which the track is shown can grow in place.
  if (bytes.readUInt32BE(last) === 1) {
    bytes.writeUInt32BE(duration, last + 4);
    add(bytes, media, 16, 24, missing);
  }
  const mediaScale = bytes.readUInt32BE(media.start + (bytes[media.start] === 1 ? 20 : 12));
  const movieScale = bytes.readUInt32BE(movie.start + (bytes[movie.start] === 1 ? 20 : 12));
  const scaled = Math.round((missing * movieScale) / mediaScale);
  const end = add(bytes, header, 20, 28, scaled);
  const edits = descend(bytes, track, 'edts', 'elst');
  if (edits) {
    const wide = bytes[edits.start] === 1;
    const entry = 8 + (bytes.readUInt32BE(edits.start + 4) - 1) * (wide ? 20 : 12);
    add(bytes, edits, entry, entry, scaled);
  }
  const longest = add(bytes, movie, 16, 24, 0);
  if (end > longest) add(bytes, movie, 16, 24, end - longest);
}

/** Adds to a field that is 32 bits wide in version 0 of a box and 64 bits in version 1; gives the sum. */
function add(bytes: Buffer, box: Box, narrowAt: number, wideAt: number, amount: number): number {
  if (bytes[box.start] === 1) {
    const sum = Number(bytes.readBigUInt64BE(box.start + wideAt)) + amount;
    bytes.writeBigUInt64BE(BigInt(sum), box.start + wideAt);
    return sum;
  }
  const sum = bytes.readUInt32BE(box.start + narrowAt) + amount;
  bytes.writeUInt32BE(sum, box.start + narrowAt);
  return sum;
}
