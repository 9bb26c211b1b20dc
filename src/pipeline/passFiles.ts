import { rm } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { TrackedFace } from './faces/face';
import type { Segment } from './media/segments';

/** The faces of a frame, and those among them that are to be swapped. */
export interface FrameFaces {
  all: TrackedFace[];
  chosen: TrackedFace[];
}

/** Where the faces of a segment's frames wait for the processors. */
export const facesFile = (segment: Segment): string => `${segment.file}.faces`;

/** Where the changes that a processor has made to a segment's frames wait for the next one. */
export const patchFile = (segment: Segment, processor: number): string => `${segment.file}.patch${processor}`;

type Choice = [index: number, of: Pick<TrackedFace, 'strength' | 'person'>];

/** Nothing is rounded: what comes back is what went in, to the last bit. */
export function packFaces({ all, chosen }: FrameFaces): Buffer {
  // Chosen faces are faces of the frame that differ in strength and person alone.
  const choices = chosen.map(({ trackId, strength, person }): Choice => [
    all.findIndex((one) => one.trackId === trackId),
    { strength, ...(person !== undefined && { person }) },
  ]);
  return serialize({ all, choices });
}

export function unpackFaces(record: Buffer): FrameFaces {
  const { all, choices } = deserialize(record) as { all: TrackedFace[]; choices: Choice[] };
  return { all, chosen: choices.map(([index, choice]) => ({ ...all[index], ...choice })) };
}

/** Removes what waited for a batch of segments that are encoded by now. */
export async function removePassFiles(segments: readonly Segment[], processors: number): Promise<void> {
  for (const segment of segments) {
    await rm(facesFile(segment), { force: true });
    for (let i = 0; i < processors; i++) await rm(patchFile(segment, i), { force: true });
  }
}
