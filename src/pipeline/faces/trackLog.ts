import type { Square } from '../image/crop';
import type { HandPoint } from '../hands/handTracks';
import type { Landmarks } from './face';
import type { Neutral } from './neutral';
import type { SceneMemory } from './sceneCuts';

/** One face in one frame as measured (or interpolated), before smoothing. */
export interface TrackPoint {
  trackId: number;
  landmarks: Landmarks;
  /** The square it was measured in. */
  square: Square;
  /** Landmark score, 0–1. */
  score: number;
  /** 0–1: how far the landmarks can be trusted on a turned face. */
  trust: number;
}

/** What is known about one frame. */
export interface FrameNote {
  index: number;
  /** The frame starts a new scene (also the first frame of the stream). */
  startsScene: boolean;
  points: TrackPoint[];
  hands: HandPoint[];
}

/** A track that is, or was a few frames ago, in view. */
export interface Track {
  id: number;
  firstSeen: number;
  lastSeen: number;
  /** It was there from the first frame of a scene. */
  opensScene: boolean;
  /** The last frame in which it was looked at. */
  lookedAt: number;
  /** While nobody will change it, it is not looked at before this frame. */
  restsUntil: number;
  /** What it looks like on average, from the first frame on in which it would be drawn. */
  neutral?: Neutral | undefined;
}

/** Everything the tracker knows; plain data, so that a job can be resumed from it. */
export interface TrackerState {
  nextId: number;
  nextHandId: number;
  /** Last frame that was analysed and last frame that was handed out; −1 before the first. */
  analysed: number;
  emitted: number;
  /** Frames since new faces were looked for. */
  sinceSearch: number;
  searches: number;
  /** Where heads point, degrees clockwise from up, a multiple of 90. */
  up: number;
  scene?: SceneMemory;
  tracks: Track[];
  /** From the oldest frame that smoothing still needs to the last analysed one. */
  notes: FrameNote[];
}

export function emptyState(): TrackerState {
  const counts = { sinceSearch: 0, searches: 0, up: 0 };
  return { nextId: 1, nextHandId: 1, analysed: -1, emitted: -1, ...counts, tracks: [], notes: [] };
}

export function noteAt(state: TrackerState, index: number): FrameNote | undefined {
  return state.notes.find((note) => note.index === index);
}

export function pointAt(state: TrackerState, trackId: number, index: number): TrackPoint | undefined {
  return noteAt(state, index)?.points.find((point) => point.trackId === trackId);
}

/** State as JSON; landmarks as base64 of little-endian float32, so that a restored run is exact. */
export function serialise(state: TrackerState): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    value instanceof Float32Array
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
      : value,
  );
}

/** Reverse of `serialise`. */
export function deserialise(json: string): TrackerState {
  return JSON.parse(json, (key, value: unknown) => {
    if (key !== 'landmarks' || typeof value !== 'string') return value;
    return new Float32Array(new Uint8Array(Buffer.from(value, 'base64')).buffer);
  }) as TrackerState;
}
