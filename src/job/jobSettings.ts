import { isAbsolute } from 'node:path';
import { contentSensitivities } from '../protocol/content';
import { FaceSwapError } from '../protocol/errors';
import {
  executionProviders,
  frameProcessors,
  memoryStrategies,
  videoEncoders,
  videoPresets,
  type ModelChoice,
  type SwapJob,
  type ToolPaths,
} from '../protocol/job';
import { gpuUnavailableActions } from '../protocol/providers';
import { isLabelText, labelPositions, mostLabelCharacters } from '../protocol/label';
import { english, type Translate } from '../protocol/translate';
import { readProcessing } from './processingSettings';

/** A job without its files: what the settings `faceSwap.*` decide. */
export type JobSettings = Omit<SwapJob, 'sources' | 'target' | 'output' | 'overwrite' | 'resume'>;

const smallFaces = ['auto', 'always', 'never'] as const;

/**
 * Reads the settings through `get` (names without `faceSwap.`). VS Code only underlines a wrong value in settings.json, so every
 * value is checked here; throws `usage` naming the setting.
 */
export function readJobSettings(get: (name: string) => unknown, t: Translate = english): JobSettings {
  const wrong = (name: string, must: string): never => {
    throw new FaceSwapError('usage', { reason: t('The setting faceSwap.{0} must be {1}', name, must) });
  };
  const number = (name: string, least: number, most: number, whole: boolean): number => {
    const value = get(name);
    const fits = typeof value === 'number' && value >= least && value <= most;
    if (!fits || (whole && !Number.isInteger(value)))
      return wrong(name, `${whole ? t('a whole number') : t('a number')} ${span(least, most, t)}`);
    return value;
  };
  const flag = (name: string): boolean => {
    const value = get(name);
    return typeof value === 'boolean' ? value : wrong(name, t('true or false'));
  };
  const one = <T extends string>(name: string, known: readonly T[]): T => {
    const value = known.find((candidate) => candidate === get(name));
    return value ?? wrong(name, t('one of {0}', known.join(', ')));
  };
  const list = <T extends string>(name: string, known: readonly T[]): T[] => {
    const values = get(name);
    const isKnown = (value: unknown): value is T => known.some((candidate) => candidate === value);
    if (!Array.isArray(values) || values.length === 0 || !values.every(isKnown))
      return wrong(name, t('a list of one or more of {0}', known.join(', ')));
    return values;
  };
  const numbers = (name: string, count: number, least: number, most: number): number[] => {
    const values: unknown = get(name);
    const fits = (value: unknown): value is number =>
      typeof value === 'number' && value >= least && value <= most;
    if (!Array.isArray(values) || values.length !== count || !values.every(fits))
      return wrong(name, t('a list of {0} numbers {1}', count, span(least, most, t)));
    return values;
  };
  const label = (name: string): string => {
    const value = get(name);
    if (isLabelText(value)) return value.trim();
    return wrong(name, t('one line of up to {0} characters', mostLabelCharacters));
  };
  const model = (name: string): string | undefined => readModel(name, get, wrong, t);
  return {
    processors: list('frameProcessors', frameProcessors),
    selection: {
      manyFaces: flag('manyFaces'),
      referenceFacePosition: number('referenceFacePosition', 0, Infinity, true),
      referenceFrameNumber: number('referenceFrameNumber', 0, Infinity, true),
      similarFaceDistance: number('similarFaceDistance', 0, 2, false),
    },
    encoding: {
      encoder: one('outputVideoEncoder', videoEncoders),
      quality: number('outputVideoQuality', 0, 100, true),
      preset: one('outputVideoPreset', videoPresets),
      skipAudio: flag('skipAudio'),
    },
    execution: {
      providers: list('executionProviders', executionProviders),
      threads: number('executionThreads', 0, 256, true),
      maxMemoryGb: number('maxMemory', 0, Infinity, false),
      gpuMemoryWaitSeconds: number('gpuMemoryWait', 0, 600, false),
      memoryStrategy: one('memoryStrategy', memoryStrategies),
      maxDiskMb: number('maxDiskMb', 1, Infinity, false),
      onGpuUnavailable: one('onGpuUnavailable', gpuUnavailableActions),
    },
    smallFaces: one('smallFaces', smallFaces),
    ...readModels(model),
    processing: readProcessing({ number, numbers, flag, one, list, model }),
    label: { text: label('labelText'), position: one('labelPosition', labelPositions) },
    contentSensitivity: one('contentSensitivity', contentSensitivities),
    ...readCredentials(get, wrong, t),
    tools: readTools(get),
  };
}

const span = (least: number, most: number, t: Translate): string =>
  most === Infinity ? t('from {0} up', least) : t('from {0} to {1}', least, most);

/** Networks are chosen by an id of the catalogue or by an absolute path: a relative one would have no folder to start at. */
function readModel(
  name: string,
  get: (name: string) => unknown,
  wrong: (name: string, must: string) => never,
  t: Translate,
): string | undefined {
  const value = get(name);
  if (value === '') return undefined;
  const isRelative = typeof value === 'string' && /[\\/]|\.onnx$/i.test(value) && !isAbsolute(value);
  if (typeof value === 'string' && !isRelative) return value;
  return wrong(name, t('empty, the id of a model, or the absolute path of an .onnx file'));
}

function readModels(choice: (name: string) => string | undefined): { models?: ModelChoice } {
  const detector = choice('model.detector');
  const recognizer = choice('model.recognizer');
  const models = { ...(detector && { detector }), ...(recognizer && { recognizer }) };
  return Object.keys(models).length > 0 ? { models } : {};
}

/** The user's own certificate: nothing is signed with one of the two alone. */
function readCredentials(
  get: (name: string) => unknown,
  wrong: (name: string, must: string) => never,
  t: Translate,
): Pick<SwapJob, 'contentCredentials'> {
  const [certificate, key] = ['certificate', 'key'].map((part) => get(`contentCredentials.${part}`) ?? '');
  if (certificate === '' && key === '') return {};
  const file = (part: string, value: unknown): string =>
    typeof value === 'string' && isAbsolute(value)
      ? value
      : wrong(`contentCredentials.${part}`, t('the absolute path of a PEM file, like the other of the two'));
  return { contentCredentials: { certificate: file('certificate', certificate), key: file('key', key) } };
}

function readTools(get: (name: string) => unknown): ToolPaths {
  const ffmpeg = get('ffmpegPath');
  const ffprobe = get('ffprobePath');
  return {
    ...(typeof ffmpeg === 'string' && ffmpeg !== '' && { ffmpeg }),
    ...(typeof ffprobe === 'string' && ffprobe !== '' && { ffprobe }),
  };
}
