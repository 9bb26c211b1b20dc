import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The hash of all bytes of a file, read in pieces. Throws what reading throws. */
export async function hashOfFile(file: string, algorithm = 'sha256'): Promise<Buffer> {
  const hash = createHash(algorithm);
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest();
}
