import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Filler } from './pipeFiller';

interface Filling {
  target: Uint8Array;
  filled: number;
  done(filled: number): void;
}

/**
 * Reads what a program writes straight into buffers. Node's own pipes to a child make a new buffer of 64 KiB for every read, to be
 * copied and collected: more than half of what taking over a frame costs.
 */
export class SocketFiller implements Filler {
  private filling: Filling | undefined;
  private ended = false;
  /** A socket asks before every read where it may write: what the first byte of a buffer is for is not known by then. */
  private readonly first = new Uint8Array(1);
  private readonly ours: Socket;

  private constructor(file: string) {
    const onread = { buffer: () => this.room(), callback: (count: number) => this.accept(count) };
    this.ours = connect({ path: file, onread });
    this.ours.pause();
    const end = () => {
      this.ended = true;
      this.finish();
    };
    this.ours.once('end', end).once('close', end).on('error', end);
  }

  /**
   * A filler with the socket that the program is to inherit as its standard output, to be closed on this side then. Undefined where there
   * are no sockets of that kind, no folder for their name, or too many open files.
   */
  static async open(): Promise<{ filler: SocketFiller; theirs: Socket } | undefined> {
    // A program would get a pipe there that it cannot write to in the usual way.
    if (process.platform === 'win32') return undefined;
    const file = path.join(tmpdir(), `face-swap-${randomBytes(8).toString('hex')}`);
    const server = createServer({ pauseOnConnect: true });
    try {
      await once(server.listen(file), 'listening');
      const filler = new SocketFiller(file);
      const arrivals = [once(server, 'connection'), once(filler.ours, 'error')];
      const [theirs] = (await Promise.race(arrivals)) as [Socket | Error];
      return theirs instanceof Error ? undefined : { filler, theirs };
    } catch {
      return undefined;
    } finally {
      server.close();
    }
  }

  fill(target: Uint8Array): Promise<number> {
    return new Promise((done) => {
      this.filling = { target, filled: 0, done };
      if (this.ended) this.finish();
      else this.ours.resume();
    });
  }

  close(): void {
    this.ours.destroy();
  }

  private room(): Uint8Array {
    const { filling, first } = this;
    return filling && filling.filled > 0 ? filling.target.subarray(filling.filled) : first;
  }

  /** @returns whether more is wanted */
  private accept(count: number): boolean {
    const filling = this.filling!;
    if (filling.filled === 0) [filling.target[0]] = this.first;
    filling.filled += count;
    if (filling.filled < filling.target.length) return true;
    this.finish();
    return false;
  }

  private finish(): void {
    const filling = this.filling;
    this.filling = undefined;
    filling?.done(filling.filled);
  }
}
