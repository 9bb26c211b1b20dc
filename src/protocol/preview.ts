import type { SwapJob } from './job';

/** One frame of a job before and after, for somebody who looks around. */
export interface PreviewRequest {
  /** As it would run; its output is not written, and need not be possible. */
  job: SwapJob;
  frame: number;
  /** Frames that every pixel of the timeline stands for, 1 at least. */
  perPixel: number;
  /** Somebody has pointed at it: so many frames from this one on are under the pointer, and the one that comes soonest will do. */
  pointed: boolean;
  /** Pictures come at most this wide. */
  maxWidth: number;
  /** Whether anybody looks at the mask. */
  mask: boolean;
}

/** A frame that somebody may want next. */
export interface FrameHint extends Pick<PreviewRequest, 'frame' | 'perPixel'> {
  /** The target. */
  file: string;
}

/** Points in pixels of the pictures as they come. */
export interface PreviewFace {
  box: { x: number; y: number; width: number; height: number };
  /** The outline, eyes, brows, nose and lips, each a polyline of x, y pairs. */
  lines: number[][];
  /** Whether it is swapped. */
  swapped: boolean;
  /** Index in the job's face map, where there is one and the face belongs to one of its people. */
  person?: number;
}

export interface Preview {
  frame: number;
  seconds: number;
  width: number;
  height: number;
  /** JPEG, base64. */
  original: string;
  swapped: string;
  /** PNG, base64: where pixels were changed, white on transparent, alpha by how much; empty when it was not wanted. */
  mask: string;
  faces: PreviewFace[];
}
