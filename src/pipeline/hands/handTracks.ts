import type { Landmarks } from '../faces/face';
import { smoothingReach, smoothLandmarks } from '../faces/smoothing';
import type { Frame } from '../image/frame';
import type { Hand, HandLandmarks, MeasuredHand } from './hand';
import { isAmong, looks, touches, type HandFinder } from './handFinder';

/** A hand in one frame as measured, before smoothing. */
export interface HandPoint {
  handId: number;
  landmarks: HandLandmarks;
}

/** What is known about the hands of one frame, and whose faces they may hide. */
export interface HandNote {
  index: number;
  startsScene: boolean;
  hands: HandPoint[];
}

/** Faces that may be drawn, by what they are told from others. */
export type DrawnFaces = readonly { trackId: number; landmarks: Landmarks }[];

/** What looks for hands, and the frames that may still be changed with what is known of them. */
export interface HandTools {
  finder: HandFinder;
  frameAt(index: number): Frame | undefined;
  noteAt(index: number): HandNote | undefined;
  newId(): number;
}

/** Every how many frames hands are looked for around a face; those that are found are followed in between, and back to where they came from. */
const LOOK_EVERY = 6;
/** Frames over which a hand that comes or goes is faded, outside of those in which it is seen. */
const FADE = 3;
/** What counts as noise in a hand's points, by its radius, and that no finger moves in steps as small as lids do. */
const NOISE = 0.02;
const noneFiner = new Uint8Array(21);

/** Follows hands from the frame before, and looks for new ones around the faces whose turn it is. */
export async function analyseHands(
  frame: Frame,
  note: HandNote,
  faces: DrawnFaces,
  tools: HandTools,
): Promise<void> {
  const before = note.startsScene ? [] : (tools.noteAt(frame.index - 1)?.hands ?? []);
  for (const { handId, landmarks } of before) {
    const hand = await tools.finder.follow(frame, { landmarks });
    if (!hand || isAmong(hand, note.hands) || !faces.some((face) => touches(hand, face.landmarks))) continue;
    note.hands.push({ handId, landmarks: hand.landmarks });
  }
  const isLost = note.hands.length < before.length;
  for (const face of faces) {
    const turn = frame.index + face.trackId;
    if (!note.startsScene && !isLost && turn % LOOK_EVERY !== 0) continue;
    const reach = looks[Math.floor(turn / LOOK_EVERY) % looks.length];
    for (const hand of await tools.finder.around(frame, face, note.hands, reach))
      await takeUp(frame, hand, note, tools);
  }
}

/** Notes a new hand, here and back through the frames that are still held, as far as it can be followed. */
async function takeUp(frame: Frame, found: MeasuredHand, note: HandNote, tools: HandTools): Promise<void> {
  const seen: [HandNote, HandLandmarks][] = [[note, found.landmarks]];
  let known: HandPoint | undefined;
  for (let i = frame.index - 1; !seen.at(-1)![0].startsScene; i--) {
    const [held, earlier] = [tools.frameAt(i), tools.noteAt(i)];
    if (!held || !earlier) break;
    const hand = await tools.finder.follow(held, { landmarks: seen.at(-1)![1] });
    known = hand && isAmong(hand, earlier.hands);
    if (!hand || known) break;
    seen.push([earlier, hand.landmarks]);
  }
  const handId = known?.handId ?? tools.newId();
  for (const [where, landmarks] of seen) where.hands.push({ handId, landmarks });
}

/** The hands of a frame, smoothed, and those that are about to come or have just gone. */
export function handsAt(index: number, noteAt: (index: number) => HandNote | undefined): Hand[] {
  const hands = new Map<number, Hand>();
  for (const i of around(index, noteAt)) {
    const strength = 1 - Math.abs(i - index) / (FADE + 1);
    for (const { handId } of noteAt(i)?.hands ?? []) {
      if (!hands.has(handId)) hands.set(handId, { landmarks: smoothed(handId, i, noteAt), strength });
    }
  }
  return [...hands.values()];
}

/** Frames of the same scene, the nearest first. */
function around(index: number, noteAt: (index: number) => HandNote | undefined): number[] {
  const frames = [index];
  for (const side of [-1, 1]) {
    for (let t = 1; t <= FADE; t++) {
      const later = side > 0 ? index + t : index - t + 1;
      if (noteAt(later)?.startsScene !== false) break;
      frames.push(index + side * t);
    }
  }
  return frames.sort((a, b) => Math.abs(a - index) - Math.abs(b - index));
}

function smoothed(
  handId: number,
  index: number,
  noteAt: (index: number) => HandNote | undefined,
): HandLandmarks {
  const window: (HandLandmarks | undefined)[] = [];
  for (let i = index - smoothingReach; i <= index + smoothingReach; i++)
    window.push(noteAt(i)?.hands.find((hand) => hand.handId === handId)?.landmarks);
  return smoothLandmarks(window, NOISE, noneFiner);
}
