import path from 'node:path';

/** Containers that the product writes; a target in any other one becomes an MP4. */
const writable = ['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.png', '.jpg', '.jpeg', '.webp'];

/**
 * Where a result goes: `<source>-<target>.<ext>` beside the target, with ` (2)`, ` (3)` … before the extension while `isTaken`.
 * Long names are shortened so that the result stays under the 255 bytes that file systems allow.
 */
export function outputPath(source: string, target: string, isTaken: (file: string) => boolean): string {
  const original = path.extname(target);
  const extension = writable.includes(original.toLowerCase()) ? original : '.mp4';
  const stem = shortened(`${path.parse(source).name}-${path.parse(target).name}`, 200);
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem} (${number})`;
    const file = path.join(path.dirname(target), name + extension);
    if (!isTaken(file)) return file;
  }
}

function shortened(text: string, maxBytes: number): string {
  let short = Array.from(text);
  while (Buffer.byteLength(short.join('')) > maxBytes) short = short.slice(0, -1);
  return short.join('');
}
