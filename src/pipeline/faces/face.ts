import type { Hand } from '../hands/hand';

/** 468 points of the face mesh. */
export const landmarkCount = 468;

/**
 * Dense landmarks: x, y, z per point, 468 × 3 values. x, y in pixels of the frame (pixel centres lie at .5),
 * z in the same unit, smaller is nearer to the camera. Point numbering: MediaPipe face mesh.
 */
export type Landmarks = Float32Array;

/** Degrees. Yaw is positive when the face turns to the right of the picture, pitch positive when it looks down,
 * roll positive when it is tilted clockwise. */
export interface Pose {
  yaw: number;
  pitch: number;
  roll: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a face_detector finds. */
export interface DetectedFace {
  box: Box;
  /**
   * Left eye, right eye, nose tip, left and right mouth corner; "left" is left in the picture once upright. Empty
   * where the detector knows none.
   */
  points: [number, number][];
  /** 0–1. */
  score: number;
}

/** A face with its dense landmarks in one picture. */
export interface Face {
  box: Box;
  landmarks: Landmarks;
  /** The five points of `DetectedFace`, where the detector measured them itself; on video they follow the landmarks. */
  points?: [number, number][];
  /** That the landmarks lie on a face, 0–1. */
  score: number;
  pose: Pose;
}

/** A face of a video: landmarks smoothed over its track. */
export interface TrackedFace extends Face {
  trackId: number;
  /** 0–1: how strongly to swap; ramps at the ends of a track and beyond the yaw limit, so that nothing jumps. */
  strength: number;
  /** The face as its track has shown it on average, in some pose of it: what it does beyond that is expression. */
  neutral?: Landmarks;
  /** Hands on or beside it, where they were looked for. */
  hands?: Hand[];
  /** Index in the job's face map, once it is known that the face belongs to one of its people. */
  person?: number;
}
