import { open } from 'node:fs/promises';
import { descend, readMovie, tracks } from './mp4Boxes';

/**
 * Sample entries of tracks whose samples are encrypted: common encryption (ISO/IEC 23001-7), and what iTunes has sold. Decoders make
 * noise of them, and a copied sound track would lose the only note that it is encrypted.
 */
const encrypted: ReadonlySet<string> = new Set(['encv', 'enca', 'drmi', 'drms']);

/** Whether a track of an MP4 or MOV file is encrypted. Throws what reading throws. */
export async function isProtected(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const movie = await readMovie(handle);
    if (!movie) return false;
    return tracks(movie.bytes).some((track) => {
      const entries = descend(movie.bytes, track, 'mdia', 'minf', 'stbl', 'stsd');
      // Version, flags and count stand before the first entry, and its size before its type.
      return entries && encrypted.has(movie.bytes.toString('latin1', entries.start + 12, entries.start + 16));
    });
  } finally {
    await handle.close();
  }
}
