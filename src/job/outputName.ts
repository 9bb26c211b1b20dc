import path from 'node:path';
import type { VideoEncoder } from '../protocol/job';
import { credentialsBeside } from '../protocol/provenance';

/** What the product writes; a target in any other format becomes an MP4 or a PNG. An MP4 takes the video of every encoder. */
const writable = ['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.png', '.jpg', '.jpeg', '.webp'];
const otherImages = ['.gif', '.tif', '.tiff', '.avif'];
/** Formats that do not take the video of every encoder. */
const takers: Readonly<Record<string, ((encoder: VideoEncoder) => boolean) | undefined>> = {
  '.webm': (encoder) => encoder === 'libvpx-vp9',
  '.mov': (encoder) => encoder !== 'libvpx-vp9',
};

/**
 * Where a result goes: `<source>-<target>.<ext>` beside the target, in its format where that takes the encoder's video, with ` (2)`, ` (3)` … before the extension while it, or the
 * file of its Content Credentials, `isTaken`.
 * Long names are shortened so that the result stays under the 255 bytes that file systems allow.
 */
export function outputPath(
  source: string,
  target: string,
  encoder: VideoEncoder,
  isTaken: (file: string) => boolean,
): string {
  const original = path.extname(target);
  const format = original.toLowerCase();
  const isFit = writable.includes(format) && (takers[format]?.(encoder) ?? true);
  const extension = isFit ? original : replacementFor(original);
  const stem = shortened(`${path.parse(source).name}-${path.parse(target).name}`, 200);
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem} (${number})`;
    const file = path.join(path.dirname(target), name + extension);
    if (!isTaken(file) && !isTaken(credentialsBeside(file))) return file;
  }
}

function replacementFor(extension: string): string {
  return otherImages.includes(extension.toLowerCase()) ? '.png' : '.mp4';
}

function shortened(text: string, maxBytes: number): string {
  let short = Array.from(text);
  while (Buffer.byteLength(short.join('')) > maxBytes) short = short.slice(0, -1);
  return short.join('');
}
