import { chromaShift, chromaSize, type ColourMatrix, type Frame } from './frame';
import type { PlaneView } from './grid';
import type { Rect } from './region';

/**
 * A rectangle of a frame as luma and chroma planes. For YUV frames the planes are the frame's own memory; an RGB
 * frame is converted, and `commit` writes back what was changed.
 */
export interface YccView {
  x: number;
  y: number;
  luma: PlaneView;
  chroma: [PlaneView, PlaneView];
  /** log2 of luma samples per chroma sample. */
  shift: { x: number; y: number };
  /** Stored luma = offset + scale × (0–255); stored chroma = 128 + scale × (−128–127). */
  lumaOffset: number;
  lumaScale: number;
  chromaScale: number;
  commit(): void;
}

/** Luma weights of red and blue (ITU-R BT.601, BT.709, BT.2020). */
export function lumaWeights(matrix: ColourMatrix): { red: number; blue: number } {
  if (matrix === 'bt709') return { red: 0.2126, blue: 0.0722 };
  if (matrix === 'bt2020') return { red: 0.2627, blue: 0.0593 };
  return { red: 0.299, blue: 0.114 };
}

/** The part of `rect` inside the frame, aligned to whole chroma samples; undefined when nothing is inside. */
export function openYcc(frame: Frame, rect: Rect): YccView | undefined {
  const { format, planes } = frame;
  const shift = chromaShift(format.sampling);
  const x = Math.max(0, rect.x) & ~shift.x;
  const y = Math.max(0, rect.y) & ~shift.y;
  const right = Math.min(format.width, rect.x + rect.width);
  const bottom = Math.min(format.height, rect.y + rect.height);
  if (right - x < 2 || bottom - y < 2) return undefined;
  const size = chromaSize(format);
  const view = (data: Uint8Array, stride: number, sx: number, sy: number): PlaneView => ({
    data,
    stride,
    offset: (y >> sy) * stride + (x >> sx),
    width: ((right + sx) >> sx) - (x >> sx),
    height: ((bottom + sy) >> sy) - (y >> sy),
  });
  if (format.sampling === 'rgb') return convertRgb(frame, { x, y, width: right - x, height: bottom - y });
  const limited = format.range === 'limited';
  return {
    x,
    y,
    luma: view(planes[0], format.width, 0, 0),
    chroma: [view(planes[1], size.width, shift.x, shift.y), view(planes[2], size.width, shift.x, shift.y)],
    shift,
    lumaOffset: limited ? 16 : 0,
    lumaScale: limited ? 219 / 255 : 1,
    chromaScale: limited ? 224 / 255 : 1,
    commit: () => undefined,
  };
}

function convertRgb(frame: Frame, { x, y, width, height }: Rect): YccView {
  const [red, green, blue] = frame.planes;
  const stride = frame.format.width;
  const { red: kr, blue: kb } = lumaWeights('rgb');
  const count = width * height;
  const make = () => new Uint8Array(count);
  const [luma, cb, cr] = [make(), make(), make()];
  const each = (visit: (at: number, pixel: number) => void) => {
    for (let row = 0, at = 0; row < height; row++) {
      for (let pixel = (y + row) * stride + x, end = pixel + width; pixel < end; pixel++) visit(at++, pixel);
    }
  };
  each((at, p) => {
    const value = kr * red[p] + (1 - kr - kb) * green[p] + kb * blue[p];
    luma[at] = value + 0.5;
    cb[at] = Math.min(255, 128.5 + (blue[p] - value) / (2 * (1 - kb)));
    cr[at] = Math.min(255, 128.5 + (red[p] - value) / (2 * (1 - kr)));
  });
  const before = [luma.slice(), cb.slice(), cr.slice()];
  const clamp = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
  const view = (data: Uint8Array): PlaneView => ({ data, stride: width, offset: 0, width, height });
  return {
    x,
    y,
    luma: view(luma),
    chroma: [view(cb), view(cr)],
    shift: { x: 0, y: 0 },
    lumaOffset: 0,
    lumaScale: 1,
    chromaScale: 1,
    // Differences only: converting there and back would round pixels that nobody touched.
    commit: () =>
      each((at, p) => {
        const dy = luma[at] - before[0][at];
        const db = (cb[at] - before[1][at]) * 2 * (1 - kb);
        const dr = (cr[at] - before[2][at]) * 2 * (1 - kr);
        if (dy === 0 && db === 0 && dr === 0) return;
        red[p] = clamp(red[p] + dy + dr);
        blue[p] = clamp(blue[p] + dy + db);
        green[p] = clamp(green[p] + dy - (kr * dr + kb * db) / (1 - kr - kb));
      }),
  };
}
