import { crc32, fileId, flags, startcodes, type NutPacket, type NutStream } from './nut';

const timestampShift = 7;

/** The bytes a NUT file begins with. */
export function nutHeader(stream: NutStream): Buffer {
  const main = new Bytes()
    .number(3) // version
    .number(1) // streams
    .number(65536) // longest distance between syncpoints
    .number(1) // time bases
    .number(stream.timeBase.num)
    .number(stream.timeBase.den);
  // Frame codes: 1 says everything itself, all others stay unused. 'N' is never counted.
  for (const [flag, count] of [
    [flags.invalid, 1],
    [flags.codedPts | flags.sizeMsb | flags.checksum | flags.coded, 1],
    [flags.invalid, 253],
  ] as const) {
    main.number(flag).number(6).number(0).number(1).number(0).number(0).number(0).number(count);
  }
  main.number(0); // no elided headers
  const video = new Bytes()
    .number(0) // stream
    .number(0) // video
    .block(Buffer.from(stream.fourcc, 'latin1'))
    .number(0) // time base
    .number(timestampShift)
    .number(0x40000000) // longest pause
    .number(stream.decodeDelay)
    .number(0)
    .block(stream.extradata)
    .number(stream.width)
    .number(stream.height)
    .number(stream.sampleWidth)
    .number(stream.sampleHeight)
    .number(0);
  return Buffer.concat([
    Buffer.from(fileId, 'latin1'),
    packet(startcodes.main, main.buffer()),
    packet(startcodes.stream, video.buffer()),
  ]);
}

/**
 * What goes before a packet's data: a syncpoint (so that no distance rule applies) and the frame header.
 * @param pts 0 or more
 */
export function nutFrameHeader({ pts, key, data }: NutPacket): Buffer {
  const sync = packet(startcodes.syncpoint, new Bytes().number(pts).number(0).buffer());
  const head = new Bytes()
    .number(1) // frame code
    .number(key ? flags.key : 0)
    .number(pts + 2 ** timestampShift)
    .number(data.length)
    .buffer();
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(head));
  return Buffer.concat([sync, head, checksum]);
}

function packet(startcode: bigint, content: Buffer): Buffer {
  const start = Buffer.alloc(8);
  start.writeBigUInt64BE(startcode);
  const length = content.length + 4;
  const head = Buffer.concat([start, new Bytes().number(length).buffer()]);
  const headChecksum = Buffer.alloc(length > 4096 ? 4 : 0);
  if (length > 4096) headChecksum.writeUInt32BE(crc32(head));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([head, headChecksum, content, checksum]);
}

class Bytes {
  private readonly parts: number[] = [];

  /** Seven bits a byte, most significant first. */
  number(value: number): this {
    const groups = [value % 128];
    for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
      groups.push((rest % 128) | 128);
    this.parts.push(...groups.reverse());
    return this;
  }

  block(bytes: Uint8Array): this {
    this.number(bytes.length);
    for (const byte of bytes) this.parts.push(byte);
    return this;
  }

  buffer(): Buffer {
    return Buffer.from(this.parts);
  }
}
