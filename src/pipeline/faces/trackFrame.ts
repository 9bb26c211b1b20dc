import { analyseHands } from '../hands/handTracks';
import type { Frame } from '../image/frame';
import { overlap } from './boxes';
import { findFaces } from './find';
import { boxOfLandmarks, rollOf } from './geometry';
import { isDoubtful, type MeasuredFace } from './landmarker';
import { nextScene } from './sceneCuts';
import {
  continueTrack,
  isSameFace,
  keepScore,
  learn,
  longestGap,
  shiftBetween,
  type TrackTools,
} from './trackJoin';
import { noteAt, pointAt, type FrameNote, type Track, type TrackerState } from './trackLog';

/** While nobody is in view one other rotation per search is tried, in turn, to keep empty scenes cheap. */
const turnsInTurn = [180, 90, 270, 45, 315];
/** Every how many searches hints of small faces are looked into with tiles, which cost twenty passes. */
const TILES_EVERY = 2;

/**
 * A face that nobody will change has only to be kept apart from others: it is looked at, with the cheaper network, when it may have moved by this
 * share of its size, and after so many frames in any case.
 */
const REST_SHIFT = 0.15;
const LONGEST_REST = 6;

/** Every how many frames a turned face's landmarks are checked: two more runs of the landmarker. */
const TRUST_EVERY = 3;

/** Adds what one frame shows to the state: follows known faces, and looks for new ones when it is time. */
export async function analyse(frame: Frame, state: TrackerState, tools: TrackTools): Promise<void> {
  const { memory, startsScene } = nextScene(state.scene, frame);
  state.scene = memory;
  const note: FrameNote = { index: frame.index, startsScene, points: [], hands: [] };
  state.notes.push(note);
  state.analysed = frame.index;

  const alive = startsScene
    ? []
    : state.tracks.filter((track) => frame.index - track.lastSeen <= longestGap + 1);
  for (const track of alive) await follow(frame, note, track, state, tools);
  const lost = alive.filter((track) => track.lastSeen < frame.index);

  state.sinceSearch++;
  if (startsScene || lost.length > 0 || state.sinceSearch >= tools.detectEvery) {
    state.sinceSearch = 0;
    for (const face of await search(frame, note, state, tools)) {
      await continueTrack(frame, face, note, lost, state, tools);
    }
  }
  const { hands: finder, held } = tools;
  if (!finder) return;
  const drawn = note.points.filter(({ trackId }) => !tools.isBystander(trackId));
  await analyseHands(frame, note, drawn, {
    finder,
    frameAt: (index) => held.get(index),
    noteAt: (index) => noteAt(state, index),
    newId: () => state.nextHandId++,
  });
}

async function follow(
  frame: Frame,
  note: FrameNote,
  track: Track,
  state: TrackerState,
  { landmarker, ...tools }: TrackTools,
): Promise<void> {
  const before = pointAt(state, track.id, frame.index - 1);
  if (!before || track.lastSeen !== frame.index - 1) return;
  const isBystander = tools.isBystander(track.id);
  if (isBystander && frame.index < track.restsUntil) {
    track.lastSeen = frame.index;
    note.points.push(before);
    return;
  }
  const face = await (isBystander
    ? landmarker.followRoughly(frame, before)
    : landmarker.follow(frame, before));
  const taken = note.points.some((point) => overlap(boxOfLandmarks(point.landmarks), face.box) > 0.5);
  if (face.score < keepScore || taken || !isSameFace(boxOfLandmarks(before.landmarks), face.box, 1)) return;
  rest(track, frame.index, shiftBetween(boxOfLandmarks(before.landmarks), face.box));
  track.lastSeen = frame.index;
  const { landmarks, square, score } = face;
  const isDue = !isBystander && (frame.index % TRUST_EVERY === 0 || !isDoubtful(face));
  const trust = isDue ? await landmarker.trust(frame, face) : before.trust;
  note.points.push({ trackId: track.id, landmarks, square, score, trust });
  if (!isBystander) learn(track, face, trust);
}

/** Notes a look, and when the next one is due should the face go on as fast as since the last. */
function rest(track: Track, index: number, shift: number): void {
  const frames = (REST_SHIFT / shift) * (index - track.lookedAt);
  track.lookedAt = index;
  track.restsUntil = index + Math.min(LONGEST_REST, Math.max(1, Math.floor(frames)));
}

/** Faces of the frame that no track explains. */
async function search(
  frame: Frame,
  note: FrameNote,
  state: TrackerState,
  tools: TrackTools,
): Promise<MeasuredFace[]> {
  const { startsScene, points } = note;
  if (points.length > 0) state.up = quarter(points[0].landmarks);
  const turn = state.searches++;
  const tiles = tools.smallFaces === 'auto' && !startsScene && turn % TILES_EVERY !== 0;
  const found = await findFaces(tools, frame, {
    smallFaces: tiles ? 'never' : tools.smallFaces,
    up: state.up,
    stopWhenSure: true,
    known: points.map((point) => boxOfLandmarks(point.landmarks)),
    ...(startsScene ? {} : { turns: [turnsInTurn[turn % turnsInTurn.length]] }),
  });
  if (points.length === 0 && found.length > 0) state.up = quarter(found[0].face.landmarks);
  return found.map(({ face }) => face);
}

/** The multiple of 90° nearest to a face's roll. */
function quarter(landmarks: Float32Array): number {
  return (Math.round(rollOf(landmarks) / (Math.PI / 2)) * 90 + 360) % 360;
}
