import { frameBytes } from '../image/frame';
import { copyFrames, type Copying } from '../media/copyFrames';
import type { MediaInfo } from '../media/mediaInfo';
import type { MediaTools } from '../media/tools';

/** Up to so many frames between two key frames the way to any of them is short. */
const SHORT = 48;
/** Frames after a key frame up to which it is worth the way to begin a copy: there are films with a single key frame. */
const FAR = 2500;
/** Somebody who scrubs asks for the next frame sooner. */
const PAUSE_MS = 100;
const MOST_BYTES = 160e6;
/** Share of those bytes to plan with, because frames differ. */
const PLANNED = 0.9;
/** A frame of a film takes about this share of its bytes as decoded, until it is known. */
const USUAL_SHARE = 1 / 16;
/** Copying a frame takes so many times as long as decoding it alone. */
const COPYING = 2.5;
/** Frames to hand to a decoder at once. */
const AT_ONCE = 48;

/** Frames from one key frame to the next one. */
interface Stretch {
  key: number;
  /** What of it is not there: from this frame up to before that one. */
  first: number;
  end: number;
}

/**
 * JPEGs of frames around the playhead that are far from a key frame, made while nobody waits for anything, in memory alone: from here any of
 * them comes in the time of one. They look like the frames of the file (`copyArguments` says how exactly), so that a preview needs
 * no other ones afterwards.
 */
export class WorkingCopy {
  private readonly jpegs = new Map<number, Buffer>();
  private bytes = 0;
  private playhead = 0;
  private waiting: NodeJS.Timeout | undefined;
  /** What is left of the stretch at work. */
  private making: (Stretch & { copying: Copying }) | undefined;
  private isResting = true;
  /** A frame that somebody waits for. */
  private awaited: { frame: number; isThere: () => void } | undefined;
  /** Key frames of the stretches that have been made for this playhead, as far as there is room for them. */
  private readonly made = new Set<number>();
  private whenMade = (): void => undefined;
  /** This ffmpeg cannot do it. */
  private isImpossible = false;

  constructor(
    private readonly info: MediaInfo,
    private readonly tools: MediaTools,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  has(frame: number): boolean {
    return this.jpegs.has(frame);
  }

  /** The JPEGs of a frame and of those after it, one at least up to `last`; none when one of them is not there. */
  from(first: number, last: number): Buffer[] {
    const found: Buffer[] = [];
    for (let n = first; n <= Math.max(last, first + AT_ONCE); n++) {
      const jpeg = this.jpegs.get(n);
      if (!jpeg) break;
      found.push(jpeg);
    }
    return found.length > last - first ? found : [];
  }

  /** Goes on, or begins where somebody is now, unless `rest` is called first. `whenMade` is told when there is nothing left to be made. */
  makeAround(playhead: number, whenMade: () => void = () => undefined): void {
    this.rest();
    const { kind, seekable } = this.info;
    if (kind === 'image' || !seekable) return;
    this.playhead = playhead;
    this.whenMade = whenMade;
    this.made.clear();
    if (!this.making && !this.nearest()) {
      whenMade();
      return;
    }
    this.waiting = setTimeout(() => {
      this.isResting = false;
      void this.goOn();
    }, PAUSE_MS);
  }

  /** Whether a frame is there sooner when the copy goes on than when it is decoded from its key frame on. */
  isComing(frame: number): boolean {
    const { making } = this;
    if (!making || frame < making.first || frame >= making.end) return false;
    return (frame - making.first) * COPYING < frame - making.key;
  }

  /** Goes on until a frame that is coming is there, or surely never will be, and rests. */
  async until(frame: number): Promise<void> {
    clearTimeout(this.waiting);
    const there = new Promise<void>((resolve) => (this.awaited = { frame, isThere: resolve }));
    this.making?.copying.resume();
    await there;
    this.rest();
  }

  /** Lets somebody who waits for a frame have the processor. */
  rest(): void {
    clearTimeout(this.waiting);
    this.isResting = true;
    this.making?.copying.pause();
  }

  /** Ends the program that makes it, and keeps what is there. */
  async stop(): Promise<void> {
    this.rest();
    await this.end();
  }

  async close(): Promise<void> {
    await this.stop();
    this.jpegs.clear();
    this.bytes = 0;
  }

  private async end(): Promise<void> {
    const { making } = this;
    this.making = undefined;
    this.awaited?.isThere();
    await making?.copying.close();
  }

  private async goOn(): Promise<void> {
    const { making } = this;
    // Begun anew elsewhere with every jump, none would ever be done.
    if (making && this.isWanted(making)) {
      making.copying.resume();
      return;
    }
    await this.end();
    if (this.isResting) return;
    const stretch = this.nearest();
    if (stretch) await this.make(stretch);
    else this.whenMade();
  }

  private async make({ key, first, end }: Stretch): Promise<void> {
    const take = (jpeg: Buffer): void => this.keep(making.first++, jpeg);
    const making = { key, first, end, copying: copyFrames(this.info, this.tools, first, end - first, take) };
    this.making = making;
    const { code } = await making.copying.ended;
    if (this.making !== making) return;
    this.making = undefined;
    this.awaited?.isThere();
    this.made.add(key);
    this.isImpossible = code !== 0;
    await this.goOn();
  }

  /** What there is room for. What has no room on one side of the playhead, at the ends of the film, has room on the other one. */
  private window(): { from: number; end: number } {
    const { info, playhead, jpegs } = this;
    const usual = jpegs.size > 0 ? this.bytes / jpegs.size : frameBytes(info.format) * USUAL_SHARE;
    const room = Math.floor((PLANNED * this.mostBytes) / usual);
    const from = Math.max(0, Math.min(playhead - (room >> 1), info.frames - room));
    return { from, end: from + room };
  }

  private isWanted({ first, end }: Stretch): boolean {
    const window = this.window();
    return first < window.end && end > window.from;
  }

  /** The stretch to be copied next. */
  private nearest(): Stretch | undefined {
    const { info, playhead, jpegs } = this;
    if (this.isImpossible) return undefined;
    const window = this.window();
    let found: Stretch | undefined;
    let away = Infinity;
    info.keyFrames.forEach((key, n) => {
      const next = info.keyFrames[n + 1] ?? info.frames;
      const distance = Math.max(key - playhead, playhead - next + 1, 0);
      if (next - key <= SHORT || distance >= away || this.made.has(key)) return;
      let first = Math.max(key, window.from);
      let end = Math.min(next, window.end);
      while (first < end && jpegs.has(first)) first++;
      while (first < end && jpegs.has(end - 1)) end--;
      if (first >= end || first - key > FAR) return;
      found = { key, first, end };
      away = distance;
    });
    return found;
  }

  /** What is farthest from the playhead goes when there is too much. */
  private keep(frame: number, jpeg: Buffer): void {
    this.bytes += jpeg.length - (this.jpegs.get(frame)?.length ?? 0);
    this.jpegs.set(frame, jpeg);
    if (frame === this.awaited?.frame) this.awaited.isThere();
    while (this.bytes > this.mostBytes) {
      const far = (n: number): number => Math.abs(n - this.playhead);
      const farthest = [...this.jpegs.keys()].reduce((a, b) => (far(b) > far(a) ? b : a));
      this.bytes -= this.jpegs.get(farthest)!.length;
      this.jpegs.delete(farthest);
    }
  }
}
