import type { Frame } from './frame';

/** Whole pixels; may reach beyond the frame. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Interleaved RGB, 0–255, row major. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8ClampedArray | Uint8Array;
}

export type FrameSource = Frame | RgbImage;
