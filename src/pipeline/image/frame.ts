/** How chroma is sampled, or `rgb` for three full planes R, G, B (still images). 8 bits a sample. */
export type Sampling = '420' | '422' | '444' | 'rgb';

export type ColourMatrix = 'bt601' | 'bt709' | 'bt2020' | 'rgb';

/** What all frames of one stream share. */
export interface FrameFormat {
  width: number;
  height: number;
  sampling: Sampling;
  matrix: ColourMatrix;
  /** `limited`: Y 16–235, chroma 16–240; `full`: 0–255. RGB is always full. */
  range: 'limited' | 'full';
}

/**
 * One picture as decoded: three planes one after the other in `data`, no padding (the layout of ffmpeg's
 * rawvideo yuv420p/yuv422p/yuv444p; for `rgb` the planes are R, G, B). Chroma planes are rounded up.
 */
export interface Frame {
  format: FrameFormat;
  /** Position in the stream, 0-based. */
  index: number;
  data: Uint8Array;
  /** Views into `data`: Y, U, V or R, G, B. */
  planes: [Uint8Array, Uint8Array, Uint8Array];
}

/** log2 of how much smaller the chroma planes are. */
export function chromaShift(sampling: Sampling): { x: 0 | 1; y: 0 | 1 } {
  return { x: sampling === '420' || sampling === '422' ? 1 : 0, y: sampling === '420' ? 1 : 0 };
}

export function chromaSize(format: FrameFormat): { width: number; height: number } {
  const shift = chromaShift(format.sampling);
  return { width: (format.width + shift.x) >> shift.x, height: (format.height + shift.y) >> shift.y };
}

/** Bytes of one frame. */
export function frameBytes(format: FrameFormat): number {
  const chroma = chromaSize(format);
  return format.width * format.height + 2 * chroma.width * chroma.height;
}

/** A frame of its own with the same pixels. */
export function copyOf(frame: Frame): Frame {
  return createFrame(frame.format, frame.data.slice(), frame.index);
}

/** A frame over `data` (default: new memory). */
export function createFrame(
  format: FrameFormat,
  data = new Uint8Array(frameBytes(format)),
  index = 0,
): Frame {
  const luma = format.width * format.height;
  const size = chromaSize(format);
  const chroma = size.width * size.height;
  return {
    format,
    index,
    data,
    planes: [
      data.subarray(0, luma),
      data.subarray(luma, luma + chroma),
      data.subarray(luma + chroma, luma + 2 * chroma),
    ],
  };
}
