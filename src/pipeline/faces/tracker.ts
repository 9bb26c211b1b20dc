import type { Frame } from '../image/frame';
import { boxOfLandmarks } from './geometry';
import type { Landmarks, TrackedFace } from './face';
import type { SmallFaces } from './find';
import type { FaceModels } from './models';
import { estimatePose } from './pose';
import { smoothingReach, smoothLandmarks } from './smoothing';
import { endStrength, fadeFrames, yawStrength } from './strength';
import { analyse } from './trackFrame';
import { deserialise, emptyState, serialise, type TrackerState } from './trackLog';

export interface TrackerOptions {
  models: Pick<FaceModels, 'detector' | 'landmarker'>;
  smallFaces: SmallFaces;
  /** Frames between searches for new faces. Default 5. */
  detectEvery?: number;
}

/** A frame that left the tracker, with its faces and a look ahead. */
export interface TrackedFrame {
  frame: Frame;
  faces: TrackedFace[];
  /** The track's measurements in this frame and those held back, for whoever needs its best view. */
  views(trackId: number): { frame: Frame; landmarks: Landmarks }[];
}

/**
 * Follows the faces of a video. Frames go in by `push` in order and come out of `next` at most `lookAhead` frames
 * later, in order, with smoothed landmarks. The frames that are held back are not copied: they must stay
 * untouched until `next` has returned them. Same frames in, same faces out.
 */
export class FaceTracker {
  /** Frames held back. */
  static readonly lookAhead = 8;

  private state: TrackerState = emptyState();
  private readonly held = new Map<number, Frame>();
  private ended = false;
  private readonly detectEvery: number;

  constructor(private readonly options: TrackerOptions) {
    // Everything that can still change about a frame must be known when it leaves: a face found at the next
    // search and the smoothing window after it.
    this.detectEvery = Math.max(
      1,
      Math.min(FaceTracker.lookAhead - smoothingReach + 1, options.detectEvery ?? 5),
    );
  }

  /** Takes the next frame. Frames that a restored state has analysed already are only kept. */
  async push(frame: Frame): Promise<void> {
    this.held.set(frame.index, frame);
    if (frame.index <= this.state.analysed) return;
    await analyse(frame, this.state, this.held, {
      ...this.options.models,
      smallFaces: this.options.smallFaces,
      detectEvery: this.detectEvery,
    });
    this.state.analysed = frame.index;
  }

  /** No more frames will come: `next` hands out the rest. */
  flush(): void {
    this.ended = true;
  }

  /** The next finished frame, or undefined while more frames are needed. */
  next(): TrackedFrame | undefined {
    const { state } = this;
    const first = Math.min(...this.held.keys());
    const frame = this.held.get(first);
    if (!frame) return undefined;
    if (!this.ended && state.analysed < first + FaceTracker.lookAhead) return undefined;
    const held = new Map(this.held);
    const faces = this.facesOf(first);
    this.held.delete(first);
    state.emitted = first;
    const notes = state.notes;
    state.notes = notes.filter((note) => note.index > first - smoothingReach);
    return {
      frame,
      faces,
      views: (trackId) =>
        notes.flatMap((note) => {
          const point = note.points.find((candidate) => candidate.trackId === trackId);
          const view = held.get(note.index);
          return point && view ? [{ frame: view, landmarks: point.landmarks }] : [];
        }),
    };
  }

  /**
   * Everything needed to go on after the last frame that `next` returned: `restore` it into a new tracker and push
   * frames from the following one on; what comes out is the same as without the interruption. Take it after
   * `next` has returned undefined or a frame, before the next `push`.
   */
  snapshot(): string {
    return serialise(this.state);
  }

  restore(snapshot: string): void {
    this.state = deserialise(snapshot);
    this.held.clear();
    this.ended = false;
  }

  private facesOf(index: number): TrackedFace[] {
    const { notes, tracks, analysed } = this.state;
    const at = new Map(notes.map((note) => [note.index, note]));
    return (at.get(index)?.points ?? []).map((point) => {
      const pointAt = (i: number) => at.get(i)?.points.find((other) => other.trackId === point.trackId);
      const window: (Landmarks | undefined)[] = [];
      for (let i = index - smoothingReach; i <= index + smoothingReach; i++)
        window.push(pointAt(i)?.landmarks);
      const landmarks = smoothLandmarks(window);
      const pose = estimatePose(landmarks);
      const track = tracks.find((candidate) => candidate.id === point.trackId)!;
      let last = index;
      while (last < index + fadeFrames && pointAt(last + 1)) last++;
      const leavesView = last < analysed && !at.get(last + 1)?.startsScene && !pointAt(last + 1);
      return {
        trackId: point.trackId,
        landmarks,
        box: boxOfLandmarks(landmarks),
        score: point.score,
        pose,
        strength:
          yawStrength(pose.yaw) *
          point.trust *
          endStrength(
            track.opensScene ? undefined : index - track.firstSeen,
            leavesView ? last - index : undefined,
          ),
      };
    });
  }
}
