import { copyOf, type Frame } from '../image/frame';
import { FramePool } from '../media/framePool';
import { openFrameReader, type FrameReader } from '../media/frameReader';
import type { MediaInfo } from '../media/mediaInfo';
import type { MediaTools } from '../media/tools';

/** A decoder at work, which stays where it was left. */
export class Reading {
  /** The first frame that it cannot reach. */
  readonly end: number;
  isClosed = false;
  private readonly pool: FramePool;
  private readonly reader: FrameReader;

  /**
   * @param next the frame that it reads next, 0-based
   * @param copied of this frame and those that follow, where there is a copy; empty where it is the file that is read
   * @param isPatient everything else on the machine goes first
   */
  constructor(
    info: MediaInfo,
    tools: MediaTools,
    public next: number,
    copied: readonly Uint8Array[] = [],
    isPatient = false,
  ) {
    this.pool = new FramePool(info.format, 1);
    const isCopy = copied.length > 0;
    this.end = isCopy ? next + copied.length : info.frames;
    const options = { pool: this.pool, startFrame: next, isPatient, ...(isCopy && { copied }) };
    this.reader = openFrameReader(info, tools, options);
  }

  /**
   * Reads on up to a frame that is inside the video, so that it is there or the reader throws. `remember` gets it, and as many of those
   * before it as `before` says.
   */
  async readUntil(index: number, before: number, remember: (frame: Frame) => void): Promise<Frame> {
    for (;;) {
      const frame = (await this.reader.read())!;
      this.next = frame.index + 1;
      const kept = frame.index < index - before ? undefined : copyOf(frame);
      this.pool.give(frame);
      if (kept) remember(kept);
      if (kept?.index === index) return kept;
    }
  }

  close(): Promise<void> {
    this.isClosed = true;
    return this.reader.close();
  }
}
