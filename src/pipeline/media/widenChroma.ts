import { chromaShift, chromaSize, type Frame } from '../image/frame';

/** Repeats every chroma sample over the pixels it stands for; `to` is a 4:4:4 frame of the same size. */
export function widenChroma(from: Frame, to: Frame): void {
  const { width, height } = from.format;
  const shift = chromaShift(from.format.sampling);
  const small = chromaSize(from.format);
  to.planes[0].set(from.planes[0]);
  for (const plane of [1, 2] as const) {
    const source = from.planes[plane];
    const target = to.planes[plane];
    for (let y = 0, at = 0; y < height; y++) {
      const row = (y >> shift.y) * small.width;
      for (let x = 0; x < width; x++) target[at++] = source[row + (x >> shift.x)]!;
    }
  }
}
