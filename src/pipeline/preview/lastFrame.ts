import type { Frame } from '../image/frame';
import type { Reading } from './reading';

/** How long it is looked for ahead of time: there are films with a single key frame. */
const MOST_MS = 20_000;

/** The last frame of a video, to which people jump from anywhere; it stays for as long as the file is open. */
export class LastFrame {
  private frame: Promise<Frame | undefined> | undefined;
  private toIt: Reading | undefined;

  /** @param index of the last frame */
  constructor(private readonly index: number) {}

  /** As soon as a decoder on the way to it is there; undefined when none is, or it did not come in time. */
  get whenThere(): Promise<Frame | undefined> | undefined {
    return this.frame;
  }

  /**
   * Reads it once, from the key frame before it, which may be long before. `remember` gets it, and as many of those before it as `before`
   * says.
   */
  stock(open: () => Reading, before: number, remember: (frame: Frame) => void): void {
    this.frame ??= this.read((this.toIt = open()), before, remember);
  }

  async close(): Promise<void> {
    this.frame = undefined;
    await this.toIt?.close();
  }

  private async read(
    reading: Reading,
    before: number,
    remember: (frame: Frame) => void,
  ): Promise<Frame | undefined> {
    const tooLong = setTimeout(() => void reading.close(), MOST_MS);
    try {
      return await reading.readUntil(this.index, before, remember);
    } catch {
      return undefined;
    } finally {
      clearTimeout(tooLong);
      this.toIt = undefined;
      await reading.close();
    }
  }
}
