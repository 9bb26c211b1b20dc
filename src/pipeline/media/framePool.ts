import { FaceSwapError } from '../../protocol/errors';
import { createFrame, frameBytes, type Frame, type FrameFormat } from '../image/frame';

/**
 * A fixed ring of frames. Whoever takes one must give it back; while none is free, `take` waits, and so does
 * everything upstream. That is what keeps memory independent of the length of the video.
 */
export class FramePool {
  readonly bytes: number;
  private readonly free: Frame[] = [];
  private readonly waiting: ((frame: Frame) => void)[] = [];

  constructor(
    readonly format: FrameFormat,
    readonly size: number,
  ) {
    this.bytes = size * frameBytes(format);
    for (let n = 0; n < size; n++) this.free.push(createFrame(format));
  }

  /**
   * Waits for a free frame.
   * @throws cancelled
   */
  take(signal?: AbortSignal): Promise<Frame> {
    const frame = this.free.pop();
    if (frame) return Promise.resolve(frame);
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(new FaceSwapError('cancelled'));
      };
      const waiter = (free: Frame) => {
        signal?.removeEventListener('abort', cancel);
        resolve(free);
      };
      this.waiting.push(waiter);
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
    });
  }

  give(frame: Frame): void {
    const next = this.waiting.shift();
    if (next) next(frame);
    else this.free.push(frame);
  }
}
