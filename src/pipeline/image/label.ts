import { chromaShift, chromaSize, type Frame, type FrameFormat } from './frame';
import type { Rect } from './region';
import { toUpright, type Rotation } from './upright';

/** Grey letters over a grey box, one value a pixel, row by row. */
export interface LabelPicture {
  width: number;
  height: number;
  /** Share of the frame that shows through, 0–1. */
  clear: Float32Array;
  /** Brightness that is added to that share, 0–1. */
  light: Float32Array;
}

/** A label as one plane of a frame gets it: sample = sample × `keep` + `add`. */
interface PlaneLabel {
  rect: Rect;
  stride: number;
  keep: Float32Array;
  add: Float32Array;
}

/** One for each plane of the frames. */
export type Label = readonly PlaneLabel[];

/**
 * Prepares a label for frames of a format. `rect` is its place in the frame as stored, at even places and of even size, so that
 * no chroma sample has a pixel outside.
 */
export function prepareLabel(picture: LabelPicture, rect: Rect, format: FrameFormat): Label {
  const { sampling, range, width } = format;
  const luma = { rect, stride: width, keep: picture.clear };
  if (sampling === 'rgb') {
    const plane = { ...luma, add: picture.light.map((light) => 255 * light) };
    return [plane, plane, plane];
  }
  const [black, scale] = range === 'limited' ? [16, 219] : [0, 255];
  const add = picture.light.map((light, i) => black * (1 - picture.clear[i]) + scale * light);
  const chroma = chromaLabel(picture, rect, format);
  return [{ ...luma, add }, chroma, chroma];
}

/** Chroma goes to grey as far as the mean of its pixels says. */
function chromaLabel({ clear }: LabelPicture, rect: Rect, format: FrameFormat): PlaneLabel {
  const shift = chromaShift(format.sampling);
  const [width, height] = [rect.width >> shift.x, rect.height >> shift.y];
  const keep = new Float32Array(width * height);
  const share = 1 / (1 << (shift.x + shift.y));
  for (let y = 0; y < rect.height; y++) {
    for (let x = 0; x < rect.width; x++) {
      keep[(y >> shift.y) * width + (x >> shift.x)] += clear[y * rect.width + x] * share;
    }
  }
  return {
    rect: { x: rect.x >> shift.x, y: rect.y >> shift.y, width, height },
    stride: chromaSize(format).width,
    keep,
    add: keep.map((value) => 128 * (1 - value)),
  };
}

/** Blends a label into a frame of the format that it was prepared for; every other byte stays as it is. */
export function drawLabel(frame: Frame, label: Label): void {
  label.forEach(({ rect, stride, keep, add }, p) => {
    const plane = frame.planes[p];
    for (let y = 0, i = 0; y < rect.height; y++) {
      const row = (rect.y + y) * stride + rect.x;
      for (let x = 0; x < rect.width; x++, i++) plane[row + x] = plane[row + x] * keep[i] + add[i] + 0.5;
    }
  });
}

/** Turns an upright label to how a picture is stored that becomes upright by `rotation`. */
export function turnLabel(picture: LabelPicture, rotation: Rotation): LabelPicture {
  const [width, height] =
    rotation % 180 === 0 ? [picture.width, picture.height] : [picture.height, picture.width];
  const turned = (data: Float32Array): Float32Array =>
    data.map((_, i) => {
      const [x, y] = toUpright((i % width) + 0.5, Math.floor(i / width) + 0.5, { width, height }, rotation);
      return data[Math.floor(y) * picture.width + Math.floor(x)];
    });
  return { width, height, clear: turned(picture.clear), light: turned(picture.light) };
}
