import { open, type FileHandle } from 'node:fs/promises';
import { descend, readMovie, videoTrack, type Box } from './mp4Boxes';

export interface Sample {
  /** Which frame of the segment it shows. */
  frame: number;
  key: boolean;
  offset: number;
  size: number;
}

/** A finished segment: an MP4 file with nothing but one video track. */
export interface SegmentFile {
  handle: FileHandle;
  /** The `stsd` box, whole: codec, parameter sets, colours, aspect. */
  description: Buffer;
  /** In decoding order. */
  samples: Sample[];
  /** The decoder's parameter sets; segments can be joined only if these agree. */
  parameters: Buffer;
  close: () => Promise<void>;
}

/** Thrown on a file that is not a complete segment; the caller knows which one to name. */
export class SegmentDamaged extends Error {}

export async function openSegmentFile(file: string): Promise<SegmentFile> {
  const handle = await open(file, 'r');
  try {
    const movie = await readMovie(handle);
    const track = movie && videoTrack(movie.bytes);
    const table = track && descend(movie.bytes, track, 'mdia', 'minf', 'stbl');
    if (!table) throw new SegmentDamaged('no sample table');
    const tables = new SampleTables(movie.bytes, table);
    return {
      handle,
      description: tables.description(),
      parameters: tables.parameters(),
      samples: tables.samples(),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class SampleTables {
  constructor(
    private readonly bytes: Buffer,
    private readonly table: Box,
  ) {}

  description(): Buffer {
    const box = this.find('stsd');
    return this.bytes.subarray(box.head, box.end);
  }

  /** Inside the one sample entry, whose own fields come first; VP9 has no parameter sets. */
  parameters(): Buffer {
    const box = this.find('stsd');
    const entry: Box = { type: 'entry', head: box.start + 8, start: box.start + 8 + 8 + 78, end: box.end };
    const found = descend(this.bytes, entry, 'avcC') ?? descend(this.bytes, entry, 'hvcC');
    return found ? this.bytes.subarray(found.start, found.end) : Buffer.alloc(0);
  }

  samples(): Sample[] {
    const sizes = this.sizes();
    const offsets = this.offsets(sizes);
    const times = this.presentationTimes(sizes.length);
    const sync = descend(this.bytes, this.table, 'stss') ? new Set(this.column('stss', 1, 0)) : undefined;
    const order = sizes.map((_, n) => n).sort((a, b) => times[a] - times[b]);
    const frames = new Uint32Array(sizes.length);
    order.forEach((sample, frame) => (frames[sample] = frame));
    return sizes.map((size, n) => ({
      frame: frames[n],
      key: sync?.has(n + 1) ?? true,
      offset: offsets[n],
      size,
    }));
  }

  private sizes(): number[] {
    const { start } = this.find('stsz');
    const same = this.bytes.readUInt32BE(start + 4);
    const count = this.bytes.readUInt32BE(start + 8);
    return Array.from({ length: count }, (_, n) => same || this.bytes.readUInt32BE(start + 12 + n * 4));
  }

  /** Chunk by chunk: `stsc` says from which chunk on how many samples lie in each. */
  private offsets(sizes: number[]): number[] {
    const firstChunks = this.column('stsc', 3, 0);
    const perChunk = this.column('stsc', 3, 1);
    const offsets: number[] = [];
    let run = 0;
    this.chunkOffsets().forEach((chunkOffset, chunk) => {
      while (firstChunks[run + 1] <= chunk + 1) run++;
      let offset = chunkOffset;
      for (let n = 0; n < perChunk[run]; n++) {
        const size = sizes[offsets.length];
        offsets.push(offset);
        offset += size;
      }
    });
    return offsets;
  }

  private chunkOffsets(): number[] {
    const wide = descend(this.bytes, this.table, 'co64');
    if (!wide) return this.column('stco', 1, 0);
    const count = this.bytes.readUInt32BE(wide.start + 4);
    return Array.from({ length: count }, (_, n) =>
      Number(this.bytes.readBigUInt64BE(wide.start + 8 + n * 8)),
    );
  }

  private presentationTimes(count: number): number[] {
    const durations = expand(this.column('stts', 2, 0), this.column('stts', 2, 1));
    const shifts = descend(this.bytes, this.table, 'ctts')
      ? expand(this.column('ctts', 2, 0), this.column('ctts', 2, 1))
      : [];
    let decodingTime = 0;
    return Array.from({ length: count }, (_, n) => {
      const time = decodingTime + ((shifts[n] ?? 0) | 0);
      decodingTime += durations[n];
      return time;
    });
  }

  private column(type: string, columns: number, column: number): number[] {
    const { start } = this.find(type);
    const count = this.bytes.readUInt32BE(start + 4);
    return Array.from({ length: count }, (_, n) =>
      this.bytes.readUInt32BE(start + 8 + (n * columns + column) * 4),
    );
  }

  private find(type: string): Box {
    const found = descend(this.bytes, this.table, type);
    if (!found) throw new SegmentDamaged(`no ${type} box`);
    return found;
  }
}

function expand(counts: number[], values: number[]): number[] {
  return counts.flatMap((count, n) => new Array<number>(count).fill(values[n]));
}
