import { frameBytes, type Frame } from '../image/frame';
import type { MediaInfo } from '../media/mediaInfo';

/** Bytes of frames that are remembered: somebody who compares goes to and fro. */
const MOST_BYTES = 64e6;

/** The frames that were wanted or decoded last. */
export class SeenFrames {
  /** Frames that are remembered at most, when one more is kept elsewhere. */
  readonly most: number;
  private readonly frames = new Map<number, Frame>();

  constructor({ format }: MediaInfo) {
    this.most = Math.max(1, Math.floor(MOST_BYTES / frameBytes(format)) - 1);
  }

  has(index: number): boolean {
    return this.frames.has(index);
  }

  get(index: number): Frame | undefined {
    return this.frames.get(index);
  }

  /** Forgets the frames that nobody has wanted for longest. */
  readonly remember = (frame: Frame): void => {
    const { frames, most } = this;
    frames.delete(frame.index);
    frames.set(frame.index, frame);
    for (const oldest of frames.keys()) if (frames.size > most) frames.delete(oldest);
  };
}
