import { open } from 'node:fs/promises';
import { FaceSwapError } from '../../protocol/errors';
import { copied, double, element, elements, rebuilt, unsigned, type Element } from './ebml';
import type { MediaInfo } from './mediaInfo';

type MatroskaRepair = Pick<MediaInfo, 'frameRate' | 'rotation'>;

const ids = {
  segment: 0x18538067,
  index: 0x114d9b74,
  seek: 0x4dbb,
  seekPosition: 0x53ac,
  tracks: 0x1654ae6b,
  track: 0xae,
  trackType: 0x83,
  frameDuration: 0x23e383,
  video: 0xe0,
  projection: 0x7670,
  roll: 0x7675,
  room: 0xec,
};
/** More than whatever stands before the first picture. */
const mostBytes = 4 << 20;

/**
 * Puts right in a Matroska or WebM file of ffmpeg's what its generations do in different ways or not at all: the duration of a frame, which
 * they take from the first times as rounded to milliseconds, and how the picture is turned. What that takes is taken from the room behind the
 * index, so that nothing moves but what describes the tracks.
 * @throws internal when the file is laid out otherwise
 */
export async function repairMatroska(file: string, repair: MatroskaRepair): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const segment = elements(bytes, 0, bytesRead).find(({ id }) => id === ids.segment);
    const parts = segment ? elements(bytes, segment.start, bytesRead) : [];
    const [index, room, tracks] = [ids.index, ids.room, ids.tracks].map((wanted) =>
      parts.find(({ id }) => id === wanted),
    );
    if (!segment || !index || !room || !tracks || room.at !== index.end || tracks.end > bytesRead)
      throw new FaceSwapError('internal', { reason: 'no tracks in the joined file' });
    const between = bytes.subarray(room.end, tracks.at);
    const described = rebuilt(bytes, tracks, (track) => repairedTrack(bytes, track, repair));
    const left = tracks.end - room.at - between.length - described.length;
    if (left < 9) throw new FaceSwapError('internal', { reason: 'no room behind the index' });
    const moved = room.at + left - room.end;
    const follow = (position: Element): Buffer => {
      const value = bytes.readUIntBE(position.start, position.end - position.start);
      const isMoved = segment.start + value >= room.end && segment.start + value <= tracks.at;
      return element(position, unsigned(isMoved ? value + moved : value, position.end - position.start));
    };
    const found = rebuilt(bytes, index, (seek) =>
      seek.id === ids.seek
        ? rebuilt(bytes, seek, (part) => (part.id === ids.seekPosition ? follow(part) : copied(bytes, part)))
        : copied(bytes, seek),
    );
    const emptied = element({ id: ids.room, width: 8 }, Buffer.alloc(left - 9));
    await handle.write(Buffer.concat([found, emptied, between, described]), 0, undefined, index.at);
  } finally {
    await handle.close();
  }
}

function repairedTrack(bytes: Buffer, track: Element, { frameRate, rotation }: MatroskaRepair): Buffer {
  const parts = elements(bytes, track.start, track.end);
  const isVideo = parts.some(({ id, start }) => id === ids.trackType && bytes[start] === 1);
  if (track.id !== ids.track || !isVideo) return copied(bytes, track);
  const turned = element({ id: ids.projection }, element({ id: ids.roll }, double(roll[rotation])));
  const kept = parts.filter(({ id }) => id !== ids.frameDuration);
  const content = kept.map((part) => {
    if (part.id !== ids.video || rotation === 0) return copied(bytes, part);
    const others = elements(bytes, part.start, part.end).filter(({ id }) => id !== ids.projection);
    return element(part, Buffer.concat([...others.map((other) => copied(bytes, other)), turned]));
  });
  const nanoseconds = Math.round((1e9 * frameRate.den) / frameRate.num);
  content.push(element({ id: ids.frameDuration }, unsigned(nanoseconds, 6)));
  return element(track, Buffer.concat(content));
}

/** Degrees counter-clockwise, as Matroska has them. */
const roll = { 0: 0, 90: -90, 180: 180, 270: 90 };
