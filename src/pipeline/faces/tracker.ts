import type { Hand } from '../hands/hand';
import { touches } from '../hands/handFinder';
import { handsAt } from '../hands/handTracks';
import type { Frame } from '../image/frame';
import { boxOfLandmarks } from './geometry';
import type { Landmarks, TrackedFace } from './face';
import type { SmallFaces } from './find';
import type { FaceModels } from './models';
import { estimatePose } from './pose';
import { smoothingReach, smoothLandmarks } from './smoothing';
import { endStrength, fadeFrames, yawStrength } from './strength';
import { analyse } from './trackFrame';
import { longestGap, type TrackTools } from './trackJoin';
import {
  deserialise,
  emptyState,
  noteAt,
  pointAt,
  serialise,
  type TrackerState,
  type TrackPoint,
} from './trackLog';

export interface TrackerOptions {
  models: Pick<FaceModels, 'detector' | 'landmarker' | 'hands'>;
  smallFaces: SmallFaces;
  /** Frames between searches for new faces. Default 5. */
  detectEvery?: number;
  /** Tells tracks whose faces will not be changed; they are looked at less often and roughly. Default: none is. */
  isBystander?: (trackId: number) => boolean;
}

/** A frame that left the tracker, with its faces and a look ahead. */
export interface TrackedFrame {
  frame: Frame;
  faces: TrackedFace[];
  /** The frame starts a new scene, as the first one does. */
  startsScene: boolean;
  /** The track's measurements in this frame and those held back, for whoever needs its best view. */
  views(trackId: number): { frame: Frame; landmarks: Landmarks; points?: [number, number][] }[];
}

/**
 * Follows the faces of a video. Frames go in by `push` in order and come out of `next` `lookAhead` frames later, in
 * order, with smoothed landmarks. The frames that are held back are not copied: they must stay untouched until
 * `next` has returned them. Same frames in, same faces out.
 */
export class FaceTracker {
  /** Frames held back: a search interval and the smoothing window after it. */
  static readonly lookAhead = 8;

  private state: TrackerState = emptyState();
  private readonly held = new Map<number, Frame>();
  private readonly ready: TrackedFrame[] = [];
  private readonly tools: TrackTools;

  constructor(options: TrackerOptions) {
    const longest = FaceTracker.lookAhead - smoothingReach + 1;
    this.tools = {
      ...options.models,
      smallFaces: options.smallFaces,
      isBystander: options.isBystander ?? (() => false),
      // A face found by the next search must still find its first frames held, smoothing window included.
      detectEvery: Math.max(1, Math.min(longest, options.detectEvery ?? longest)),
      held: this.held,
    };
  }

  /** Takes the next frame. Frames that a restored state has analysed already are only kept. */
  async push(frame: Frame): Promise<void> {
    this.held.set(frame.index, frame);
    if (frame.index <= this.state.analysed) return;
    await analyse(frame, this.state, this.tools);
    const due = frame.index - FaceTracker.lookAhead;
    if (this.held.has(due)) this.emit(due);
  }

  /** No more frames will come: `next` hands out the rest. */
  flush(): void {
    for (const index of [...this.held.keys()].sort((a, b) => a - b)) this.emit(index);
  }

  /** The next finished frame, or undefined while more frames are needed. */
  next(): TrackedFrame | undefined {
    return this.ready.shift();
  }

  /**
   * Everything needed to go on after the last frame that `next` returned: `restore` it into a new tracker and push
   * frames from the following one on; what comes out is the same as without the interruption. Take it when
   * `next` has returned undefined.
   */
  snapshot(): string {
    return serialise(this.state);
  }

  restore(snapshot: string): void {
    this.state = deserialise(snapshot);
    this.held.clear();
    this.ready.length = 0;
  }

  private emit(index: number): void {
    const { state, held } = this;
    const views = new Map<number, { frame: Frame; landmarks: Landmarks }[]>();
    for (const note of state.notes) {
      const frame = held.get(note.index);
      for (const { trackId, landmarks } of frame ? note.points : []) {
        views.set(trackId, [...(views.get(trackId) ?? []), { frame: frame!, landmarks }]);
      }
    }
    const note = noteAt(state, index);
    this.ready.push({
      frame: held.get(index)!,
      faces: (note?.points ?? []).map((point) => this.finish(point, index)),
      startsScene: note?.startsScene ?? false,
      views: (trackId) => views.get(trackId) ?? [],
    });
    held.delete(index);
    state.emitted = index;
    state.notes = state.notes.filter((note) => note.index > index - smoothingReach);
    state.tracks = state.tracks.filter(
      (track) => track.lastSeen > index || state.analysed - track.lastSeen <= longestGap,
    );
  }

  private finish(point: TrackPoint, index: number): TrackedFace {
    const { state, tools } = this;
    const window: (TrackPoint | undefined)[] = [];
    for (let i = index - smoothingReach; i <= index + smoothingReach; i++) {
      window.push(pointAt(state, point.trackId, i));
    }
    const measured: (Landmarks | undefined)[] = [];
    for (const other of window) measured.push(other?.landmarks);
    // Where nobody draws, nothing can jitter.
    const landmarks = tools.isBystander(point.trackId) ? point.landmarks : smoothLandmarks(measured);
    const pose = estimatePose(landmarks);
    const neutral = state.tracks.find(({ id }) => id === point.trackId)?.neutral;
    const hands = this.handsOn(point, index);
    const present = window.filter((other) => other !== undefined);
    const trust = present.reduce((sum, other) => sum + other.trust, 0) / present.length;
    return {
      trackId: point.trackId,
      landmarks,
      box: boxOfLandmarks(landmarks),
      score: point.score,
      pose,
      strength: yawStrength(pose.yaw) * trust * this.fade(point.trackId, index),
      ...(neutral && { neutral: neutral.landmarks }),
      ...(hands.length > 0 && { hands }),
    };
  }

  private handsOn({ landmarks }: TrackPoint, index: number): Hand[] {
    if (!this.tools.hands) return [];
    const hands = handsAt(index, (i) => noteAt(this.state, i));
    return hands.filter((hand) => touches(hand, landmarks));
  }

  /** 0–1 at the ends of a track that comes or goes in mid-scene; ends at a cut or of the stream do not fade. */
  private fade(trackId: number, index: number): number {
    const { state } = this;
    const track = state.tracks.find((candidate) => candidate.id === trackId);
    const sinceFirst = track && !track.opensScene ? index - track.firstSeen : undefined;
    let last = index;
    while (last < index + fadeFrames && pointAt(state, trackId, last + 1)) last++;
    const next = pointAt(state, trackId, last + 1) ? undefined : noteAt(state, last + 1);
    return endStrength(sinceFirst, next && !next.startsScene ? last - index : undefined);
  }
}
