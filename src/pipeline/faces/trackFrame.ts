import type { Frame } from '../image/frame';
import { keepBest, overlap } from './boxes';
import type { Box, Face, Landmarks } from './face';
import { findFaces, type SmallFaces } from './find';
import { boxOfLandmarks, rollOf } from './geometry';
import type { FaceModels } from './models';
import { isCut, signature } from './sceneCuts';
import type { FrameNote, Track, TrackerState, TrackPoint } from './trackLog';

/** Under this the landmarks are no longer on a face. */
const KEEP_SCORE = 0.5;
/** Detector score from which an unknown face starts a track. */
const BIRTH_SCORE = 0.5;
/** Frames a face may be lost and still be the same track; the gap is interpolated. */
export const longestGap = 4;

interface Tools extends Pick<FaceModels, 'detector' | 'landmarker'> {
  smallFaces: SmallFaces;
  detectEvery: number;
}

type Held = ReadonlyMap<number, Frame>;

/** Adds what one frame shows to the state: follows known faces, and looks for new ones when it is time. */
export async function analyse(frame: Frame, state: TrackerState, held: Held, tools: Tools): Promise<void> {
  const now = signature(frame);
  const startsScene = state.signature === undefined || isCut(state.signature, now);
  state.signature = now;
  const note: FrameNote = { index: frame.index, startsScene, points: [] };
  state.notes.push(note);
  if (startsScene) {
    // Tracks of the scene before stay listed until their frames have left, but end here.
    state.lastDetection = -Infinity;
  }
  const alive = startsScene
    ? []
    : state.tracks.filter((track) => frame.index - track.lastSeen <= longestGap + 1);
  for (const track of alive) {
    if (track.lastSeen === frame.index - 1) await follow(frame, note, track, state, tools);
  }
  const lost = alive.filter((track) => track.lastSeen < frame.index);
  if (lost.length > 0 || frame.index - state.lastDetection >= tools.detectEvery) {
    state.lastDetection = frame.index;
    for (const face of await search(frame, note, state, startsScene, tools)) {
      await adopt(frame, face, note, lost, state, held, tools);
    }
  }
  state.tracks = state.tracks.filter((track) => track.lastSeen >= state.emitted - longestGap);
}

async function follow(
  frame: Frame,
  note: FrameNote,
  track: Track,
  state: TrackerState,
  tools: Tools,
): Promise<void> {
  const before = pointOf(state, track.id, frame.index - 1);
  if (!before) return;
  const face = await tools.landmarker.fromLandmarks(frame, before.landmarks);
  const taken = note.points.some((point) => overlap(boxOfLandmarks(point.landmarks), face.box) > 0.5);
  if (face.score < KEEP_SCORE || taken || !isSameFace(boxOfLandmarks(before.landmarks), face.box, 1)) return;
  track.lastSeen = frame.index;
  note.points.push({ trackId: track.id, landmarks: face.landmarks, score: face.score, trust: 1 });
}

/** Faces of the frame that no track explains. */
async function search(
  frame: Frame,
  note: FrameNote,
  state: TrackerState,
  startsScene: boolean,
  tools: Tools,
): Promise<Face[]> {
  const known = note.points.map((point) => boxOfLandmarks(point.landmarks));
  const isNew = (box: Box) => !known.some((other) => overlap(other, box) > 0.25);
  if (startsScene || tools.smallFaces === 'always') {
    const found = await findFaces(tools, frame, {
      smallFaces: tools.smallFaces,
      up: state.up,
      rotations: 'if-none',
    });
    const fresh = found.map(({ face }) => face).filter((face) => isNew(face.box));
    if (fresh.length > 0) state.up = quarter(fresh[0].landmarks);
    return fresh;
  }
  if (note.points.length > 0) state.up = quarter(note.points[0].landmarks);
  const scan = (up: number) => tools.detector.scanWhole(frame, BIRTH_SCORE, (up * Math.PI) / 180);
  let candidates = await scan(state.up);
  if (candidates.length === 0 && known.length === 0) {
    // Without a face in view one other rotation per search is tried, in turn, to keep empty scenes cheap.
    candidates = await scan(state.up + [180, 90, 270][state.emptyDetections++ % 3]);
  }
  const fresh: Face[] = [];
  for (const candidate of keepBest(candidates)) {
    if (!isNew(candidate.box)) continue;
    const face = await tools.landmarker.fromDetection(frame, candidate);
    if (face.score >= KEEP_SCORE && isNew(face.box)) {
      fresh.push(face);
      known.push(face.box);
    }
  }
  return fresh;
}

/** Gives a found face to the track it continues, or starts one; fills the frames before it that are still here. */
async function adopt(
  frame: Frame,
  face: Face,
  note: FrameNote,
  lost: Track[],
  state: TrackerState,
  held: Held,
  tools: Tools,
): Promise<void> {
  const back = await followBack(frame.index, face, state, held, tools);
  const first = frame.index - back.length;
  const oldest = back.at(-1) ?? face;
  const point = (trackId: number, { landmarks, score }: Face): TrackPoint => ({
    trackId,
    landmarks,
    score,
    trust: 1,
  });
  const position = lost.findIndex((candidate) => {
    const last = pointOf(state, candidate.id, candidate.lastSeen);
    return (
      last &&
      candidate.lastSeen < first &&
      isSameFace(boxOfLandmarks(last.landmarks), oldest.box, first - candidate.lastSeen)
    );
  });
  let track: Track;
  if (position >= 0) {
    track = lost.splice(position, 1)[0];
    bridge(track, first, oldest.landmarks, state);
    track.lastSeen = frame.index;
  } else {
    track = {
      id: state.nextId++,
      firstSeen: first,
      lastSeen: frame.index,
      opensScene: noteAt(state, first)?.startsScene ?? false,
    };
    state.tracks.push(track);
  }
  note.points.push(point(track.id, face));
  back.forEach((earlier, i) => noteAt(state, frame.index - 1 - i)?.points.push(point(track.id, earlier)));
}

/** Follows a new face back through the frames that have not been handed out; nearest frame first. */
async function followBack(
  index: number,
  face: Face,
  state: TrackerState,
  held: Held,
  tools: Tools,
): Promise<Face[]> {
  const found: Face[] = [];
  let current = face;
  for (let i = index - 1; i > state.emitted && !noteAt(state, i + 1)?.startsScene; i--) {
    const frame = held.get(i);
    const note = noteAt(state, i);
    if (!frame || !note) break;
    const earlier = await tools.landmarker.fromLandmarks(frame, current.landmarks);
    if (earlier.score < KEEP_SCORE || !isSameFace(current.box, earlier.box, 1)) break;
    if (note.points.some((point) => overlap(boxOfLandmarks(point.landmarks), earlier.box) > 0.25)) break;
    found.push(earlier);
    current = earlier;
  }
  return found;
}

/** Interpolates the frames between a track's last sight and its return. */
function bridge(track: Track, returned: number, landmarks: Landmarks, state: TrackerState): void {
  const last = pointOf(state, track.id, track.lastSeen)!;
  const span = returned - track.lastSeen;
  for (let i = track.lastSeen + 1; i < returned; i++) {
    const t = (i - track.lastSeen) / span;
    const between = last.landmarks.map((value, k) => value + (landmarks[k] - value) * t);
    if (i > state.emitted) {
      noteAt(state, i)?.points.push({ trackId: track.id, landmarks: between, score: last.score, trust: 1 });
    }
  }
}

/** Whether a box can be the same face some frames later: it may move and grow only so fast. */
function isSameFace(a: Box, b: Box, frames: number): boolean {
  const size = Math.sqrt(a.width * a.height);
  const other = Math.sqrt(b.width * b.height);
  const moved = Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2);
  const growth = Math.max(size / other, other / size);
  return moved < size * (0.35 + 0.25 * frames) && growth < 1.3 + 0.15 * frames;
}

function noteAt(state: TrackerState, index: number): FrameNote | undefined {
  return state.notes.find((note) => note.index === index);
}

function pointOf(state: TrackerState, trackId: number, index: number): TrackPoint | undefined {
  return noteAt(state, index)?.points.find((point) => point.trackId === trackId);
}

/** The multiple of 90° nearest to a face's roll. */
function quarter(landmarks: Landmarks): number {
  return (Math.round(rollOf(landmarks) / (Math.PI / 2)) * 90 + 360) % 360;
}
