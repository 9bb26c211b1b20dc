import { execFileSync } from 'node:child_process';

interface ProbedStream {
  codec_type: string;
  codec_name: string;
  width?: number;
  nb_read_frames?: string;
}

/** What ffprobe finds in a file that it decodes to the end. */
export function probe(ffprobe: string, file: string): { frames: number; width: number; audio: string } {
  const json = execFileSync(ffprobe, [
    ...['-v', 'error', '-count_frames', '-show_streams', '-print_format', 'json', file],
  ]);
  const { streams } = JSON.parse(json.toString()) as { streams: ProbedStream[] };
  const video = streams.find((stream) => stream.codec_type === 'video');
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  return {
    frames: Number(video?.nb_read_frames ?? 0),
    width: video?.width ?? 0,
    audio: audio?.codec_name ?? 'none',
  };
}
