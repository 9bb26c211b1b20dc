import type { FaceCrop } from './faceCrop';
import { pixelMemory, SPARE } from './kernels/pixelMemory';
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
  const memory = pixelMemory();
  const from = memory.take(3 * area + 16);
  const stride = (area + SPARE) * 4;
  const planes = memory.take(3 * stride);
  memory.bytes.set(data, from);
  memory.run.bytesToPlanes(
    ...[from, area, planes, stride],
    ...deviation.map((value) => 1 / (255 * value)),
    ...mean.map((value) => -255 * value),
  );
  for (let c = 0; c < 3; c++) {
    const plane = (planes + c * stride) / 4;
    out.set(memory.floats.subarray(plane, plane + area), c * area);
  }
  return out;
}

/**
 * A network's output [1, 3, size, size] as colours 0–255, limited to that range; a copy, because sessions use their
 * outputs again. Levels are made whole as insightface does (`cut`) or facefusion's enhancer (`rounded`), or stay fractions. `out` is
 * filled when given: a large face's new memory costs a millisecond.
 */
export function fromBlob(
  output: Float32Array,
  size: number,
  { mean, deviation }: ColourScale,
  levels?: 'cut' | 'rounded',
  out: Float32Array = new Float32Array(3 * size * size),
): NewFace {
  const area = size * size;
  const memory = pixelMemory();
  const plane = memory.take((area + SPARE) * 4);
  const limit = levels ? memory.run.limitColoursWhole : memory.run.limitColours;
  for (let c = 0; c < 3; c++) {
    memory.floats.set(output.subarray(c * area, (c + 1) * area), plane / 4);
    limit(plane, area, 255 * deviation[c], 255 * mean[c] + (levels === 'rounded' ? 0.5 : 0));
    out.set(memory.floats.subarray(plane / 4, plane / 4 + area), c * area);
  }
  return { size, data: out };
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
