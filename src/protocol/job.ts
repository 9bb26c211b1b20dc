import type { ContentSensitivity } from './content';
import type { PersonAssignment } from './faceMap';
import type { JobConsent } from './jobFile';
import type { VisibleLabel } from './label';
import type { PassState } from './passes';
import type { ProcessingOptions } from './processing';
import type { GpuUnavailableAction } from './providers';
import type { CredentialFiles } from './provenance';

/** Execution providers of onnxruntime by the names users write, best first. */
export const executionProviders = ['cuda', 'tensorrt', 'coreml', 'dml', 'webgpu', 'cpu'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];

export const isExecutionProvider = (value: unknown): value is ExecutionProvider =>
  (executionProviders as readonly unknown[]).includes(value);

const providerNames: Record<ExecutionProvider, string> = {
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  coreml: 'CoreML',
  dml: 'DirectML',
  webgpu: 'WebGPU',
  cpu: 'CPU',
};

/** An execution provider as its makers write it; what is none stays as it is. */
export const providerName = (provider: string): string =>
  isExecutionProvider(provider) ? providerNames[provider] : provider;

export const frameProcessors = ['face_swapper', 'face_enhancer'] as const;
export type FrameProcessorName = (typeof frameProcessors)[number];

export const videoEncoders = ['libx264', 'libx265', 'libvpx-vp9', 'h264_nvenc', 'hevc_nvenc'] as const;
export type VideoEncoder = (typeof videoEncoders)[number];

export const videoPresets = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;
export type VideoPreset = (typeof videoPresets)[number];

/** Whose faces in the target are swapped. */
export interface FaceSelection {
  /** Every face; otherwise only faces like the reference face. */
  manyFaces: boolean;
  /** Which face of the reference frame, from left to right, 0-based. */
  referenceFacePosition: number;
  /** Frame of the target that shows the reference face, 0-based. */
  referenceFrameNumber: number;
  /** Largest distance between embeddings at which a face counts as the reference face; roop's scale, 0–2. */
  similarFaceDistance: number;
}

export interface EncodingOptions {
  encoder: VideoEncoder;
  /** roop's scale: 0 (smallest file) to 100 (lossless where the encoder can). */
  quality: number;
  preset: VideoPreset;
  skipAudio: boolean;
}

export interface ExecutionOptions {
  /** In order of preference. */
  providers: ExecutionProvider[];
  /** Threads one inference session may use; 0 lets the product choose. */
  threads: number;
  /** Upper bound for the memory of the child process and what it starts, in GB; 0 means none. */
  maxMemoryGb: number;
  /** Seconds to wait for VRAM between processors. */
  gpuMemoryWaitSeconds: number;
  /** Whether all processors' models are loaded at once, or one processor's after the other's. */
  memoryStrategy: MemoryStrategy;
  /** Upper bound for what waits on the disk between processors that work one after the other, in MB. */
  maxDiskMb: number;
  /** What is done when a preferred provider cannot be used. */
  onGpuUnavailable: GpuUnavailableAction;
  /** Set by the pipeline: providers whose memory turned out too small for this job. */
  full?: ExecutionProvider[];
}

/** `auto` takes `together` as long as the models, measured, leave a margin on the GPU. */
export const memoryStrategies = ['auto', 'together', 'sequential'] as const;
export type MemoryStrategy = (typeof memoryStrategies)[number];

/** Everything one swap needs to know. All paths are absolute. */
export interface SwapJob {
  /** Photos of one person. With a face map they are for people whom it does not name, and may be none. */
  sources: string[];
  /** Which face of a source photo is meant, by its path, from left to right, 0-based; else the largest. */
  sourceFaces?: Record<string, number>;
  target: string;
  output: string;
  /** Replace an existing output file. Never a source or the target. */
  overwrite: boolean;
  processors: FrameProcessorName[];
  /** Who gets whose face. Without it every chosen face gets that of `sources`. */
  faceMap?: PersonAssignment[];
  selection: FaceSelection;
  encoding: EncodingOptions;
  execution: ExecutionOptions;
  /** Look for faces in overlapping tiles as well, for faces under about 100 px on a 1920 px frame. */
  smallFaces: 'auto' | 'always' | 'never';
  models?: ModelChoice;
  /** How networks swap and restore; without it as roop does. */
  processing?: ProcessingOptions;
  /** How early intimate content is refused; without it `standard`, below which there is nothing. */
  contentSensitivity?: ContentSensitivity;
  /** For people to read on every frame; without it nothing. */
  label?: VisibleLabel;
  tools: ToolPaths;
  /** The user's own certificate for Content Credentials; without it the one of this machine. */
  contentCredentials?: CredentialFiles;
  /**
   * Keeps finished parts when the process is killed, and takes up those that an earlier run of the very same job has left. A run
   * that is cancelled cleans up.
   */
  resumable?: boolean;
  /** Who says that the people shown agree; goes to the record. */
  consent?: JobConsent;
  /** Set by the client when a fresh process goes on with what another one has begun. */
  resume?: PassState;
}

/** Networks other than the built-in ones, each an id of the catalogue or the absolute path of an .onnx file. */
export interface ModelChoice {
  detector?: string;
  recognizer?: string;
}

/** Explicitly chosen programs; empty means: look for one. */
export interface ToolPaths {
  ffmpeg?: string;
  ffprobe?: string;
}

export const defaultSelection: FaceSelection = {
  manyFaces: false,
  referenceFacePosition: 0,
  referenceFrameNumber: 0,
  similarFaceDistance: 0.85,
};

export const defaultEncoding: EncodingOptions = {
  encoder: 'libx264',
  quality: 80,
  preset: 'veryfast',
  skipAudio: false,
};

/** Whether nobody has chosen providers: the program may then place each network where it is quickest. */
export const isDefaultOrder = (providers: readonly ExecutionProvider[]): boolean =>
  providers.join() === defaultExecution.providers.join();

export const defaultExecution: ExecutionOptions = {
  providers: ['cuda', 'coreml', 'dml', 'webgpu', 'cpu'],
  threads: 0,
  maxMemoryGb: 0,
  gpuMemoryWaitSeconds: 15,
  memoryStrategy: 'auto',
  maxDiskMb: 4096,
  onGpuUnavailable: 'warn',
};
