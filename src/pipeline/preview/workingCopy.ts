import { availableParallelism } from 'node:os';
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
/** Stretches to be copied at a time. */
const COPIERS = Math.min(4, availableParallelism());
/** Frames to hand to a decoder at once. */
const AT_ONCE = 48;

/** A stretch at work, of which `first` is what is left. */
type Making = Stretch & { copying: Copying };

/**
 * JPEGs of frames in long stretches between key frames, made while nobody waits for anything, in memory alone: from here any of them
 * comes in the time of one. Key frames first, then one for each pixel of the timeline, then all where there is room, else all around the playhead. They look
 * like the frames of the file (`copyArguments` says how exactly), so that a preview needs no other ones afterwards.
 */
export class WorkingCopy {
  private readonly jpegs = new Map<number, Buffer>();
  private bytes = 0;
  /** How many frames have been copied that are no key frames, which are larger, and their bytes. */
  private readonly usual = { count: 0, bytes: 0 };
  private playhead = 0;
  /** Of so many frames one comes before all others, and is kept wherever the playhead is; 0 for none. Chosen for a timeline of so many frames a pixel. */
  private step = 0;
  private perPixel = 1;
  private isSpaced = false;
  private waiting: NodeJS.Timeout | undefined;
  /** At work, or standing still. */
  private readonly makings = new Set<Making>();
  private isResting = true;
  /** A frame that somebody waits for, and the stretch in which it is. */
  private awaited: { frame: number; making: Making; isThere: () => void } | undefined;
  /** Stretches that have been made, as far as there is room for them: for this playhead, and for any. */
  private readonly dense = new Set<number>();
  private readonly sparse = new Set<string>();
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
    if (this.makings.size === 0 && !this.next()) {
      whenMade();
      return;
    }
    this.waiting = setTimeout(() => {
      this.isResting = false;
      this.goOn();
    }, PAUSE_MS);
  }

  /** Whether a frame is there sooner when the copy goes on than when it is decoded from its key frame on. */
  isComing(frame: number): boolean {
    return this.makingOf(frame) !== undefined;
  }

  /** Goes on until a frame that is coming is there, or surely never will be, and rests. */
  async until(frame: number): Promise<void> {
    const making = this.makingOf(frame);
    this.rest();
    making?.copying.resume();
    if (making) await new Promise<void>((isThere) => (this.awaited = { frame, making, isThere }));
    this.rest();
  }

  /** Lets somebody who waits for a frame have the processor. */
  rest(): void {
    clearTimeout(this.waiting);
    this.isResting = true;
    for (const { copying } of this.makings) copying.pause();
  }

  /** Ends the programs that make it, and keeps what is there. */
  async stop(): Promise<void> {
    this.rest();
    await Promise.all([...this.makings].map((making) => this.end(making)));
  }

  async close(): Promise<void> {
    await this.stop();
    this.jpegs.clear();
    this.bytes = 0;
  }

  private async end(making: Making): Promise<void> {
    this.forget(making);
    await making.copying.close();
  }

  private forget(making: Making): void {
    this.makings.delete(making);
    if (this.awaited?.making === making) this.awaited.isThere();
  }

  /** What comes to a frame sooner than a decoder would. */
  private makingOf(frame: number): Making | undefined {
    return [...this.makings].find(({ key, first, end, step }) => {
      const copying = 1 + (COPYING - 1) / step;
      return frame >= first && frame < end && frame % step === 0 && (frame - first) * copying < frame - key;
    });
  }

  private goOn(): void {
    if (this.isResting) return;
    for (const making of this.makings) {
      // Begun anew elsewhere with every jump, none would ever be done.
      if (this.isWanted(making)) making.copying.resume();
      else void this.end(making);
    }
    this.space(this.perPixel);
    while (this.makings.size < COPIERS) {
      const stretch = this.next();
      if (!stretch) break;
      void this.make(stretch);
    }
    if (this.makings.size === 0) this.whenMade();
  }

  private async make(stretch: Stretch): Promise<void> {
    const { key, first, end, step } = stretch;
    const choice = { first, count: Math.ceil((end - first) / step), step };
    const copying = copyFrames(this.info, this.tools, choice, (jpeg) => {
      this.keep(making.first, jpeg);
      making.first += step;
    });
    const making = { ...stretch, copying };
    this.makings.add(making);
    const { code } = await copying.ended;
    if (!this.makings.has(making)) return;
    this.forget(making);
    if (step === 1) this.dense.add(key);
    else this.sparse.add(`${key}/${step}`);
    this.isImpossible ||= code !== 0;
    this.goOn();
  }

  /** Keeps to one spacing, unless the timeline has become wider: whatever was made otherwise would have to be made anew. */
  private space(perPixel: number): void {
    const isWider = perPixel > 1 && perPixel < 0.7 * this.perPixel;
    if (this.isSpaced && !isWider) return;
    this.step = sparseStep(this.info, this.state.room, perPixel);
    this.perPixel = perPixel;
    this.isSpaced = this.step > 0 && this.usual.count >= KNOWN;
  }

  private get state(): CopyState {
    const { info, playhead, step, jpegs, sparse, dense, makings } = this;
    const { count, bytes } = this.usual;
    const usual = count > 0 ? bytes / count : frameBytes(info.format) * USUAL_SHARE;
    return {
      ...{ info, playhead, step },
      room: Math.floor((PLANNED * this.mostBytes) / usual),
      has: (frame) => jpegs.has(frame),
      isMade: ({ key, step: every }) =>
        (every > 1 ? sparse.has(`${key}/${every}`) : dense.has(key)) ||
        [...makings].some((making) => making.key === key && making.step === every),
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
    if (!this.info.keyFrames.includes(frame)) {
      this.usual.count++;
      this.usual.bytes += jpeg.length;
    }
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
