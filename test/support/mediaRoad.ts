import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import installed from '@ffmpeg-installer/ffmpeg';
import type { EncodingOptions } from '../../src/protocol/job';
import { chromaShift, createFrame, frameBytes, type FrameFormat } from '../../src/pipeline/image/frame';
import { rawPixelFormat } from '../../src/pipeline/media/arguments';
import { FramePool } from '../../src/pipeline/media/framePool';
import { openFrameReader } from '../../src/pipeline/media/frameReader';
import { openFrameWriter } from '../../src/pipeline/media/frameWriter';
import { joinSegments, type JoinReport } from '../../src/pipeline/media/mux';
import type { MediaInfo } from '../../src/pipeline/media/mediaInfo';
import { probeMedia } from '../../src/pipeline/media/probe';
import { completeSegment, partialName, planSegments } from '../../src/pipeline/media/segments';
import { findMediaTools, type MediaTools } from '../../src/pipeline/media/tools';
import { verifyResult } from '../../src/pipeline/media/verify';

/** The ffmpeg that is found first and the one from npm, oldest of all; fewer where they are the same. */
export async function ffmpegGenerations(): Promise<MediaTools[]> {
  const found = await findMediaTools({});
  const installer = installed.path;
  const extra = (process.env['FACE_SWAP_TEST_FFMPEG'] ?? '')
    .split(path.delimiter)
    .filter((file) => file !== '');
  const all = [found];
  for (const file of [installer, ...extra]) {
    if (existsSync(file) && file !== found.ffmpeg.path) all.push(await findMediaTools({ ffmpeg: file }));
  }
  return all;
}

export interface PassedThrough {
  info: MediaInfo;
  result: MediaInfo;
  report: JoinReport;
  output: string;
}

/** Takes a clip through reader, writer and join without changing a pixel. `output` lies in a folder of its own. */
export async function passThrough(
  file: string,
  extension: string,
  encoding: EncodingOptions,
  tools: MediaTools,
  segmentFrames = 7,
): Promise<PassedThrough> {
  const folder = mkdtempSync(path.join(tmpdir(), 'face-swap-media-'));
  const info = await probeMedia(file, tools);
  const pool = new FramePool(info.format, 3);
  const reader = openFrameReader(info, tools, { pool });
  const segments = planSegments(info.frames, segmentFrames, folder);
  for (const segment of segments) {
    const writer = openFrameWriter(partialName(segment), info, encoding, tools);
    for (let n = 0; n < segment.frames; n++) {
      const frame = await reader.read();
      if (!frame) throw new Error('reader ended early');
      await writer.write(frame);
      pool.give(frame);
    }
    await writer.finish();
    await completeSegment(segment);
  }
  if (await reader.read()) throw new Error('reader gives more frames than probed');
  await reader.close();
  const output = path.join(folder, `joined${extension}`);
  const { encoder, skipAudio } = encoding;
  const report = await joinSegments(segments, info, output, { extension, encoder, skipAudio }, tools);
  const result = await verifyResult(output, info, report.audioStreams, tools);
  return { info, result, report, output };
}

export function removeFolderOf(file: string): void {
  rmSync(path.dirname(file), { recursive: true, force: true });
}

/** MD5 of every frame of `file` as `coded`; 4:4:4 is thinned out to the sampling of `wanted`. */
export function planeHashes(file: string, wanted: MediaInfo, coded: MediaInfo, tools: MediaTools): string[] {
  const passing = tools.ffmpeg.hasFpsMode ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
  const { stdout } = spawnSync(
    tools.ffmpeg.path,
    [
      ...['-v', 'error', '-noautorotate', '-i', `file:${file}`, '-map', '0:v:0', ...passing],
      ...['-pix_fmt', rawPixelFormat(coded), '-f', 'rawvideo', '-'],
    ],
    { maxBuffer: 1 << 30 },
  );
  const bytes = frameBytes(coded.format);
  return Array.from({ length: stdout.length / bytes }, (_, n) => {
    const frame = createFrame(coded.format, stdout.subarray(n * bytes, (n + 1) * bytes));
    const hash = createHash('md5').update(frame.planes[0]);
    for (const plane of [1, 2]) hash.update(thinned(frame.planes[plane], wanted.format, coded.format));
    return hash.digest('hex');
  });
}

/** The first of the chroma samples that stand where `wanted` has but one. */
function thinned(plane: Uint8Array, wanted: FrameFormat, coded: FrameFormat): Uint8Array {
  if (wanted.sampling === coded.sampling) return plane;
  const { width } = coded;
  const shift = chromaShift(wanted.sampling);
  const isFirst = (n: number) =>
    (n % width) % (1 << shift.x) === 0 && Math.floor(n / width) % (1 << shift.y) === 0;
  return plane.filter((_, n) => isFirst(n));
}

/** Frames per second as the file says. */
export function declaredRate(file: string, tools: MediaTools): number {
  const entry = ['-show_entries', 'stream=r_frame_rate', '-of', 'csv=p=0'];
  const args = ['-v', 'error', '-select_streams', 'v:0', ...entry, `file:${file}`];
  const { stdout } = spawnSync(tools.ffprobe.path, args, { encoding: 'utf8' });
  const [, num, den] = /(\d+)\/(\d+)/.exec(stdout) ?? [];
  return Number(num) / Number(den);
}

export interface AudioPacket {
  seconds: number;
  md5: string;
}

/** Every sound packet of all tracks, copied as it is. */
export function audioPackets(file: string, tools: MediaTools): AudioPacket[] {
  const args = [
    '-v',
    'error',
    '-copyts',
    '-i',
    `file:${file}`,
    '-map',
    '0:a?',
    '-c',
    'copy',
    '-f',
    'framemd5',
    '-',
  ];
  const { stdout } = spawnSync(tools.ffmpeg.path, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const ticks = new Map<string, number>();
  for (const [, stream, num, den] of stdout.matchAll(/^#tb (\d+): (\d+)\/(\d+)/gm)) {
    ticks.set(stream, Number(num) / Number(den));
  }
  const rows = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return rows.map((row) => {
    const [stream, , pts, , , md5] = row.split(',').map((cell) => cell.trim());
    return { seconds: Number(pts) * (ticks.get(stream) ?? NaN), md5 };
  });
}
