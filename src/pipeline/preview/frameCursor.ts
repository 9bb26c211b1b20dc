import { copyOf, type Frame } from '../image/frame';
import { FramePool } from '../media/framePool';
import { openFrameReader, type FrameReader } from '../media/frameReader';
import { readImage } from '../media/images';
import type { MediaInfo } from '../media/mediaInfo';
import type { MediaTools } from '../media/tools';

/** Frames up to which it is quicker to decode on than to start a decoder elsewhere. */
const READ_ON = 40;
/** Frames to begin earlier with for somebody who goes back: each step back would start a decoder otherwise. */
const READ_BEFORE = 12;
/** Bytes of frames that are remembered: somebody who compares goes to and fro. */
const MOST_BYTES = 64e6;

/** Gives single frames of a video to somebody who looks around in it; a decoder stays where it was left. */
export class FrameCursor {
  private readonly pool: FramePool;
  private readonly seen = new Map<number, Frame>();
  private reader: FrameReader | undefined;
  /** The frame that the reader gives next. */
  private next = 0;

  constructor(
    private readonly info: MediaInfo,
    private readonly tools: MediaTools,
  ) {
    this.pool = new FramePool(info.format, 1);
  }

  /** A copy for the caller. Numbers beyond the end give the last frame. Throws what the reader throws. */
  async frameAt(wanted: number): Promise<Frame> {
    const index = Math.max(0, Math.min(wanted, this.info.frames - 1));
    const frame = this.seen.get(index) ?? (await this.find(index));
    this.remember(frame);
    return copyOf(frame);
  }

  async close(): Promise<void> {
    const { reader } = this;
    this.reader = undefined;
    await reader?.close();
  }

  private async find(index: number): Promise<Frame> {
    const { info, tools, pool } = this;
    if (info.kind === 'image') return readImage(info);
    if (!this.reader || index < this.next || index > this.next + READ_ON) {
      const before = this.reader && index < this.next ? Math.min(READ_BEFORE, this.most - 1) : 0;
      await this.close();
      this.next = Math.max(0, index - before);
      this.reader = openFrameReader(info, tools, { pool, startFrame: this.next });
    }
    try {
      for (;;) {
        // The index is inside the video, so there is a frame or the reader throws.
        const frame = (await this.reader.read())!;
        this.next = frame.index + 1;
        const kept = copyOf(frame);
        pool.give(frame);
        if (kept.index === index) return kept;
        this.remember(kept);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Frames that are remembered at most. */
  private get most(): number {
    return Math.max(1, Math.floor(MOST_BYTES / this.pool.bytes));
  }

  private remember(frame: Frame): void {
    this.seen.delete(frame.index);
    this.seen.set(frame.index, frame);
    for (const oldest of this.seen.keys()) if (this.seen.size > this.most) this.seen.delete(oldest);
  }
}
