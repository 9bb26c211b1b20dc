import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { outputPath } from '../job/outputName';
import { FaceSwapError } from '../protocol/errors';
import {
  defaultEncoding,
  defaultExecution,
  defaultSelection,
  executionProviders,
  frameProcessors,
  memoryStrategies,
  videoEncoders,
  videoPresets,
  type ExecutionOptions,
  type ExecutionProvider,
  type FrameProcessorName,
  type MemoryStrategy,
  type ModelChoice,
  type SwapJob,
  type ToolPaths,
  type VideoEncoder,
  type VideoPreset,
} from '../protocol/job';
import { gpuUnavailableActions, type GpuUnavailableAction } from '../protocol/providers';
import { contentSensitivities, type ContentSensitivity } from '../protocol/content';
import { defaultLabel, labelPositions, type LabelPosition } from '../protocol/label';
import { gpuName, labelText, modelOf, numberBetween } from './optionValues';
import { addProcessingOptions, processingOf, type ProcessingArguments } from './processingOptions';

export { numberBetween };

/** Options as commander hands them over. */
export interface RunOptions extends CommonOptions, FaceModelOptions, ProcessingArguments {
  source: string[];
  target: string;
  output?: string;
  overwrite?: true;
  resume?: true;
  frameProcessor: FrameProcessorName[];
  manyFaces?: true;
  referenceFacePosition: number;
  referenceFrameNumber: number;
  similarFaceDistance: number;
  smallFaces: SwapJob['smallFaces'];
  outputVideoEncoder: VideoEncoder;
  outputVideoQuality: number;
  outputVideoPreset: VideoPreset;
  skipAudio?: true;
  maxMemory: number;
  gpuMemoryWait: number;
  memoryStrategy: MemoryStrategy;
  maxDiskMb: number;
  labelText: string;
  labelPosition: LabelPosition;
  contentCheckSensitivity: ContentSensitivity;
  contentCredentialsCertificate?: string;
  contentCredentialsKey?: string;
  acceptTerms?: true;
  keepFps?: true;
  keepFrames?: true;
  tempFrameFormat?: string;
  tempFrameQuality?: number;
}

export interface CommonOptions {
  executionProvider: ExecutionProvider[];
  onGpuUnavailable: GpuUnavailableAction;
  cudaDevice?: string;
  executionThreads: number;
  ffmpeg?: string;
  ffprobe?: string;
  json?: true;
  quiet?: true;
}

/** Which networks find and recognise faces; nothing given means the built-in ones. */
export interface FaceModelOptions {
  faceDetectorModel?: string;
  faceRecognizerModel?: string;
}

/** Options that choose programs and hardware; the same for every command. */
export function addCommonOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--execution-provider <names...>', 'execution providers, in order of preference')
        .choices(executionProviders)
        .default(defaultExecution.providers),
    )
    .addOption(
      new Option(
        '--on-gpu-unavailable <action>',
        'when a better provider cannot be used: warn and go on, ask on the terminal, or fail',
      )
        .choices(gpuUnavailableActions)
        .default(defaultExecution.onGpuUnavailable),
    )
    .option('--cuda-device <gpu>', 'GPU for CUDA, by number or UUID (default: the most free memory)', gpuName)
    .option(
      '--execution-threads <n>',
      'threads of one inference session, 0: chosen by the program',
      numberBetween(0, 256, true),
      defaultExecution.threads,
    )
    .option('--ffmpeg <path>', 'this ffmpeg and no other')
    .option('--ffprobe <path>', 'this ffprobe and no other')
    .option('--json', 'one JSON object per line on standard output')
    .option('--quiet', 'tell nothing but warnings, errors and the result');
}

/** Options of the commands that look for faces. */
export function addFaceModelOptions(command: Command): Command {
  return command
    .option(
      '--face-detector-model <id or file>',
      'network that finds faces: an id of the catalogue, or an .onnx file of SCRFD or YuNet (default: built in)',
    )
    .option(
      '--face-recognizer-model <id or file>',
      'network that recognises faces: an id of the catalogue, or an .onnx file of ArcFace (default: built in)',
    );
}

export function addRunOptions(command: Command): Command {
  command
    .argument('[job file]', 'run this *.faceswap.json; options that are given count more than what it says')
    .option(
      '-s, --source <files...>',
      'photos of the source face; several photos of one person are used together',
    )
    .option('-t, --target <file>', 'video or picture whose face is replaced')
    .option('-o, --output <file>', 'result (default: <source>-<target> next to the target)')
    .option('--overwrite', 'replace the output if it exists')
    .option(
      '--resume',
      'keep what is finished should the program be killed, and go on from what an earlier run of the very same job has left',
    )
    .addOption(
      new Option('--frame-processor <names...>', 'processors, in order')
        .choices(frameProcessors)
        .default(['face_swapper']),
    )
    .option('--many-faces', 'swap every face')
    .option(
      '--reference-face-position <n>',
      'face of the reference frame to swap, from left to right, from 0; the rightmost where there are fewer',
      numberBetween(0, 1000, true),
      defaultSelection.referenceFacePosition,
    )
    .option(
      '--reference-frame-number <n>',
      'frame that shows the reference face, from 0; a video that opens with nobody in view has its first face for it',
      numberBetween(0, 1e9, true),
      defaultSelection.referenceFrameNumber,
    )
    .option(
      '--similar-face-distance <d>',
      'how far a face may differ from the reference face, 0 to 2',
      numberBetween(0, 2, false),
      defaultSelection.similarFaceDistance,
    )
    .addOption(
      new Option('--small-faces <when>', 'look for faces under 100 px as well, which takes longer')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .addOption(
      new Option('--output-video-encoder <name>', 'video encoder')
        .choices(videoEncoders)
        .default(defaultEncoding.encoder),
    )
    .option(
      '--output-video-quality <n>',
      'quality from 0 (small file) to 100 (lossless)',
      numberBetween(0, 100, true),
      defaultEncoding.quality,
    )
    .addOption(
      new Option('--output-video-preset <name>', 'speed of the encoder')
        .choices(videoPresets)
        .default(defaultEncoding.preset),
    )
    .option('--skip-audio', 'leave the sound out')
    .option(
      '--max-memory <gb>',
      'stop when the job, ffmpeg included, takes more memory, 0: no limit',
      numberBetween(0, 4096, false),
      0,
    )
    .option(
      '--gpu-memory-wait <seconds>',
      'longest wait for GPU memory between processors',
      numberBetween(0, 3600, false),
      defaultExecution.gpuMemoryWaitSeconds,
    )
    .addOption(
      new Option('--memory-strategy <name>', 'load all models at once, or those of one processor at a time')
        .choices(memoryStrategies)
        .default(defaultExecution.memoryStrategy),
    )
    .option(
      '--max-disk-mb <mb>',
      'most that may wait on the disk between processors working one at a time',
      numberBetween(1, 1e9, false),
      defaultExecution.maxDiskMb,
    );
  addProcessingOptions(addFaceModelOptions(command))
    .addOption(
      new Option('--label-text <text>', 'text that people read on every frame, such as “made with AI”')
        .argParser(labelText)
        .default(defaultLabel.text, 'none'),
    )
    .addOption(
      new Option('--label-position <corner>', 'where that text stands')
        .choices(labelPositions)
        .default(defaultLabel.position),
    )
    .addOption(
      new Option('--content-check-sensitivity <level>', 'how early intimate content is refused')
        .choices(contentSensitivities)
        .default(contentSensitivities[0]),
    )
    .option(
      '--content-credentials-certificate <file>',
      'PEM file of the certificate that signs results (default: one of this machine)',
    )
    .option('--content-credentials-key <file>', 'PEM file of the key to that certificate')
    .option('--accept-terms', 'the terms of use have been read and are accepted; needed once on a machine');
  for (const option of withoutEffect) command.addOption(new Option(option.flags, `no effect: ${option.why}`));
  return command;
}

/** Options of roop that have lost their meaning; accepted so that known commands run unchanged. */
const withoutEffect: { flags: string; key: keyof RunOptions; why: string }[] = [
  { flags: '--keep-fps', key: 'keepFps', why: 'the frame rate is always kept' },
  { flags: '--keep-frames', key: 'keepFrames', why: 'no frames are written to disk' },
  { flags: '--temp-frame-format <format>', key: 'tempFrameFormat', why: 'no frames are written to disk' },
  { flags: '--temp-frame-quality <n>', key: 'tempFrameQuality', why: 'no frames are written to disk' },
];

/** A line for each option given that has no effect. */
export function noticesOf(options: Partial<RunOptions>): string[] {
  return withoutEffect
    .filter(({ key }) => options[key] !== undefined)
    .map(({ flags, why }) => `${flags.split(' ')[0]} has no effect: ${why}`);
}

/** Throws `usage` where options do not fit each other. */
export function jobOf(options: RunOptions): SwapJob {
  refuseEmptyNames(options);
  const sources = options.source.map((file) => path.resolve(file));
  const target = path.resolve(options.target);
  return {
    sources,
    target,
    output: outputOf(options.output, sources[0], target, options.outputVideoEncoder),
    overwrite: options.overwrite ?? false,
    ...(options.resume && { resumable: true }),
    processors: [...new Set(options.frameProcessor)],
    selection: {
      manyFaces: options.manyFaces ?? false,
      referenceFacePosition: options.referenceFacePosition,
      referenceFrameNumber: options.referenceFrameNumber,
      similarFaceDistance: options.similarFaceDistance,
    },
    encoding: {
      encoder: options.outputVideoEncoder,
      quality: options.outputVideoQuality,
      preset: options.outputVideoPreset,
      skipAudio: options.skipAudio ?? false,
    },
    execution: {
      ...executionOf(options),
      maxMemoryGb: options.maxMemory,
      gpuMemoryWaitSeconds: options.gpuMemoryWait,
      memoryStrategy: options.memoryStrategy,
      maxDiskMb: options.maxDiskMb,
    },
    smallFaces: options.smallFaces,
    ...faceModelsOf(options),
    processing: processingOf(options),
    label: { text: options.labelText, position: options.labelPosition },
    contentSensitivity: options.contentCheckSensitivity,
    ...credentialsOf(options),
    tools: toolsOf(options),
  };
}

export function executionOf(options: CommonOptions): ExecutionOptions {
  const { executionProvider: providers, executionThreads: threads, onGpuUnavailable } = options;
  return { ...defaultExecution, providers, threads, onGpuUnavailable };
}

/** The chosen networks as a part of a request; empty when none is chosen. Throws `usage` for an empty name. */
export function faceModelsOf(options: FaceModelOptions): { models?: ModelChoice } {
  const detector = modelOf('face-detector-model', options.faceDetectorModel);
  const recognizer = modelOf('face-recognizer-model', options.faceRecognizerModel);
  const models = { ...(detector && { detector }), ...(recognizer && { recognizer }) };
  return Object.keys(models).length > 0 ? { models } : {};
}

/** The user's own certificate and key; throws `usage` for one without the other. */
function credentialsOf(options: RunOptions): Pick<SwapJob, 'contentCredentials'> {
  const { contentCredentialsCertificate: certificate, contentCredentialsKey: key } = options;
  if (certificate === undefined && key === undefined) return {};
  if (!certificate || !key) {
    const option = certificate ? 'content-credentials-key' : 'content-credentials-certificate';
    throw new FaceSwapError('usage', { option, reason: 'certificate and key are needed together' });
  }
  return { contentCredentials: { certificate: path.resolve(certificate), key: path.resolve(key) } };
}

export function toolsOf({ ffmpeg, ffprobe }: Pick<CommonOptions, 'ffmpeg' | 'ffprobe'>): ToolPaths {
  return {
    ...(ffmpeg === undefined ? {} : { ffmpeg: path.resolve(ffmpeg) }),
    ...(ffprobe === undefined ? {} : { ffprobe: path.resolve(ffprobe) }),
  };
}

/** The file that was asked for, or in the folder that was asked for, or next to the target; the last two never taken. */
function outputOf(output: string | undefined, source: string, target: string, encoder: VideoEncoder): string {
  const wanted = output === undefined ? undefined : path.resolve(output);
  const namesFolder = output?.endsWith('/') === true || output?.endsWith(path.sep) === true;
  if (wanted !== undefined && !isFolder(wanted)) {
    if (namesFolder) throw new FaceSwapError('output-folder-missing', { file: wanted });
    return wanted;
  }
  const beside = wanted === undefined ? target : path.join(wanted, path.basename(target));
  return outputPath(source, beside, encoder, existsSync);
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    // Not there, or not a place where anything could be: told when the output is checked.
    return false;
  }
}

/** An empty name would quietly stand for the current folder. */
function refuseEmptyNames({ source, target, output, ffmpeg, ffprobe }: RunOptions): void {
  const names = { source, target: [target], output: [output], ffmpeg: [ffmpeg], ffprobe: [ffprobe] };
  for (const [option, values] of Object.entries(names)) {
    if (values.includes('')) throw new FaceSwapError('usage', { option, reason: 'a file name is missing' });
  }
}
