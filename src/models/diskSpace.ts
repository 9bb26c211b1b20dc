import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../protocol/errors';

/** Bytes free in a folder. */
export type FreeBytes = (folder: string) => Promise<number>;

/** Left free, so that a download does not fill the disk to the last byte. */
const spareBytes = 64 << 20;

/** Throws `disk-full` (facts: file, needed, free) when a file that still needs so many bytes does not fit. */
export async function checkSpace(file: string, needed: number, free: FreeBytes = freeBytes): Promise<void> {
  if (needed <= 0) return;
  const there = await free(path.dirname(file));
  if (there < needed + spareBytes)
    throw new FaceSwapError('disk-full', { file, needed: needed + spareBytes, free: there });
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
