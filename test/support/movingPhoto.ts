import { createFrame, type Frame, type FrameFormat } from '../../src/pipeline/image/frame';
import type { RgbImage } from '../../src/pipeline/image/region';

/** What the camera does: the photo's point (x, y) is shown at the middle of the frame, shifted by dx, dy. */
export interface View {
  x: number;
  y: number;
  zoom?: number;
  /** Degrees, clockwise. */
  turn?: number;
  dx?: number;
  dy?: number;
  /** Standard deviation of the sensor noise added to luma. */
  noise?: number;
  /** Covers this part of the frame with a dark bar. */
  cover?: { x: number; y: number; width: number; height: number };
}

/** Small enough to be filmed quickly, large enough for a face of 250 px. */
export const clipFormat: FrameFormat = {
  width: 960,
  height: 540,
  sampling: '420',
  matrix: 'bt709',
  range: 'limited',
};

/** Where a point of the photo lands in the frame. */
export function project(view: View, x: number, y: number, format = clipFormat): [number, number] {
  const zoom = view.zoom ?? 1;
  const angle = ((view.turn ?? 0) * Math.PI) / 180;
  const u = (x - view.x) * zoom;
  const v = (y - view.y) * zoom;
  return [
    format.width / 2 + (view.dx ?? 0) + Math.cos(angle) * u - Math.sin(angle) * v,
    format.height / 2 + (view.dy ?? 0) + Math.sin(angle) * u + Math.cos(angle) * v,
  ];
}

/** Deterministic noise, about normally distributed. */
export function noiseSource(seed: number): () => number {
  let state = seed >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}

/** One frame of a clip made from a photo; what lies beyond the photo is grey. */
export function filmPhoto(photo: RgbImage, view: View, index: number, format = clipFormat): Frame {
  const frame = createFrame(format, undefined, index);
  const { width, height } = format;
  const [luma, cb, cr] = frame.planes;
  const zoom = view.zoom ?? 1;
  const angle = ((view.turn ?? 0) * Math.PI) / 180;
  const cos = Math.cos(angle) / zoom;
  const sin = Math.sin(angle) / zoom;
  const noise = noiseTable(index);
  const amount = view.noise ?? 0;
  const rgb = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = x + 0.5 - width / 2 - (view.dx ?? 0);
      const v = y + 0.5 - height / 2 - (view.dy ?? 0);
      if (isCovered(view, x, y)) rgb.fill(30);
      else sample(photo, view.x + cos * u + sin * v - 0.5, view.y - sin * u + cos * v - 0.5, rgb);
      const bright = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
      const grain = amount * noise[(y * 7919 + x * 31 + ((x * y) >> 3)) % noise.length];
      luma[y * width + x] = Math.max(0, Math.min(255, 16.5 + (bright * 219) / 255 + grain));
      if (x % 2 === 0 && y % 2 === 0) {
        const q = (y >> 1) * ((width + 1) >> 1) + (x >> 1);
        cb[q] = 128.5 + ((rgb[2] - bright) / 1.8556) * (224 / 255);
        cr[q] = 128.5 + ((rgb[0] - bright) / 1.5748) * (224 / 255);
      }
    }
  }
  return frame;
}

function noiseTable(seed: number): Float32Array {
  const noise = noiseSource(seed * 9973 + 17);
  return Float32Array.from({ length: 65521 }, noise);
}

function isCovered({ cover }: View, x: number, y: number): boolean {
  if (!cover) return false;
  return x >= cover.x && y >= cover.y && x < cover.x + cover.width && y < cover.y + cover.height;
}

/** Bilinear sample into `rgb`. */
function sample({ width, height, data }: RgbImage, x: number, y: number, rgb: number[]): void {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  if (x0 < 0 || y0 < 0 || x0 >= width - 1 || y0 >= height - 1) {
    rgb.fill(90);
    return;
  }
  const fx = x - x0;
  const fy = y - y0;
  const p = (y0 * width + x0) * 3;
  const q = p + width * 3;
  for (let c = 0; c < 3; c++) {
    const top = data[p + c] + (data[p + 3 + c] - data[p + c]) * fx;
    const bottom = data[q + c] + (data[q + 3 + c] - data[q + c]) * fx;
    rgb[c] = top + (bottom - top) * fy;
  }
}
