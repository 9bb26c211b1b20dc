import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';
import { chromaSize, type Frame } from '../image/frame';

const pack = promisify(deflateRaw);
const unpack = promisify(inflateRaw);

/** Numbers before the bytes of a plane: left, top, width, height. */
const HEADER = 16;

/**
 * What has changed in a frame: per plane the rectangle around it, as the exclusive or of both. Between two faces that is
 * zeros, which packing makes vanish. Empty when nothing has changed.
 */
export async function makePatch(before: Frame, after: Frame): Promise<Buffer> {
  const parts = before.planes.map((plane, p) => planePatch(plane, after.planes[p], widthOf(before, p)));
  if (parts.every(({ length }) => length === HEADER)) return Buffer.alloc(0);
  return pack(Buffer.concat(parts), { level: constants.Z_BEST_SPEED });
}

/** Makes the frame that `makePatch` was given as `after` out of the one that it was given as `before`. */
export async function applyPatch(frame: Frame, patch: Buffer): Promise<void> {
  if (patch.length === 0) return;
  const bytes = await unpack(patch);
  let at = 0;
  for (const [p, plane] of frame.planes.entries()) {
    const [left, top, width, height] = [0, 4, 8, 12].map((offset) => bytes.readUInt32LE(at + offset));
    const stride = widthOf(frame, p);
    at += HEADER;
    for (let y = top; y < top + height; y++) {
      const row = y * stride + left;
      for (let x = 0; x < width; x++) plane[row + x] ^= bytes[at++];
    }
  }
}

function planePatch(before: Uint8Array, after: Uint8Array, stride: number): Buffer {
  const height = before.length / stride;
  const row = (plane: Uint8Array, y: number) => plane.subarray(y * stride, (y + 1) * stride);
  const differs = (y: number) => Buffer.compare(row(before, y), row(after, y)) !== 0;
  let [top, bottom] = [0, height];
  while (top < bottom && !differs(top)) top++;
  while (bottom > top && !differs(bottom - 1)) bottom--;
  let [left, right] = [stride, 0];
  for (let y = top; y < bottom; y++) {
    const [old, now] = [row(before, y), row(after, y)];
    for (let x = 0; x < left; x++) if (old[x] !== now[x]) left = x;
    for (let x = stride - 1; x >= right; x--) if (old[x] !== now[x]) right = x + 1;
  }
  const width = Math.max(0, right - left);
  const patch = Buffer.alloc(HEADER + width * (bottom - top));
  [width === 0 ? 0 : left, top, width, bottom - top].forEach((value, i) => patch.writeUInt32LE(value, i * 4));
  for (let y = top, at = HEADER; y < bottom; y++) {
    const from = y * stride + left;
    for (let x = 0; x < width; x++) patch[at++] = before[from + x] ^ after[from + x];
  }
  return patch;
}

function widthOf({ format }: Frame, plane: number): number {
  return plane === 0 || format.sampling === 'rgb' ? format.width : chromaSize(format).width;
}
