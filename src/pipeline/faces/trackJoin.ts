import type { Frame } from '../image/frame';
import { overlap } from './boxes';
import type { Box } from './face';
import type { SmallFaces } from './find';
import { boxOfLandmarks } from './geometry';
import type { MeasuredFace } from './landmarker';
import type { FaceModels } from './models';
import { addToNeutral } from './neutral';
import { yawStrength } from './strength';
import { noteAt, pointAt, type FrameNote, type Track, type TrackerState, type TrackPoint } from './trackLog';

/** What looks at frames for the tracker. */
export interface TrackTools extends Pick<FaceModels, 'detector' | 'landmarker' | 'hands'> {
  smallFaces: SmallFaces;
  /** Frames between searches for new faces. */
  detectEvery: number;
  /** Whether a track is known not to be wanted: its landmarks may be a few frames old. */
  isBystander(trackId: number): boolean;
  /** The frames that may still be changed. */
  held: ReadonlyMap<number, Frame>;
}

/** Under this the landmarks are no longer on a face. */
export const keepScore = 0.5;

/** Frames a face may be lost and still be the same track; the gap is interpolated. */
export const longestGap = 4;

/**
 * Gives a face that was just found to the lost track it continues, or starts one. The face is followed back through
 * the frames that are still held, so that it does not pop up only when the search happened to come by.
 */
export async function continueTrack(
  frame: Frame,
  found: MeasuredFace,
  note: FrameNote,
  lost: Track[],
  state: TrackerState,
  tools: TrackTools,
): Promise<void> {
  const face = await tools.landmarker.settle(frame, found);
  const back = await followBack(frame.index, face, state, tools);
  const first = frame.index - back.length;
  const oldest = back.at(-1) ?? face;
  const position = lost.findIndex((candidate) => {
    const last = pointAt(state, candidate.id, candidate.lastSeen);
    const gap = first - candidate.lastSeen;
    return last && gap > 0 && isSameFace(boxOfLandmarks(last.landmarks), oldest.box, gap);
  });
  let track: Track;
  if (position >= 0) {
    [track] = lost.splice(position, 1);
    bridge(track, first, oldest, state, tools);
    track.lastSeen = track.lookedAt = track.restsUntil = frame.index;
  } else {
    const opensScene = noteAt(state, first)?.startsScene ?? false;
    const { index } = frame;
    const seen = { firstSeen: first, lastSeen: index, lookedAt: index, restsUntil: index };
    track = { id: state.nextId++, ...seen, opensScene };
    state.tracks.push(track);
  }
  const trust = await tools.landmarker.trust(frame, face);
  const notes = [note, ...back.map((_, i) => noteAt(state, frame.index - 1 - i))];
  for (const [i, { landmarks, square, score }] of [face, ...back].entries()) {
    notes[i]?.points.push({ trackId: track.id, landmarks, square, score, trust });
  }
  for (const seen of [face, ...back]) learn(track, seen, trust);
}

/** Adds a look to what is known of the face on average, as far as it would be drawn. */
export function learn(track: Track, { landmarks, pose }: MeasuredFace, trust: number): void {
  track.neutral = addToNeutral(track.neutral, landmarks, trust * yawStrength(pose.yaw));
}

/** Follows a new face back through the held frames of its scene; the nearest frame comes first. */
async function followBack(
  index: number,
  face: MeasuredFace,
  state: TrackerState,
  { landmarker, held }: TrackTools,
): Promise<MeasuredFace[]> {
  const found: MeasuredFace[] = [];
  let current = face;
  for (let i = index - 1; !noteAt(state, i + 1)?.startsScene; i--) {
    const frame = held.get(i);
    const note = noteAt(state, i);
    if (!frame || !note) break;
    const earlier = await landmarker.follow(frame, current);
    if (earlier.score < keepScore || !isSameFace(current.box, earlier.box, 1)) break;
    if (note.points.some((point) => overlap(boxOfLandmarks(point.landmarks), earlier.box) > 0.25)) break;
    found.push(earlier);
    current = earlier;
  }
  return found;
}

/** Interpolates the frames between a track's last sight and its return. */
function bridge(
  track: Track,
  returned: number,
  face: MeasuredFace,
  state: TrackerState,
  { held }: TrackTools,
): void {
  const last = pointAt(state, track.id, track.lastSeen)!;
  for (let i = track.lastSeen + 1; i < returned; i++) {
    const t = (i - track.lastSeen) / (returned - track.lastSeen);
    const point: TrackPoint = {
      ...last,
      landmarks: last.landmarks.map((value, k) => value + (face.landmarks[k] - value) * t),
    };
    if (held.has(i)) noteAt(state, i)?.points.push(point);
  }
}

/** How far the second box lies from the first, as a share of the face's size. */
export function shiftBetween(a: Box, b: Box): number {
  const dx = a.x + a.width / 2 - b.x - b.width / 2;
  const dy = a.y + a.height / 2 - b.y - b.height / 2;
  return Math.hypot(dx, dy) / Math.sqrt(a.width * a.height);
}

/** Whether a box can be the same face some frames later: it may move and grow only so fast. */
export function isSameFace(a: Box, b: Box, frames: number): boolean {
  const size = Math.sqrt(a.width * a.height);
  const other = Math.sqrt(b.width * b.height);
  const growth = Math.max(size / other, other / size);
  return shiftBetween(a, b) < 0.35 + 0.25 * frames && growth < 1.3 + 0.15 * frames;
}
