import { box, words } from './mp4Boxes';

/**
 * A fragmented MP4 stream of one video track: the only form that takes decoding time, presentation time and duration
 * of every frame in any time base through a pipe, and that ffmpeg of every age reads.
 */
export interface FragmentTrack {
  width: number;
  height: number;
  /** Ticks a second. */
  timescale: number;
  /** A whole `stsd` box. */
  description: Buffer;
}

export interface FragmentSample {
  key: boolean;
  size: number;
  /** Ticks, 0 or more. */
  decodingTime: number;
  /** Presentation minus decoding time, 0 or more. */
  delay: number;
  duration: number;
}

const unity = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

/** What the stream begins with. */
export function fragmentHeader({ width, height, timescale, description }: FragmentTrack): Buffer {
  const movieHeader = box(
    'mvhd',
    words(0, 0, 0, 1000, 0, 0x10000, 0x01000000, 0, 0, ...unity, 0, 0, 0, 0, 0, 0, 2),
  );
  const trackHeader = box(
    'tkhd',
    words(3, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...unity, width * 0x10000, height * 0x10000),
  );
  const empty = words(0, 0);
  const table = box(
    'stbl',
    description,
    box('stts', empty),
    box('stsc', empty),
    box('stsz', words(0, 0, 0)),
    box('stco', empty),
  );
  const media = box(
    'mdia',
    box('mdhd', words(0, 0, 0, timescale, 0, 0x55c40000)),
    box('hdlr', words(0, 0), Buffer.from('vide', 'latin1'), words(0, 0, 0), Buffer.alloc(1)),
    box(
      'minf',
      box('vmhd', words(1, 0, 0)),
      box('dinf', box('dref', words(0, 1), box('url ', words(1)))),
      table,
    ),
  );
  const extends_ = box('mvex', box('trex', words(0, 1, 1, 0, 0, 0)));
  return Buffer.concat([
    box('ftyp', Buffer.from('iso6', 'latin1'), words(0x200), Buffer.from('iso6mp41', 'latin1')),
    box('moov', movieHeader, box('trak', trackHeader, media), extends_),
  ]);
}

/** What goes before one frame's data. */
export function fragmentOf(sequence: number, sample: FragmentSample): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(sample.decodingTime));
  const sampleFlags = sample.key ? 0x02000000 : 0x01010000;
  const run = (dataOffset: number) =>
    box('trun', words(0xf01, 1, dataOffset, sample.duration, sample.size, sampleFlags, sample.delay));
  const movie = (dataOffset: number) =>
    box(
      'moof',
      box('mfhd', words(0, sequence)),
      box('traf', box('tfhd', words(0x20000, 1)), box('tfdt', words(0x01000000), time), run(dataOffset)),
    );
  const { length } = movie(0);
  return Buffer.concat([movie(length + 8), words(sample.size + 8), Buffer.from('mdat', 'latin1')]);
}
