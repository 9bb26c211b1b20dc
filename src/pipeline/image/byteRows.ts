import type { PixelMemory } from './kernels/pixelMemory';

/** Rows of bytes in the memory of kernels: where the first one begins, and how far apart they lie. */
export interface ByteRows {
  address: number;
  apart: number;
}

/** Where rows are less than this share of all that lies from one to the next, the rest takes longer to copy than each row by itself. */
const SPARSE = 1 / 4;
/** So far beyond the last row kernels may read. */
const BEYOND = 16;

/**
 * Copies `height` rows of `width` bytes that lie `apart` from one another, the first from `from` on. As one piece, with all that lies between
 * them: to make a view of every row takes longer.
 */
export function takeRows(
  memory: PixelMemory,
  data: Uint8Array | Uint8ClampedArray,
  from: number,
  apart: number,
  width: number,
  height: number,
): ByteRows {
  if (width < apart * SPARSE) {
    const address = memory.take(width * height + BEYOND);
    for (let y = 0; y < height; y++) {
      const at = from + y * apart;
      memory.bytes.set(data.subarray(at, at + width), address + y * width);
    }
    return { address, apart: width };
  }
  const length = (height - 1) * apart + width;
  const address = memory.take(length + BEYOND);
  memory.bytes.set(data.subarray(from, from + length), address);
  return { address, apart };
}
