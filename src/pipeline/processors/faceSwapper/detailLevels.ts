import type { Texture } from '../../image/warpMesh';

/** One size of the source's detail: what is left of its face without its light. */
export interface DetailLevel {
  luma: Texture;
  /** Interleaved Cb, Cr. */
  chroma: Texture;
  /** Landmarks in texels of `luma` and of `chroma` (the same size). */
  points: Float32Array;
  /** Face height in texels. */
  height: number;
}

/** Luma, Cb and Cr planes as two textures. */
export function interleave(
  [luma, cb, cr]: readonly Float32Array[],
  width: number,
  height: number,
): Pick<DetailLevel, 'luma' | 'chroma'> {
  const chroma = new Float32Array(width * height * 2);
  for (let i = 0; i < width * height; i++) {
    chroma[i * 2] = cb[i];
    chroma[i * 2 + 1] = cr[i];
  }
  return {
    luma: { data: luma, width, height, channels: 1 },
    chroma: { data: chroma, width, height, channels: 2 },
  };
}

/** A level and those below it, each half as large as the one before, down to a face of 48 texels or less. */
export function halvings(first: DetailLevel): DetailLevel[] {
  const levels = [first];
  for (let last = first; last.height > 48; last = levels.at(-1)!) {
    levels.push({
      luma: halve(last.luma),
      chroma: halve(last.chroma),
      points: last.points.map((value) => value / 2),
      height: last.height / 2,
    });
  }
  return levels;
}

function halve({ data, width, height, channels }: Texture): Texture {
  const w = width >> 1;
  const h = height >> 1;
  const out = new Float32Array(w * h * channels);
  const down = width * channels;
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let k = 0; k < channels; k++) {
        const p = (2 * y * width + 2 * x) * channels + k;
        out[at++] = (data[p] + data[p + channels] + data[p + down] + data[p + down + channels]) / 4;
      }
    }
  }
  return { data: out, width: w, height: h, channels };
}
