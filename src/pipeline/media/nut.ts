/**
 * The few parts of NUT (https://ffmpeg.org/~michael/nut.txt) that segments need: one video stream, exact timestamps
 * in any time base. ffmpeg of every age reads and writes it, also through pipes.
 */
export const startcodes = {
  main: 0x4e4d7a561f5f04adn,
  stream: 0x4e5311405bf2f9dbn,
  syncpoint: 0x4e4be4adeeca4569n,
} as const;

export const fileId = 'nut/multimedia container\0';

export const flags = {
  key: 1,
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideData: 256,
  headerIndex: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const;

export interface NutStream {
  fourcc: string;
  width: number;
  height: number;
  /** 0:0 when unknown. */
  sampleWidth: number;
  sampleHeight: number;
  timeBase: { num: number; den: number };
  /** Frames a decoder may have to hold back for reordering. */
  decodeDelay: number;
  extradata: Uint8Array;
}

export interface NutPacket {
  pts: number;
  key: boolean;
  data: Buffer;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

/** NUT's checksum: CRC-32, most significant bit first, starting at 0. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ table[(crc >>> 24) ^ byte];
  return crc >>> 0;
}
