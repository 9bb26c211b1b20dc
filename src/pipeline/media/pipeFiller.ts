import type { Readable } from 'node:stream';

/** Takes what a program writes, a buffer at a time; between two calls the program waits. */
export interface Filler {
  /** Resolves with the number of bytes filled: all of `target`, or less at the end of the stream. */
  fill(target: Uint8Array): Promise<number>;
  /** What is left in the pipe would otherwise keep it open. */
  close(): void;
}

interface Filling {
  target: Uint8Array;
  filled: number;
  done(filled: number): void;
}

/** Copies a pipe chunk by chunk into buffers; between two calls the pipe is paused. */
export class PipeFiller implements Filler {
  private filling: Filling | undefined;
  /** What arrived beyond the last buffer. */
  private rest: Buffer[] = [];
  private ended = false;

  constructor(private readonly stream: Readable) {
    stream.on('data', (chunk: Buffer) => {
      const beyond = this.accept(chunk);
      if (beyond) this.rest.push(beyond);
    });
    stream.pause();
    const end = () => {
      this.ended = true;
      this.finish();
    };
    stream.once('end', end).once('close', end).once('error', end);
  }

  fill(target: Uint8Array): Promise<number> {
    return new Promise((done) => {
      this.filling = { target, filled: 0, done };
      const rest = this.rest;
      this.rest = rest.flatMap((chunk) => this.accept(chunk) ?? []);
      if (this.ended) this.finish();
      else this.resumeIfFilling();
    });
  }

  close(): void {
    this.stream.destroy();
  }

  private resumeIfFilling(): void {
    if (this.filling) this.stream.resume();
  }

  /** @returns what did not fit */
  private accept(chunk: Buffer): Buffer | undefined {
    const filling = this.filling;
    if (!filling) return chunk;
    const count = Math.min(chunk.length, filling.target.length - filling.filled);
    filling.target.set(count === chunk.length ? chunk : chunk.subarray(0, count), filling.filled);
    filling.filled += count;
    if (filling.filled === filling.target.length) {
      this.stream.pause();
      this.finish();
    }
    return count < chunk.length ? chunk.subarray(count) : undefined;
  }

  private finish(): void {
    const filling = this.filling;
    this.filling = undefined;
    filling?.done(filling.filled);
  }
}
