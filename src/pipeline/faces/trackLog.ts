import type { Landmarks } from './face';

/** One face in one frame as measured (or interpolated), before smoothing. */
export interface TrackPoint {
  trackId: number;
  landmarks: Landmarks;
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
}

/** A track that is, or was a few frames ago, in view. */
export interface Track {
  id: number;
  firstSeen: number;
  lastSeen: number;
  /** It was there from the first frame of a scene. */
  opensScene: boolean;
}

/** Everything the tracker knows; plain data, so that a job can be resumed from it. */
export interface TrackerState {
  nextId: number;
  /** Last frame that was analysed and last frame that was handed out; −1 before the first. */
  analysed: number;
  emitted: number;
  lastDetection: number;
  /** How many detections found nothing; decides which rotation is tried next. */
  emptyDetections: number;
  /** Where heads point, degrees clockwise from up, a multiple of 90. */
  up: number;
  signature: number[] | undefined;
  tracks: Track[];
  notes: FrameNote[];
}

export function emptyState(): TrackerState {
  return {
    nextId: 1,
    analysed: -1,
    emitted: -1,
    lastDetection: -Infinity,
    emptyDetections: 0,
    up: 0,
    signature: undefined,
    tracks: [],
    notes: [],
  };
}

/** State as JSON; landmarks as base64 of little-endian float32, so that a restored run is exact. */
export function serialise(state: TrackerState): string {
  return JSON.stringify({
    ...state,
    lastDetection: Number.isFinite(state.lastDetection) ? state.lastDetection : null,
    notes: state.notes.map((note) => ({
      ...note,
      points: note.points.map((point) => ({ ...point, landmarks: encode(point.landmarks) })),
    })),
  });
}

/** Reverse of `serialise`. */
export function deserialise(json: string): TrackerState {
  type Stored = Omit<TrackerState, 'notes' | 'lastDetection'> & {
    lastDetection: number | null;
    notes: (Omit<FrameNote, 'points'> & {
      points: (Omit<TrackPoint, 'landmarks'> & { landmarks: string })[];
    })[];
  };
  const stored = JSON.parse(json) as Stored;
  return {
    ...stored,
    signature: stored.signature,
    lastDetection: stored.lastDetection ?? -Infinity,
    notes: stored.notes.map((note) => ({
      ...note,
      points: note.points.map((point) => ({ ...point, landmarks: decode(point.landmarks) })),
    })),
  };
}

function encode(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function decode(text: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
}
