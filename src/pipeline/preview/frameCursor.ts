import { copyOf, type Frame } from '../image/frame';
import { readImage } from '../media/images';
import type { MediaInfo } from '../media/mediaInfo';
import type { MediaTools } from '../media/tools';
import { isQuick } from './copyPlan';
import { LastFrame } from './lastFrame';
import { Reading } from './reading';
import { SeenFrames } from './seenFrames';
import { WorkingCopy } from './workingCopy';

/** As many frames are decoded on in the time in which a decoder starts elsewhere. */
const START = 20;
/** Frames up to which it is quicker to decode on where nobody knows which of them are key frames. */
const READ_ON = 40;
/** Frames to have before the playhead: whoever looks around often goes back by a few. */
const BEHIND = 8;
/** Pixels beside one that is pointed at in which a frame is looked for that comes soon. */
const BESIDE = 14;
/** Frames to read when so many are not there. */
const STOCK = 24;

/** Gives single frames of a video to somebody who looks around in it; a decoder stays where it was left. */
export class FrameCursor {
  private readonly seen: SeenFrames;
  private ahead: Reading | undefined;
  /** Frames before the playhead that are being read, and when they are. */
  private behind: { reading: Reading; end: number; done: Promise<void> } | undefined;
  private readonly last: LastFrame;
  /** A frame that somebody may want next, and the decoder on the way to it. */
  private expected: { index: number; reading: Reading; done: Promise<void> } | undefined;
  /** Goes on with the copy where somebody has looked last. */
  private goOn = (): void => undefined;
  /** Of frames that would take long to decode. */
  private readonly copy: WorkingCopy;

  constructor(
    private readonly info: MediaInfo,
    private readonly tools: MediaTools,
  ) {
    this.seen = new SeenFrames(info);
    this.last = new LastFrame(info.frames - 1);
    this.copy = new WorkingCopy(info, tools);
  }

  /**
   * A copy for the caller. Numbers beyond the end give the last frame. Throws what the reader throws.
   * @param perPixel frames from the one wanted on, of the pixel that somebody has pointed at; 0 when it is to be the very one
   */
  async frameAt(wanted: number, perPixel = 0): Promise<Frame> {
    const end = this.info.frames - 1;
    const index = this.soonest(wanted, perPixel, BESIDE * perPixel);
    await this.takeExpected(index);
    const { behind } = this;
    if (!this.isThere(index) && this.copy.isComing(index)) await this.copy.until(index);
    else this.copy.rest();
    if (behind) {
      const isComing = index >= behind.reading.next && index < behind.end;
      // Whoever has gone elsewhere needs the processor for something else.
      if (Math.abs(index - behind.end) > STOCK) await this.stopBehind();
      else if (!this.seen.has(index)) await (isComing ? behind.done : this.stopBehind());
    }
    const ready = this.seen.get(index) ?? (index === end ? await this.last.whenThere : undefined);
    const frame = ready ?? (await this.find(index));
    this.seen.remember(frame);
    return copyOf(frame);
  }

  /** A copy of a frame that was wanted just now, if it is still remembered; disturbs nothing that is done ahead of time. */
  again(index: number): Frame | undefined {
    const frame = this.seen.get(index);
    return frame && copyOf(frame);
  }

  /** Reads the frames before one that somebody looks at, who may go back: each step would start a decoder otherwise. */
  stockBefore(index: number): void {
    const least = Math.min(BEHIND, index, this.seen.most - 1);
    const isStocked = Array.from({ length: least }, (_, i) => index - 1 - i).every((n) => this.seen.has(n));
    if (isStocked || this.behind || this.info.kind === 'image') return;
    // Patiently: the frame itself is just on its way to the eye.
    const reading = this.read(index - Math.min(STOCK, index, this.seen.most - 1), index - 1, true);
    // Whether the file is whole is for those to hear who ask for a frame.
    const done = reading
      .readUntil(index - 1, STOCK, this.seen.remember)
      .catch(() => undefined)
      .then(() => {
        this.behind = undefined;
        return this.isAtHand(index + 1) ? reading.close() : this.goOnWith(reading);
      });
    this.behind = { reading, end: index, done };
  }

  /** Copies what lies around a frame, as soon as somebody stays there, so that jumps into the middle of long stretches are short. */
  stockCopy(index: number, perPixel = 1): void {
    this.copy.makeAround(index, perPixel);
  }

  /**
   * What is worth doing ahead of time for somebody who looks at a frame: what is likeliest to be wanted next comes first.
   * @param perPixel frames that a pixel of the timeline stands for
   */
  stockAround(index: number, perPixel = 1, isPointed = false): void {
    // After a jump another one is likelier than a step back.
    if (!isPointed) this.stockBefore(index);
    this.goOn = () =>
      this.copy.makeAround(index, perPixel, () => {
        this.stockBefore(index);
        this.stockLast();
      });
    this.goOn();
  }

  /** Somebody may want one of these frames next: decodes it, until somebody asks for another one. */
  expect(wanted: number, perPixel = 0): void {
    const { expected, copy } = this;
    const index = this.soonest(wanted, perPixel);
    if (!this.info.seekable || this.info.kind === 'image' || expected?.index === index) return;
    if (this.isAtHand(index) || copy.isComing(index)) return;
    copy.rest();
    const isOnTheWay = expected && index > expected.index && this.isNear(index, expected.index + 1);
    if (!isOnTheWay) void expected?.reading.close();
    const reading = isOnTheWay ? expected.reading : this.read(this.startFor(index), index);
    const before = isOnTheWay ? expected.done : Promise.resolve();
    const next = { index, reading, done: before.then(() => this.arrive(reading, index)) };
    this.expected = next;
    void next.done.then(() => {
      if (this.expected === next) this.goOn();
    });
  }

  /** Ends what is done ahead of time; what is there already stays. */
  async rest(): Promise<void> {
    await Promise.all([this.stopBehind(), this.stopExpected(), this.copy.stop()]);
  }

  async close(): Promise<void> {
    const { ahead } = this;
    this.ahead = undefined;
    await Promise.all([
      ahead?.close(),
      this.last.close(),
      this.stopBehind(),
      this.stopExpected(),
      this.copy.close(),
    ]);
  }

  /**
   * Of the frames of a pixel the one that comes soonest. Where all of them take long, the nearest one that does not: as far as `beside`
   * frames away a picture is worth more at once than the exact one too late.
   */
  private soonest(wanted: number, perPixel: number, beside = 0): number {
    const { frames } = this.info;
    const index = Math.max(0, Math.min(wanted, frames - 1));
    const pixel = Array.from({ length: Math.min(perPixel, frames - index) }, (_, i) => index + i);
    const around = Array.from({ length: beside }, (_, i) => [index - 1 - i, index + perPixel + i]).flat();
    return (
      pixel.find((n) => this.isThere(n)) ??
      [...pixel, ...around].find((n) => n >= 0 && n < frames && this.isSoon(n)) ??
      index
    );
  }

  private isThere(index: number): boolean {
    return this.seen.has(index) || this.copy.has(index);
  }

  /** Whether nobody notices that a frame has to be decoded. */
  private isSoon(index: number): boolean {
    return this.isAtHand(index) || isQuick(this.info, index);
  }

  /** Whether a frame comes in the time of a few. */
  private isAtHand(index: number): boolean {
    const { ahead } = this;
    const isNext = ahead && index >= ahead.next && index < ahead.end && index <= ahead.next + START;
    return index >= this.info.frames || this.isThere(index) || Boolean(isNext);
  }

  /** What has been decoded ahead of time is taken where it leads to the frame that is wanted, and ended where it does not. */
  private async takeExpected(index: number): Promise<void> {
    const { expected } = this;
    if (!expected) return;
    const isOnTheWay = index <= expected.index || this.isNear(index, expected.index + 1);
    this.expected = undefined;
    if (this.isAtHand(index) || index <= expected.index - BEHIND || !isOnTheWay) {
      void expected.reading.close();
      return;
    }
    await expected.done;
    await this.goOnWith(expected.reading);
  }

  private async stopExpected(): Promise<void> {
    const { expected } = this;
    this.expected = undefined;
    await expected?.reading.close();
  }

  private arrive(reading: Reading, index: number): Promise<void> {
    return reading.readUntil(index, BEHIND, this.seen.remember).then(
      () => undefined,
      () => reading.close(),
    );
  }

  private async goOnWith(reading: Reading): Promise<void> {
    if (reading.isClosed) return;
    const { ahead } = this;
    this.ahead = reading;
    await ahead?.close();
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
      return await this.ahead!.readUntil(index, STOCK, this.seen.remember);
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

  /** Where to begin, so that frames before the one that is wanted come along, unless they take the way from another key frame. */
  private startFor(index: number): number {
    const start = index - Math.min(BEHIND, index, this.seen.most - 1);
    return this.info.keyFrames.find((key) => key > start && key <= index) ?? start;
  }

  /** A decoder that starts with one frame and is to come to another one. */
  private read(first: number, last: number, isPatient = false): Reading {
    return new Reading(this.info, this.tools, first, this.copy.from(first, last), isPatient);
  }

  private stockLast(): void {
    const end = this.info.frames - 1;
    this.last.stock(() => this.read(this.startFor(end), end, true), BEHIND, this.seen.remember);
  }

  private async stopBehind(): Promise<void> {
    const { behind } = this;
    await behind?.reading.close();
    await behind?.done;
  }
}
