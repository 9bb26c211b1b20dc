import { execFileSync } from 'node:child_process';

interface ProbedStream {
  codec_type: string;
  codec_name: string;
  width?: number;
  nb_read_frames?: string;
}

export interface Probed {
  frames: number;
  width: number;
  codec: string;
  /** Codec of the first audio track, or `none`. */
  audio: string;
}

/** What ffprobe finds in a file that it decodes to the end. */
export function probe(ffprobe: string, file: string): Probed {
  const json = execFileSync(ffprobe, [
    ...['-v', 'error', '-count_frames', '-show_streams', '-print_format', 'json', file],
  ]);
  const { streams } = JSON.parse(json.toString()) as { streams: ProbedStream[] };
  const video = streams.find((stream) => stream.codec_type === 'video');
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  return {
    frames: Number(video?.nb_read_frames ?? 0),
    width: video?.width ?? 0,
    codec: video?.codec_name ?? 'none',
    audio: audio?.codec_name ?? 'none',
  };
}
