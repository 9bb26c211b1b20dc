import type { MediaInfo } from '../src/pipeline/media/mediaInfo';
import { probeMedia } from '../src/pipeline/media/probe';
import { findMediaTools } from '../src/pipeline/media/tools';
import { audioPackets } from '../test/support/mediaRoad';

/** A figure, what it came to, and what is wanted. */
export type Row = [name: string, value: string, wanted: string];

/** What a job must leave as it was, measured on the files: frames, time stamps, colour tags, rotation, sound. */
export async function measureMedia(original: string, result: string): Promise<Row[]> {
  const tools = await findMediaTools({});
  const [before, after] = [await probeMedia(original, tools), await probeMedia(result, tools)];
  const sound = (file: string, info: MediaInfo) =>
    info.audio.length > 0 ? audioPackets(file, tools).map(({ md5 }) => md5) : [];
  const [heard, hears] = [sound(original, before), sound(result, after)];
  return [
    ['frames', `${before.frames} → ${after.frames}`, 'the same'],
    ['time stamps moved by at most', `${(1000 * furthest(before, after)).toFixed(2)} ms`, '0 ms'],
    ['colour tags', changes(tagsOf(before), tagsOf(after)), 'kept'],
    ['picture size and rotation', changes(sizeOf(before), sizeOf(after)), 'kept'],
    ['sound, packet by packet', verdict(heard, hears), 'identical'],
  ];
}

function furthest(a: MediaInfo, b: MediaInfo): number {
  const seconds = ({ timestamps, timeBase }: MediaInfo, n: number) =>
    (timestamps[n] * timeBase.num) / timeBase.den;
  let most = 0;
  for (let n = 0; n < Math.min(a.frames, b.frames); n++)
    most = Math.max(most, Math.abs(seconds(a, n) - seconds(b, n)));
  return most;
}

function tagsOf({ colour, format }: MediaInfo): Record<string, unknown> {
  const { space, primaries, transfer } = colour;
  return { matrix: format.matrix, range: format.range, space, primaries, transfer };
}

function sizeOf({ displayWidth, displayHeight, rotation }: MediaInfo): Record<string, unknown> {
  return { displayWidth, displayHeight, rotation };
}

function changes(before: Record<string, unknown>, after: Record<string, unknown>): string {
  const changed = Object.keys(before).filter((key) => before[key] !== after[key]);
  return changed.length === 0
    ? 'kept'
    : changed.map((key) => `${key} ${String(before[key])} → ${String(after[key])}`).join(', ');
}

function verdict(before: readonly string[], after: readonly string[]): string {
  if (before.length === 0) return after.length === 0 ? 'none' : 'added';
  const same = before.length === after.length && before.every((packet, n) => packet === after[n]);
  return same ? 'identical' : after.length === 0 ? 'left out' : 'encoded anew';
}
