import { FaceSwapError } from '../../protocol/errors';
import { captureTool, type Ended } from './childProcess';
import type { Tool } from './tools';

/** The part of ffprobe's stream record that is used; numbers arrive as numbers or strings, as ffprobe likes. */
export interface ProbedStream {
  index: number;
  codec_type?: string;
  codec_name?: string;
  codec_tag_string?: string;
  profile?: string;
  width?: number;
  height?: number;
  pix_fmt?: string;
  field_order?: string;
  sample_aspect_ratio?: string;
  color_range?: string;
  color_space?: string;
  color_transfer?: string;
  color_primaries?: string;
  chroma_location?: string;
  r_frame_rate?: string;
  avg_frame_rate?: string;
  time_base?: string;
  start_time?: string;
  duration?: string;
  nb_frames?: string;
  channels?: number;
  sample_rate?: string;
  disposition?: Record<string, number>;
  side_data_list?: { side_data_type?: string; displaymatrix?: string; rotation?: number }[];
  tags?: Record<string, string>;
}

export interface ProbedFile {
  streams: ProbedStream[];
  chapters: unknown[];
  format: { format_name: string; start_time?: string; duration?: string; tags?: Record<string, string> };
}

export interface ProbedPacket {
  /** Undefined in containers that store decoding order only, such as AVI. */
  pts?: number;
  key: boolean;
  /** Decoded but not shown: cut away by an edit list. */
  hidden: boolean;
}

export interface ProbedFrame {
  best_effort_timestamp?: number;
  interlaced_frame?: number;
  side_data_list?: { side_data_type?: string }[];
}

/** ffprobe takes a name for an address when it looks like one; `file:` says that it never is. */
export function fileUrl(file: string): string {
  return `file:${file}`;
}

/**
 * @param head the first bytes of the file
 * @throws media-truncated, not-media with ffprobe's own words, tool-failed when it crashes
 */
export async function probeStreams(
  file: string,
  head: string,
  ffprobe: Tool,
  signal?: AbortSignal,
): Promise<ProbedFile> {
  const result = await captureTool(
    ffprobe.path,
    ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_chapters', fileUrl(file)],
    { signal },
  );
  if (result.code !== 0) {
    // An index that is missing is missing from what begins like a movie; other things go by that name only.
    const movie = /^.{4}(ftyp|moov|mdat|wide|free|skip)/s.test(head);
    throw refusal(result, file, movie);
  }
  return { streams: [], chapters: [], ...(JSON.parse(result.stdout) as Partial<ProbedFile>) } as ProbedFile;
}

/** Every packet of one stream by reading the container alone: exact and fast, nothing is decoded. */
export async function probePackets(
  file: string,
  streamIndex: number,
  ffprobe: Tool,
  signal?: AbortSignal,
): Promise<{ packets: ProbedPacket[]; complaints: string }> {
  const packets: ProbedPacket[] = [];
  let rest = '';
  const onText = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [pts, flags = ''] = line.trim().split(',');
      if (pts === '') continue;
      const packet: ProbedPacket = { key: flags.includes('K'), hidden: flags.includes('D') };
      if (pts !== 'N/A') packet.pts = Number(pts);
      packets.push(packet);
    }
  };
  const result = await captureTool(
    ffprobe.path,
    [
      '-v',
      'error',
      '-of',
      'csv=p=0',
      '-select_streams',
      String(streamIndex),
      '-show_entries',
      'packet=pts,flags',
      fileUrl(file),
    ],
    { signal, onText },
  );
  if (result.code !== 0) throw refusal(result, file);
  return { packets, complaints: reasonOf(result.stderr, file) };
}

/** When the first packet of a stream is heard or seen; undefined when there is none. */
export async function firstPacketSeconds(
  file: string,
  stream: string,
  ffprobe: Tool,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const { stdout } = await captureTool(
    ffprobe.path,
    [
      ...['-v', 'error', '-of', 'csv=p=0', '-select_streams', stream, '-read_intervals', '%+#1'],
      ...['-show_entries', 'packet=pts_time', fileUrl(file)],
    ],
    { signal },
  );
  const seconds = parseFloat(stdout);
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** The first `count` frames as decoded, or all of them. */
export async function probeFrames(
  file: string,
  streamIndex: number,
  count: number | 'all',
  ffprobe: Tool,
  signal?: AbortSignal,
): Promise<ProbedFrame[]> {
  const interval = count === 'all' ? [] : ['-read_intervals', `%+#${count}`];
  const entries = 'frame=best_effort_timestamp,interlaced_frame:frame_side_data=side_data_type';
  const result = await captureTool(
    ffprobe.path,
    [
      '-v',
      'error',
      '-of',
      'json',
      '-select_streams',
      String(streamIndex),
      ...interval,
      '-show_entries',
      entries,
      fileUrl(file),
    ],
    { signal },
  );
  if (result.code !== 0) throw refusal(result, file);
  return (JSON.parse(result.stdout) as { frames?: ProbedFrame[] }).frames ?? [];
}

function refusal(result: Ended & { stderr: string }, file: string, movie = false): FaceSwapError {
  const reason = reasonOf(result.stderr, file);
  if (result.signal !== null) {
    return new FaceSwapError('tool-failed', {
      tool: 'ffprobe',
      file,
      reason: result.signal,
      stderr: result.stderr,
    });
  }
  const truncated = movie || /partial file|ended prematurely|truncated/i.test(result.stderr);
  return new FaceSwapError(truncated ? 'media-truncated' : 'not-media', { file, reason });
}

/** ffprobe's last line without the addresses and names around it. */
function reasonOf(stderr: string, file: string): string {
  const last = stderr.split('\n').at(-1) ?? '';
  return last.replace(`${fileUrl(file)}: `, '').replace(/^\[[^\]]*\] */, '');
}
