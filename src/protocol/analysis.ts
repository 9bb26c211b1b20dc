import type { FacePlace } from './faceMap';
import type { ExecutionOptions, ModelChoice, ToolPaths } from './job';

/** What is asked about a file whose faces shall be known. All paths are absolute. */
export interface AnalysisRequest {
  file: string;
  tools: ToolPaths;
  execution: ExecutionOptions;
  models?: ModelChoice;
  smallFaces: 'auto' | 'always' | 'never';
}

/** First and last frame, both part of it. */
export type FrameSpan = [first: number, last: number];

/** The facts of a target that people want to see before they start. */
export interface TargetFacts {
  file: string;
  kind: 'video' | 'image';
  /** Upright. */
  width: number;
  height: number;
  frames: number;
  /** 0 for a picture. */
  durationSeconds: number;
  /** Nominal; 0 for a picture. */
  fps: number;
  codec: string;
  container: string;
  /** Codecs of the sound tracks. */
  audio: string[];
}

/** A face followed through the frames in which it is seen without a break. */
export interface AnalysedTrack {
  id: number;
  /** Index in `people`. */
  person: number;
  span: FrameSpan;
  /** Its best view. */
  place: FacePlace;
  /** Of the landmarks, mean over the track, 0–1. */
  confidence: number;
}

/** Tracks whose embeddings are near each other. */
export interface AnalysedPerson {
  /** JPEG of the best view, base64, 96 × 96. */
  thumbnail: string;
  /** The best view of each track, the best of all first. */
  faces: FacePlace[];
  /** Frames in which this person is seen. */
  spans: FrameSpan[];
}

export interface TargetAnalysis extends TargetFacts {
  /** Frames that start a scene, the first one of the film not among them. */
  cuts: number[];
  tracks: AnalysedTrack[];
  /** Those seen longest first. */
  people: AnalysedPerson[];
  /** Frames in which nobody is seen. */
  withoutFace: FrameSpan[];
}

/** What is asked about a source photo. */
export interface PhotoRequest {
  file: string;
  tools: ToolPaths;
  execution: ExecutionOptions;
  models?: ModelChoice;
}

/** What may spoil a source photo, by what the networks see. */
export type PhotoHint = 'turned-away' | 'blurred' | 'small' | 'fringe' | 'eyes-closed';

export interface PhotoFace {
  /** Position from left to right, 0-based. */
  face: number;
  /** JPEG, base64, 96 × 96. */
  thumbnail: string;
  box: { x: number; y: number; width: number; height: number };
  yaw: number;
  /** 0–1; below 0.3 a swap looks soft. */
  sharpness: number;
  hints: PhotoHint[];
  /** The one that is taken when none is chosen. */
  largest: boolean;
}

export interface PhotoReport {
  file: string;
  width: number;
  height: number;
  faces: PhotoFace[];
}
