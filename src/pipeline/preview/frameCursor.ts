import { copyOf, frameBytes, type Frame } from '../image/frame';
import { readImage } from '../media/images';
import type { MediaInfo } from '../media/mediaInfo';
import type { MediaTools } from '../media/tools';
import { Reading } from './reading';
import { WorkingCopy } from './workingCopy';

/** As many frames are decoded on in the time in which a decoder starts elsewhere. */
const START = 20;
/** Frames up to which it is quicker to decode on where nobody knows which of them are key frames. */
const READ_ON = 40;
/** Frames to have before the playhead: whoever looks around often goes back by a few. */
const BEHIND = 8;
/** Frames to read when so many are not there. */
const STOCK = 24;
/** Bytes of frames that are remembered: somebody who compares goes to and fro. */
const MOST_BYTES = 64e6;
/** How long the last frame is looked for ahead of time: there are films with a single key frame. */
const LAST_MS = 20_000;

/** Gives single frames of a video to somebody who looks around in it; a decoder stays where it was left. */
export class FrameCursor {
  private readonly seen = new Map<number, Frame>();
  private ahead: Reading | undefined;
  /** Frames before the playhead that are being read, and when they are. */
  private behind: { reading: Reading; end: number; done: Promise<void> } | undefined;
  /** The last frame, which stays for as long as the file is open, and the decoder on the way to it. */
  private last: Promise<Frame | undefined> | undefined;
  private toLast: Reading | undefined;
  /** Of frames that would take long to decode. */
  private readonly copy: WorkingCopy;

  constructor(
    private readonly info: MediaInfo,
    private readonly tools: MediaTools,
  ) {
    this.copy = new WorkingCopy(info, tools);
  }

  /** A copy for the caller. Numbers beyond the end give the last frame. Throws what the reader throws. */
  async frameAt(wanted: number): Promise<Frame> {
    const end = this.info.frames - 1;
    const index = Math.max(0, Math.min(wanted, end));
    const { behind } = this;
    if (!this.seen.has(index) && this.copy.isComing(index)) await this.copy.until(index);
    else this.copy.rest();
    if (behind) {
      const isComing = index >= behind.reading.next && index < behind.end;
      // Whoever has gone elsewhere needs the processor for something else.
      if (Math.abs(index - behind.end) > STOCK) await this.stopBehind();
      else if (!this.seen.has(index)) await (isComing ? behind.done : this.stopBehind());
    }
    const ready = this.seen.get(index) ?? (index === end ? await this.last : undefined);
    const frame = ready ?? (await this.find(index));
    this.remember(frame);
    return copyOf(frame);
  }

  /** Reads the frames before one that somebody looks at, who may go back: each step would start a decoder otherwise. */
  stockBefore(index: number): void {
    const least = Math.min(BEHIND, index, this.most - 1);
    const isStocked = Array.from({ length: least }, (_, i) => index - 1 - i).every((n) => this.seen.has(n));
    if (isStocked || this.behind || this.info.kind === 'image') return;
    // Patiently: the frame itself is just on its way to the eye.
    const reading = this.read(index - Math.min(STOCK, index, this.most - 1), index - 1, true);
    // Whether the file is whole is for those to hear who ask for a frame.
    const done = reading
      .readUntil(index - 1, STOCK, this.remember)
      .catch(() => undefined)
      .then(() => {
        this.behind = undefined;
        return reading.close();
      });
    this.behind = { reading, end: index, done };
  }

  /** Copies what lies around a frame, as soon as somebody stays there, so that jumps into the middle of long stretches are short. */
  stockCopy(index: number): void {
    this.copy.makeAround(index);
  }

  /** What is worth doing ahead of time for somebody who looks at a frame: what is likeliest to be wanted next comes first. */
  stockAround(index: number): void {
    this.stockBefore(index);
    this.copy.makeAround(index, () => this.stockLast());
  }

  /** Ends what is done ahead of time; what is there already stays. */
  async rest(): Promise<void> {
    await Promise.all([this.stopBehind(), this.copy.stop()]);
  }

  async close(): Promise<void> {
    const { ahead, toLast } = this;
    this.ahead = undefined;
    this.last = undefined;
    await Promise.all([ahead?.close(), toLast?.close(), this.stopBehind(), this.copy.close()]);
  }

  private async find(index: number): Promise<Frame> {
    const { info } = this;
    if (info.kind === 'image') return readImage(info);
    const first = this.copy.has(index) ? index : this.startFor(index);
    const { ahead } = this;
    if (!ahead || index < ahead.next || index >= ahead.end || !this.isNear(first, ahead.next)) {
      await ahead?.close();
      this.ahead = this.read(first, index);
    }
    try {
      return await this.ahead!.readUntil(index, STOCK, this.remember);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Whether a decoder that stands at `next` comes to a frame sooner than one that starts at the key frame before it. */
  private isNear(frame: number, next: number): boolean {
    const { seekable, keyFrames } = this.info;
    // Where nobody can jump, another one would begin with the first frame.
    if (!seekable) return true;
    if (this.copy.has(frame)) return frame <= next + START;
    if (keyFrames.length === 0) return frame <= next + READ_ON;
    return !keyFrames.some((key) => key > next + START && key <= frame);
  }

  /** Where to begin, so that frames before the one that is wanted come along. */
  private startFor(index: number): number {
    return index - Math.min(BEHIND, index, this.most - 1);
  }

  /** A decoder that starts with one frame and is to come to another one. */
  private read(first: number, last: number, isPatient = false): Reading {
    return new Reading(this.info, this.tools, first, this.copy.from(first, last), isPatient);
  }

  /** Reads the last frame once, to which people jump from anywhere: from the key frame before it, which may be long before. */
  private stockLast(): void {
    if (this.last) return;
    const end = this.info.frames - 1;
    this.last = this.readLast((this.toLast = this.read(this.startFor(end), end, true)));
  }

  private async readLast(reading: Reading): Promise<Frame | undefined> {
    const tooLong = setTimeout(() => void reading.close(), LAST_MS);
    try {
      return await reading.readUntil(this.info.frames - 1, BEHIND, this.remember);
    } catch {
      return undefined;
    } finally {
      clearTimeout(tooLong);
      this.toLast = undefined;
      await reading.close();
    }
  }

  private async stopBehind(): Promise<void> {
    const { behind } = this;
    await behind?.reading.close();
    await behind?.done;
  }

  /** Frames that are remembered at most, beside the last one. */
  private get most(): number {
    return Math.max(1, Math.floor(MOST_BYTES / frameBytes(this.info.format)) - 1);
  }

  private readonly remember = (frame: Frame): void => {
    this.seen.delete(frame.index);
    this.seen.set(frame.index, frame);
    for (const oldest of this.seen.keys()) if (this.seen.size > this.most) this.seen.delete(oldest);
  };
}
