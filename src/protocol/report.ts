import type { GpuRelease, GpuUse } from './gpu';
import type { ExecutionProvider } from './job';
import type { JobProblem } from './problems';
import type { NodeShares, ProviderFailure } from './providers';

export type Stage = 'probe' | 'analyse' | 'models' | 'source' | 'swap' | 'join' | 'verify';

export interface Progress {
  stage: Stage;
  /** Frames finished and in all; `total` is 0 while unknown. */
  frame: number;
  total: number;
  /** Frames per second over the last seconds. */
  fps: number;
  /** Seconds left, when it can be said honestly. */
  secondsLeft?: number;
  provider?: ExecutionProvider;
  /** True when a provider the user prefers could not be used. */
  fellBack?: boolean;
  /** In use of the GPU that is watched, by whomever; absent where there is none. */
  vram?: { usedMb: number; totalMb: number };
  /**
   * Of an analysis: the target in at most 256 stretches of equal length, and for each that has been looked at the most faces
   * seen at one time.
   */
  faces?: number[];
}

/** A frame of a running job as it came out, to look at. */
export interface LivePicture {
  frame: number;
  seconds: number;
  /** Upright, at most 480 wide. */
  width: number;
  height: number;
  /** JPEG, base64. */
  jpegBase64: string;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Which provider runs one model, and why that one. */
export interface ProviderChoice {
  model: string;
  provider: ExecutionProvider;
  /** One sentence; names the cause when a preferred provider was passed over. */
  reason: string;
  /** True when a provider the user prefers could not be used. */
  fellBack: boolean;
  /** What a profiled run of the model on this provider has shown; absent for the CPU, which runs everything. */
  nodes?: NodeShares;
  /** Milliseconds to create the session, and for its first run. */
  createMs?: number;
  warmUpMs?: number;
  /** Better providers that were passed over, each with its cause and its cure. */
  failures?: ProviderFailure[];
}

export interface JobReport {
  output: string;
  frames: number;
  framesWithSwap: number;
  facesSwapped: number;
  seconds: number;
  fps: number;
  width: number;
  height: number;
  providers: ProviderChoice[];
  /** The most memory that the child process and what it starts, ffmpeg above all, took together, in MB. */
  peakMemoryMb: number;
  /** Absent where no GPU can be watched. */
  gpu?: GpuUse;
  /** One for each time that GPU memory was given back, in order. */
  releases?: GpuRelease[];
  /** Wall milliseconds by stage; inside `swap` the pieces overlap. */
  timings: Record<string, number>;
  /** `copied`, `re-encoded to aac`, `none` … */
  audio: string;
  warnings: string[];
  /** In the order of their first frames; ranges of one kind that touch are one. */
  problems?: JobProblem[];
  /** The file of its Content Credentials, when the output has no place for them. */
  credentials?: string;
}

/** One face as `face-swap faces` prints it. Pixels of the upright picture, x to the right, y down. */
export interface FaceRecord {
  box: { x: number; y: number; width: number; height: number };
  /** Eye centres, nose tip, mouth corners; "left" is left in the picture of an upright face. */
  points: [number, number][];
  score: number;
  /** Degrees; yaw positive when the face turns to the right of the picture. */
  yaw: number;
  pitch: number;
  roll: number;
  /** Length 1. Comparable only with embeddings of the same model. */
  embedding: number[];
  embeddingModel: string;
  /** Told by some models only. */
  age?: number;
  gender?: 'female' | 'male';
}

export interface FacesReport {
  file: string;
  width: number;
  height: number;
  faces: FaceRecord[];
}

/** A picture taken from a video or an image file. */
export interface Still {
  jpegBase64: string;
  width: number;
  height: number;
  /** Length of the video and of one of its frames; 0 for an image. */
  durationSeconds: number;
  frameSeconds: number;
}

export interface DoctorReport {
  ok: boolean;
  checks: { name: string; ok: boolean; detail: string; cure?: string }[];
}
