import type { MediaInfo } from '../media/mediaInfo';

/** Up to so many frames between two key frames the way to any of them is short. */
const SHORT = 48;
/** Key frames that are farther from the next one are copied first: in a moment there is something to show near any place. */
const FEW_BETWEEN = 96;
/** Films of so many frames are copied as a whole in a moment. */
const FEW = 400;
/** Decoding the frames in between takes so much longer than copying one that closer ones would come hardly later. */
const LEAST_STEP = 8;
/** Frames beyond one that is copied that need no copy of their own. */
const NEAR = 20;
/** Frames after a key frame up to which it is worth the way to begin a copy: there are films with a single key frame. */
const FAR = 2500;
/** Frames around the playhead of which some are copied: a film of hours is not decoded for somebody who looks at its beginning. */
const REACH = 10_000;
/** Share of the room for frames far from the playhead. */
const SPARSE = 0.75;

/** Every `step`-th frame from `first` up to before `end`, which come after the key frame `key`. */
export interface Stretch {
  key: number;
  first: number;
  end: number;
  step: number;
}

/** What is known when the next stretch is chosen. */
export interface CopyState {
  info: MediaInfo;
  playhead: number;
  /** Frames that there is room for. */
  room: number;
  /** What `sparseStep` has said. */
  step: number;
  has: (frame: number) => boolean;
  isMade: (stretch: Pick<Stretch, 'key' | 'step'>) => boolean;
}

/**
 * Of how many frames one is to be copied first, so that there is one near every pixel of the timeline wherever people click, as far as
 * there is room; 0 where all frames are copied at once.
 */
export function sparseStep({ frames }: MediaInfo, room: number, perPixel: number): number {
  if (frames <= FEW) return 0;
  const fitting = Math.ceil(Math.min(frames, 2 * REACH) / (SPARSE * room));
  return Math.max(perPixel, LEAST_STEP, fitting);
}

/** What has room around the playhead. What has none on one side of it, at the ends of the film, has some on the other one. */
export function denseWindow({ info, playhead, room, step }: CopyState): { from: number; end: number } {
  const isSparse = step > 0 && info.frames > room;
  const sparse = isSparse ? Math.ceil(Math.min(info.frames, 2 * REACH) / step) : 0;
  const dense = Math.max(0, room - sparse);
  const from = Math.max(0, Math.min(playhead - (dense >> 1), info.frames - dense));
  return { from, end: from + dense };
}

/** Whether the way to a frame is short: it is a key frame, or the next one comes soon. */
export function isQuick({ keyFrames, frames }: MediaInfo, frame: number): boolean {
  const after = keyFrames.findIndex((key) => key > frame);
  const key = after < 0 ? keyFrames.at(-1) : keyFrames[after - 1];
  return key !== undefined && (key === frame || (keyFrames[after] ?? frames) - key <= SHORT);
}

/**
 * The stretch to be copied next, the nearest one to the playhead: key frames first, then some frames of the film, then all that have room.
 */
export function nextStretch(state: CopyState): Stretch | undefined {
  const { info, playhead, step } = state;
  const away = ({ key, next }: { key: number; next: number }): number =>
    Math.max(key - playhead, playhead - next + 1, 0);
  const between = info.keyFrames
    .map((key, n) => ({ key, next: info.keyFrames[n + 1] ?? info.frames }))
    .filter(({ key, next }) => next - key > SHORT)
    .sort((a, b) => away(a) - away(b));
  const find = (from: number, end: number, every: number): Stretch | undefined => {
    for (const { key, next } of between) {
      // Every pixel that begins far from a key frame then reaches to the next one.
      if (every > 1 && next - key <= NEAR + every) continue;
      const stretch = missing(state, Math.max(key, from), Math.min(next, end), every);
      if (!stretch || stretch.first - key > FAR || state.isMade({ key, step: every })) continue;
      return { key, step: every, ...stretch };
    }
    return undefined;
  };
  const findKey = (): Stretch | undefined => {
    const far = between.find(
      ({ key, next }) =>
        next - key > FEW_BETWEEN &&
        Math.abs(key - playhead) <= REACH &&
        !state.has(key) &&
        !state.isMade({ key, step: next - key }),
    );
    return far && { key: far.key, first: far.key, end: far.key + 1, step: far.next - far.key };
  };
  const window = denseWindow(state);
  return (
    (step > 0 ? findKey() : undefined) ??
    (step > 0 ? find(playhead - REACH, playhead + REACH, step) : undefined) ??
    find(window.from, window.end, 1)
  );
}

/** What is not there of the frames `from` up to before `to` that `step` divides. */
function missing(
  { has }: CopyState,
  from: number,
  to: number,
  step: number,
): Pick<Stretch, 'first' | 'end'> | undefined {
  let first = Math.ceil(from / step) * step;
  let last = Math.floor((to - 1) / step) * step;
  while (first <= last && has(first)) first += step;
  while (first <= last && has(last)) last -= step;
  return first <= last ? { first, end: last + 1 } : undefined;
}
