import { frameBytes } from '../image/frame';
import { copyFrames, type Copying } from '../media/copyFrames';
import type { MediaInfo } from '../media/mediaInfo';
import type { MediaTools } from '../media/tools';
import { denseWindow, nextStretch, sparseStep, type CopyState, type Stretch } from './copyPlan';

/** Somebody who scrubs asks for the next frame sooner. */
const PAUSE_MS = 100;
const MOST_BYTES = 160e6;
/** Share of those bytes to plan with, because frames differ. */
const PLANNED = 0.9;
/** A frame of a film takes about this share of its bytes as decoded, until it is known. */
const USUAL_SHARE = 1 / 16;
/** Copying a frame takes so many times as long as decoding it alone. */
const COPYING = 2.5;
/** JPEGs after which their size is known. */
const KNOWN = 16;
/** Frames to hand to a decoder at once. */
const AT_ONCE = 48;

/**
 * JPEGs of frames that are far from a key frame, made while nobody waits for anything, in memory alone: from here any of them comes in
 * the time of one. All of a film where there is room; else one for each pixel of the timeline, and all around the playhead. They look
 * like the frames of the file (`copyArguments` says how exactly), so that a preview needs no other ones afterwards.
 */
export class WorkingCopy {
  private readonly jpegs = new Map<number, Buffer>();
  private bytes = 0;
  private playhead = 0;
  /** Of so many frames one is kept wherever the playhead is; 0 for none. Chosen for a timeline of so many frames a pixel. */
  private step = 0;
  private perPixel = 1;
  private isSpaced = false;
  private waiting: NodeJS.Timeout | undefined;
  /** What is left of the stretch at work. */
  private making: (Stretch & { copying: Copying }) | undefined;
  private isResting = true;
  /** A frame that somebody waits for. */
  private awaited: { frame: number; isThere: () => void } | undefined;
  /** Key frames of the stretches that have been made, as far as there is room for them: for this playhead, and for any. */
  private readonly dense = new Set<number>();
  private readonly sparse = new Set<number>();
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

  /**
   * Goes on, or begins where somebody is now, unless `rest` is called first.
   * @param perPixel frames that a pixel of the timeline stands for
   * @param whenMade is told when there is nothing left to be made
   */
  makeAround(playhead: number, perPixel = 1, whenMade: () => void = () => undefined): void {
    this.rest();
    const { kind, seekable } = this.info;
    if (kind === 'image' || !seekable) return;
    this.playhead = playhead;
    this.whenMade = whenMade;
    this.dense.clear();
    this.space(perPixel);
    if (!this.making && !this.next()) {
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
    if (!making || frame < making.first || frame >= making.end || frame % making.step > 0) return false;
    const copying = 1 + (COPYING - 1) / making.step;
    return (frame - making.first) * copying < frame - making.key;
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
    this.space(this.perPixel);
    const stretch = this.next();
    if (stretch) await this.make(stretch);
    else this.whenMade();
  }

  private async make(stretch: Stretch): Promise<void> {
    const { first, end, step } = stretch;
    const making = {
      ...stretch,
      copying: copyFrames(
        this.info,
        this.tools,
        { first, count: Math.ceil((end - first) / step), step },
        (jpeg) => {
          this.keep(making.first, jpeg);
          making.first += step;
        },
      ),
    };
    this.making = making;
    const { code } = await making.copying.ended;
    if (this.making !== making) return;
    this.making = undefined;
    this.awaited?.isThere();
    (step > 1 ? this.sparse : this.dense).add(stretch.key);
    this.isImpossible = code !== 0;
    await this.goOn();
  }

  /** Keeps to one spacing, unless the timeline has become wider: whatever was made otherwise would have to be made anew. */
  private space(perPixel: number): void {
    const isWider = perPixel > 1 && perPixel < 0.7 * this.perPixel;
    if (this.isSpaced && !isWider) return;
    const step = sparseStep(this.info, this.state.room, perPixel);
    if (step !== this.step) this.sparse.clear();
    this.step = step;
    this.perPixel = perPixel;
    this.isSpaced = step > 0 && this.jpegs.size >= KNOWN;
  }

  private get state(): CopyState {
    const { info, playhead, step, jpegs, sparse, dense } = this;
    const usual = jpegs.size > 0 ? this.bytes / jpegs.size : frameBytes(info.format) * USUAL_SHARE;
    return {
      ...{ info, playhead, step },
      room: Math.floor((PLANNED * this.mostBytes) / usual),
      has: (frame) => jpegs.has(frame),
      isMade: (stretch) => (stretch.step > 1 ? sparse : dense).has(stretch.key),
    };
  }

  private isWanted({ first, end, step }: Stretch): boolean {
    const window = denseWindow(this.state);
    return step > 1 || (first < window.end && end > window.from);
  }

  private next(): Stretch | undefined {
    return this.isImpossible ? undefined : nextStretch(this.state);
  }

  /** What is farthest from the playhead goes when there is too much, those that are kept anywhere last. */
  private keep(frame: number, jpeg: Buffer): void {
    this.bytes += jpeg.length - (this.jpegs.get(frame)?.length ?? 0);
    this.jpegs.set(frame, jpeg);
    if (frame === this.awaited?.frame) this.awaited.isThere();
    const { step, playhead, info } = this;
    const worth = (n: number): number =>
      (step > 0 && n % step === 0 ? info.frames : 0) - Math.abs(n - playhead);
    while (this.bytes > this.mostBytes) {
      const least = [...this.jpegs.keys()].reduce((a, b) => (worth(b) < worth(a) ? b : a));
      this.bytes -= this.jpegs.get(least)!.length;
      this.jpegs.delete(least);
    }
  }
}
