import { open, type FileHandle } from 'node:fs/promises';
import { fileId, flags, startcodes, type NutPacket, type NutStream } from './nut';

interface FrameCode {
  flags: number;
  stream: number;
  mul: number;
  lsb: number;
  ptsDelta: number;
  reserved: number;
  header: number;
}

/** Thrown on bytes that are no NUT or end too early; the caller knows which file to name. */
export class NutError extends Error {}

/** Reads a NUT file with one video stream packet by packet, in memory independent of its length. */
export class NutReader {
  private codes: FrameCode[] = [];
  private elided: Buffer[] = [Buffer.alloc(0)];
  private timestampShift = 0;
  private lastPts = 0;

  private constructor(private readonly bytes: FileBytes) {}

  stream!: NutStream;

  static async open(file: string): Promise<NutReader> {
    const reader = new NutReader(new FileBytes(await open(file, 'r')));
    try {
      await reader.readHeaders();
    } catch (error) {
      await reader.close();
      throw error;
    }
    return reader;
  }

  close(): Promise<void> {
    return this.bytes.close();
  }

  /** The next packet in decoding order, or undefined at the end. */
  async read(): Promise<NutPacket | undefined> {
    for (;;) {
      if (await this.bytes.atEnd()) return undefined;
      const code = await this.bytes.byte();
      if (code !== 0x4e) return this.frame(this.codes[code]);
      await this.structure(code);
    }
  }

  private async readHeaders(): Promise<void> {
    const id = await this.bytes.take(fileId.length);
    if (id.toString('latin1') !== fileId) throw new NutError('no NUT file');
    let timeBases: NutStream['timeBase'][] = [];
    for (;;) {
      const { startcode, content } = await this.packet(await this.bytes.byte());
      if (startcode === startcodes.main) timeBases = this.mainHeader(content);
      else if (startcode === startcodes.stream) {
        this.streamHeader(content, timeBases);
        return;
      }
    }
  }

  private async structure(first: number): Promise<void> {
    const { startcode, content } = await this.packet(first);
    if (startcode === startcodes.syncpoint) this.lastPts = content.number();
  }

  private async packet(first: number): Promise<{ startcode: bigint; content: Cursor }> {
    const rest = await this.bytes.take(7);
    const startcode = Buffer.concat([Buffer.from([first]), rest]).readBigUInt64BE();
    const length = await this.bytes.number();
    if (length > 4096) await this.bytes.take(4);
    const content = await this.bytes.take(length);
    return { startcode, content: new Cursor(content.subarray(0, length - 4)) };
  }

  private mainHeader(head: Cursor): NutStream['timeBase'][] {
    if (head.number() > 3) head.number();
    if (head.number() !== 1) throw new NutError('more than one stream');
    head.number();
    const timeBases = Array.from({ length: head.number() }, () => ({
      num: head.number(),
      den: head.number(),
    }));
    this.codes = [];
    let [ptsDelta, mul, stream] = [0, 1, 0];
    while (this.codes.length < 256) {
      const flag = head.number();
      const fields = head.number();
      if (fields > 0) ptsDelta = head.signed();
      if (fields > 1) mul = head.number();
      if (fields > 2) stream = head.number();
      const size = fields > 3 ? head.number() : 0;
      const reserved = fields > 4 ? head.number() : 0;
      const count = fields > 5 ? head.number() : mul - size;
      if (fields > 6) head.signed();
      const header = fields > 7 ? head.number() : 0;
      for (let extra = 8; extra < fields; extra++) head.number();
      for (let n = 0; n < count && this.codes.length < 256;) {
        if (this.codes.length === 0x4e) {
          this.codes.push({
            flags: flags.invalid,
            stream: 0,
            mul: 1,
            lsb: 0,
            ptsDelta: 0,
            reserved: 0,
            header: 0,
          });
          continue;
        }
        this.codes.push({ flags: flag, stream, mul, lsb: size + n, ptsDelta, reserved, header });
        n++;
      }
    }
    const headers = head.number();
    for (let n = 0; n < headers; n++) this.elided.push(Buffer.from(head.block()));
    return timeBases;
  }

  private streamHeader(head: Cursor, timeBases: NutStream['timeBase'][]): void {
    head.number();
    if (head.number() !== 0) throw new NutError('no video stream');
    const fourcc = head.block().toString('latin1');
    const timeBase = timeBases[head.number()];
    this.timestampShift = head.number();
    head.number();
    const decodeDelay = head.number();
    head.number();
    const extradata = Uint8Array.from(head.block());
    const [width, height, sampleWidth, sampleHeight] = [
      head.number(),
      head.number(),
      head.number(),
      head.number(),
    ];
    this.stream = { fourcc, width, height, sampleWidth, sampleHeight, timeBase, decodeDelay, extradata };
  }

  private async frame(code: FrameCode): Promise<NutPacket> {
    let flag = code.flags;
    if (flag & flags.invalid) throw new NutError('damaged');
    if (flag & flags.coded) flag ^= await this.bytes.number();
    if (flag & flags.streamId) await this.bytes.number();
    let pts = this.lastPts + code.ptsDelta;
    if (flag & flags.codedPts) pts = this.fullPts(await this.bytes.number());
    this.lastPts = pts;
    let size = code.lsb;
    if (flag & flags.sizeMsb) size += code.mul * (await this.bytes.number());
    if (flag & flags.matchTime) await this.bytes.number();
    let header = code.header;
    if (flag & flags.headerIndex) header = await this.bytes.number();
    let reserved = code.reserved;
    if (flag & flags.reserved) reserved = await this.bytes.number();
    for (; reserved > 0; reserved--) await this.bytes.number();
    if (flag & flags.checksum) await this.bytes.take(4);
    if (flag & flags.sideData) throw new NutError('side data');
    const elided = size > 4096 ? this.elided[0] : this.elided[header];
    const body = await this.bytes.take(size - elided.length);
    return { pts, key: (flag & flags.key) !== 0, data: Buffer.concat([elided, body]) };
  }

  private fullPts(coded: number): number {
    const range = 2 ** this.timestampShift;
    if (coded >= range) return coded - range;
    const lowest = this.lastPts - Math.floor((range - 1) / 2);
    return lowest + ((((coded - lowest) % range) + range) % range);
  }
}

/** Numbers in a piece of memory. */
class Cursor {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  number(): number {
    for (let value = 0; ;) {
      if (this.at >= this.bytes.length) throw new NutError('ends too early');
      const byte = this.bytes[this.at++];
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.number() + 1;
    return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
  }

  block(): Buffer {
    const length = this.number();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

const chunkBytes = 1 << 20;

/** A file as a stream of bytes. */
class FileBytes {
  private chunk: Buffer = Buffer.alloc(0);
  private at = 0;

  constructor(private readonly handle: FileHandle) {}

  close(): Promise<void> {
    return this.handle.close();
  }

  async atEnd(): Promise<boolean> {
    return this.at >= this.chunk.length && !(await this.more(1));
  }

  async byte(): Promise<number> {
    if (this.at >= this.chunk.length && !(await this.more(1))) throw new NutError('ends too early');
    return this.chunk[this.at++];
  }

  async number(): Promise<number> {
    for (let value = 0; ;) {
      const byte = await this.byte();
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  }

  /** A copy-free view that stays valid: chunks are never written again. */
  async take(length: number): Promise<Buffer> {
    if (this.chunk.length - this.at < length && !(await this.more(length)))
      throw new NutError('ends too early');
    this.at += length;
    return this.chunk.subarray(this.at - length, this.at);
  }

  private async more(wanted: number): Promise<boolean> {
    const kept = this.chunk.subarray(this.at);
    const next = Buffer.allocUnsafe(Math.max(chunkBytes, wanted));
    kept.copy(next);
    let filled = kept.length;
    while (filled < wanted) {
      const { bytesRead } = await this.handle.read(next, filled, next.length - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.chunk = next.subarray(0, filled);
    this.at = 0;
    return filled >= wanted;
  }
}
