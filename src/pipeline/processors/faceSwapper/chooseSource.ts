import type { Pose, TrackedFace } from '../../faces/face';

/** How much nearer in pose, in degrees, another photo must be before a track changes to it. */
const HYSTERESIS = 6;
/** Frames over which one photo gives way to the next. */
const FADE_FRAMES = 8;

/** The photo a face is drawn from and, during a change, the one before it. */
export interface Choice {
  source: number;
  previous: number | undefined;
  /** Share of `source`, 0–1. */
  share: number;
}

/** Chooses among several photos of the source, per track and frame, the one nearest in pose; changes gradually. */
export class SourceChooser {
  private readonly tracks = new Map<number, Choice>();

  constructor(private readonly poses: readonly Pose[]) {}

  choose({ trackId, pose }: TrackedFace): Choice {
    const distances = this.poses.map((other) => poseDistance(pose, other));
    const nearest = distances.indexOf(Math.min(...distances));
    const last = this.tracks.get(trackId);
    const choice: Choice = last ? { ...last } : { source: nearest, previous: undefined, share: 1 };
    if (choice.previous !== undefined) {
      choice.share += 1 / FADE_FRAMES;
      if (choice.share >= 1) Object.assign(choice, { previous: undefined, share: 1 });
    } else if (distances[nearest] + HYSTERESIS < distances[choice.source]) {
      Object.assign(choice, { source: nearest, previous: choice.source, share: 1 / FADE_FRAMES });
    }
    this.tracks.set(trackId, choice);
    return choice;
  }
}

/** Roll is left out: turning the picture is exact. */
function poseDistance(a: Pose, b: Pose): number {
  return Math.hypot(a.yaw - b.yaw, 0.7 * (a.pitch - b.pitch));
}
