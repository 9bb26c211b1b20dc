import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { jobOfFile, readJobFile } from '../job/jobOfFile';
import { defaultSetting } from '../job/settingNames';
import { FaceSwapError } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import { jobFileEnding } from '../protocol/jobFile';
import { jobOf, type RunOptions } from './options';

/** Options of a command line that may name a job file in place of source and target. */
export type GivenOptions = Partial<RunOptions> & Omit<RunOptions, 'source' | 'target'>;

/** The parts of a job that options decide, by the option's name in `RunOptions`. */
export const placesOfOptions: Partial<Record<keyof RunOptions, string[]>> = {
  output: ['output'],
  overwrite: ['overwrite'],
  resume: ['resumable'],
  frameProcessor: ['processors'],
  manyFaces: ['selection', 'manyFaces'],
  referenceFacePosition: ['selection', 'referenceFacePosition'],
  referenceFrameNumber: ['selection', 'referenceFrameNumber'],
  similarFaceDistance: ['selection', 'similarFaceDistance'],
  smallFaces: ['smallFaces'],
  outputVideoEncoder: ['encoding', 'encoder'],
  outputVideoQuality: ['encoding', 'quality'],
  outputVideoPreset: ['encoding', 'preset'],
  skipAudio: ['encoding', 'skipAudio'],
  executionProvider: ['execution', 'providers'],
  executionThreads: ['execution', 'threads'],
  maxMemory: ['execution', 'maxMemoryGb'],
  gpuMemoryWait: ['execution', 'gpuMemoryWaitSeconds'],
  memoryStrategy: ['execution', 'memoryStrategy'],
  onGpuUnavailable: ['execution', 'onGpuUnavailable'],
  maxDiskMb: ['execution', 'maxDiskMb'],
  faceDetectorModel: ['models', 'detector'],
  faceRecognizerModel: ['models', 'recognizer'],
  faceSwapperModel: ['processing', 'swapper', 'model'],
  faceSwapperWeight: ['processing', 'swapper', 'weight'],
  faceSwapperPixelBoost: ['processing', 'swapper', 'pixelBoost'],
  faceSwapperColourMatch: ['processing', 'swapper', 'colourMatch'],
  faceMaskType: ['processing', 'mask', 'types'],
  faceMaskRegion: ['processing', 'mask', 'regions'],
  faceMaskBlur: ['processing', 'mask', 'blur'],
  faceMaskPadding: ['processing', 'mask', 'padding'],
  faceEnhancerModel: ['processing', 'enhancer', 'model'],
  faceEnhancerBlend: ['processing', 'enhancer', 'blend'],
  faceEnhancerWeight: ['processing', 'enhancer', 'weight'],
  faceEnhancerFaces: ['processing', 'enhancer', 'faces'],
  labelText: ['label', 'text'],
  labelPosition: ['label', 'position'],
  contentCheckSensitivity: ['contentSensitivity'],
  contentCredentialsCertificate: ['contentCredentials'],
  contentCredentialsKey: ['contentCredentials'],
  ffmpeg: ['tools', 'ffmpeg'],
  ffprobe: ['tools', 'ffprobe'],
};

/** Whom and what a job is about: that is what the file is for. */
const ofTheFile = ['source', 'target'] as const;

/**
 * The job of the options, or of a job file with those options that were really given. Throws `usage`, `input-missing`,
 * `input-unreadable`, `input-is-directory` or `job-file-invalid`.
 */
export async function jobOfCommand(
  file: string | undefined,
  options: GivenOptions,
  command: Command,
): Promise<SwapJob> {
  if (file === undefined) {
    const { source, target } = options;
    if (source && target !== undefined) return jobOf({ ...options, source, target });
    // An option takes what follows it for its value, for names may begin with a dash.
    const taken = source?.find((value) =>
      command.options.some(({ short, long }) => [short, long].includes(value)),
    );
    if (taken !== undefined)
      throw new FaceSwapError('usage', { option: 'source', reason: `a photo is needed before ${taken}` });
    const [option, what] = source ? ['target', 'a video or picture'] : ['source', 'a photo of the new face'];
    const reason = `${what} is needed, unless a job file (*.faceswap.json) is given; see “face-swap run --help”`;
    throw new FaceSwapError('usage', { option, reason });
  }
  if (!file.toLowerCase().endsWith(jobFileEnding)) {
    const reason = `“${file}” is neither a command nor a job file, whose name ends in ${jobFileEnding}; “face-swap --help” lists the commands`;
    throw new FaceSwapError('usage', { reason });
  }
  const wasGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  for (const name of ofTheFile) {
    const reason = 'cannot be given together with a job file, which names its own';
    if (wasGiven(name)) throw new FaceSwapError('usage', { option: name, reason });
  }
  const name = path.resolve(file);
  const job = jobOfFile(readJobFile(name, await textOf(name)), {
    folder: path.dirname(name),
    setting: defaultSetting,
    isTaken: existsSync,
  });
  const first = job.sources[0] ?? job.faceMap?.flatMap(({ sources }) => sources)[0]?.file;
  const given = jobOf({ ...options, source: [first], target: job.target });
  for (const [option, place] of Object.entries(placesOfOptions)) {
    if (wasGiven(option)) copyPart(given, job, place);
  }
  return job;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new FaceSwapError('input-missing', { file }, { cause });
    if (code === 'EISDIR') throw new FaceSwapError('input-is-directory', { file }, { cause });
    throw new FaceSwapError('input-unreadable', { file, reason: code ?? String(cause) }, { cause });
  }
}

/** Sets what stands at a place of `from` at the same place of `to`. */
function copyPart(from: object, to: object, [key, ...rest]: readonly string[]): void {
  const value: unknown = Reflect.get(from, key);
  if (rest.length === 0) {
    Reflect.set(to, key, value);
    return;
  }
  const inside: unknown = Reflect.get(to, key);
  if (typeof inside !== 'object' || inside === null) Reflect.set(to, key, {});
  copyPart(value as object, Reflect.get(to, key) as object, rest);
}
