import { copyOf, frameBytes, type Frame } from '../image/frame';
import { FramePool } from '../media/framePool';
import { openFrameReader, type FrameReader } from '../media/frameReader';
import { readImage } from '../media/images';
import type { MediaInfo } from '../media/mediaInfo';
import type { MediaTools } from '../media/tools';

/** Frames up to which it is quicker to decode on than to start a decoder elsewhere. */
const READ_ON = 40;
/** Frames to begin earlier with than asked for: whoever looks around often goes back by a few. */
const READ_BEFORE = 3;
/** Frames to have before the playhead, and those to read when so many are not there. */
const BEHIND = 8;
const STOCK = 24;
/** Bytes of frames that are remembered: somebody who compares goes to and fro. */
const MOST_BYTES = 64e6;

/** A decoder at work, which reads frames from `next` on. */
interface Reading {
  reader: FrameReader;
  pool: FramePool;
  next: number;
}

/** Gives single frames of a video to somebody who looks around in it; a decoder stays where it was left. */
export class FrameCursor {
  private readonly seen = new Map<number, Frame>();
  private ahead: Reading | undefined;
  /** Frames before the playhead that are being read, and when they are. */
  private behind: { reading: Reading; end: number; done: Promise<void> } | undefined;

  constructor(
    private readonly info: MediaInfo,
    private readonly tools: MediaTools,
  ) {}

  /** A copy for the caller. Numbers beyond the end give the last frame. Throws what the reader throws. */
  async frameAt(wanted: number): Promise<Frame> {
    const index = Math.max(0, Math.min(wanted, this.info.frames - 1));
    const { behind } = this;
    if (behind && !this.seen.has(index)) {
      if (index >= behind.reading.next && index < behind.end) await behind.done;
      else await this.stopBehind();
    }
    const frame = this.seen.get(index) ?? (await this.find(index));
    this.remember(frame);
    return copyOf(frame);
  }

  /** Reads the frames before one that somebody looks at, who may go back: each step would start a decoder otherwise. */
  stockBefore(index: number): void {
    const { info } = this;
    const least = Math.min(BEHIND, index, this.most - 1);
    const isStocked = Array.from({ length: least }, (_, i) => index - 1 - i).every((n) => this.seen.has(n));
    if (isStocked || this.behind || info.kind === 'image') return;
    // Patiently: the frame itself is just on its way to the eye.
    const reading = this.open(index - Math.min(STOCK, index, this.most - 1), true);
    // Whether the file is whole is for those to hear who ask for a frame.
    const done = this.readUntil(reading, index - 1)
      .catch(() => undefined)
      .then(() => {
        this.behind = undefined;
        return reading.reader.close();
      });
    this.behind = { reading, end: index, done };
  }

  async close(): Promise<void> {
    const { ahead } = this;
    this.ahead = undefined;
    await Promise.all([ahead?.reader.close(), this.stopBehind()]);
  }

  private async find(index: number): Promise<Frame> {
    const { info } = this;
    if (info.kind === 'image') return readImage(info);
    if (!this.ahead || index < this.ahead.next || index > this.ahead.next + READ_ON) {
      await this.ahead?.reader.close();
      this.ahead = this.open(index - Math.min(READ_BEFORE, index, this.most - 1));
    }
    try {
      return await this.readUntil(this.ahead, index);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private open(first: number, isPatient = false): Reading {
    const { info, tools } = this;
    const pool = new FramePool(info.format, 1);
    return {
      reader: openFrameReader(info, tools, { pool, startFrame: first, isPatient }),
      pool,
      next: first,
    };
  }

  /** Reads on and remembers what comes, up to a frame that is inside the video, so that it is there or the reader throws. */
  private async readUntil(reading: Reading, index: number): Promise<Frame> {
    for (;;) {
      const frame = (await reading.reader.read())!;
      reading.next = frame.index + 1;
      const kept = copyOf(frame);
      reading.pool.give(frame);
      this.remember(kept);
      if (kept.index === index) return kept;
    }
  }

  private async stopBehind(): Promise<void> {
    const { behind } = this;
    await behind?.reading.reader.close();
    await behind?.done;
  }

  /** Frames that are remembered at most. */
  private get most(): number {
    return Math.max(1, Math.floor(MOST_BYTES / frameBytes(this.info.format)));
  }

  private remember(frame: Frame): void {
    this.seen.delete(frame.index);
    this.seen.set(frame.index, frame);
    for (const oldest of this.seen.keys()) if (this.seen.size > this.most) this.seen.delete(oldest);
  }
}
