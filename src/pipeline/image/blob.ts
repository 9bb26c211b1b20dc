import type { FaceCrop } from './faceCrop';
import type { NewFace } from './paste';

/** How a network wants its colours: (value / 255 − mean) / deviation, per channel R, G, B. */
export interface ColourScale {
  mean: readonly [number, number, number];
  deviation: readonly [number, number, number];
}

/** Colours as 0–1. */
export const unitScale: ColourScale = { mean: [0, 0, 0], deviation: [1, 1, 1] };
/** Colours as −1–1. */
export const signedScale: ColourScale = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** A crop as a network's input [1, 3, height, width], RGB. `out` is filled when given. */
export function toBlob(
  { width, height, data }: FaceCrop,
  { mean, deviation }: ColourScale,
  out: Float32Array = new Float32Array(width * height * 3),
): Float32Array {
  const area = width * height;
  for (let channel = 0; channel < 3; channel++) {
    // A look-up is exact and cheaper than two divisions.
    const levels = Float32Array.from(
      { length: 256 },
      (_, v) => (v / 255 - mean[channel]) / deviation[channel],
    );
    for (let i = 0, at = channel * area, from = channel; i < area; i++, from += 3) {
      out[at + i] = levels[data[from]];
    }
  }
  return out;
}

/**
 * A network's output [1, 3, size, size] as colours 0–255, limited to that range; a copy, because sessions use their
 * outputs again. `whole` cuts fractions off, as insightface does.
 */
export function fromBlob(
  output: Float32Array,
  size: number,
  { mean, deviation }: ColourScale,
  whole = false,
): NewFace {
  const area = size * size;
  const data = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const mul = 255 * deviation[channel];
    const add = 255 * mean[channel];
    const end = (channel + 1) * area;
    for (let i = channel * area; i < end; i++) {
      const value = output[i] * mul + add;
      // Not-a-number, which half-precision networks can give, counts as black.
      data[i] = value > 0 ? (value > 255 ? 255 : value) : 0;
    }
  }
  if (whole) for (let i = 0; i < data.length; i++) data[i] |= 0;
  return { size, data };
}

/** Every `factor`-th pixel of a square crop, starting at (dx, dy): one of the pictures a large crop is woven from. */
export function unweave(crop: FaceCrop, factor: number, dx: number, dy: number): FaceCrop {
  const size = crop.width / factor;
  const data = new Uint8Array(size * size * 3);
  for (let y = 0, at = 0; y < size; y++) {
    let from = ((y * factor + dy) * crop.width + dx) * 3;
    for (let x = 0; x < size; x++, from += factor * 3) {
      data[at++] = crop.data[from];
      data[at++] = crop.data[from + 1];
      data[at++] = crop.data[from + 2];
    }
  }
  return { width: size, height: size, data };
}

/** Writes a face into every `factor`-th pixel of `whole`, starting at (dx, dy): `unweave` backwards. */
export function weave(whole: NewFace, part: NewFace, dx: number, dy: number): void {
  const factor = whole.size / part.size;
  let from = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < part.size; y++) {
      let at = (channel * whole.size + y * factor + dy) * whole.size + dx;
      for (let x = 0; x < part.size; x++, at += factor) whole.data[at] = part.data[from++];
    }
  }
}
