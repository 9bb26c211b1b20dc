import path from 'node:path';
import { FaceSwapError } from '../protocol/errors';
import type { SourcePhoto } from '../protocol/faceMap';
import type { SwapJob } from '../protocol/job';
import type { JobFile, JobSource } from '../protocol/jobFile';
import { readJobSettings } from './jobSettings';
import { outputPath } from './outputName';
import { parseJobFile } from './parseJobFile';

/** What a job file leaves open. */
export interface JobSurroundings {
  /** Folder that relative paths start at. */
  folder: string;
  /** The settings of `faceSwap.*` by name without the prefix, where the job has none of its own. */
  setting: (name: string) => unknown;
  /** Names that a result must not take when the job names none. */
  isTaken: (file: string) => boolean;
}

/** The job that a file describes. Throws `usage` for a value of a setting that is not allowed. */
export function jobOfFile(file: JobFile, surroundings: JobSurroundings): SwapJob {
  const { folder, setting, isTaken } = surroundings;
  const { settings = {}, people, consent } = file;
  const absolute = (name: string): string => path.resolve(folder, name);
  const photoOf = (source: JobSource): SourcePhoto => {
    if (typeof source === 'string') return { file: absolute(source) };
    return { file: absolute(source.photo), face: source.face };
  };
  const photos = file.sources.map(photoOf);
  const faceMap = people?.map(({ faces, sources }) => ({ faces, sources: sources.map(photoOf) }));
  const target = absolute(file.target);
  const [{ file: first }] = [...photos, ...(faceMap ?? []).flatMap(({ sources }) => sources)];
  const chosen = photos.flatMap(({ file: photo, face }) => (face === undefined ? [] : [[photo, face]]));
  const read = readJobSettings((name) => (Object.hasOwn(settings, name) ? settings[name] : setting(name)));
  const named = (): string => outputPath(first, target, read.encoding.encoder, isTaken);
  return {
    ...read,
    sources: photos.map(({ file: photo }) => photo),
    ...(chosen.length > 0 && { sourceFaces: Object.fromEntries(chosen) as Record<string, number> }),
    ...(faceMap && { faceMap }),
    target,
    output: file.output === undefined ? named() : absolute(file.output),
    overwrite: false,
    ...(consent && { consent }),
  };
}

/** Reads the text of the job file `name`. Throws `job-file-invalid` with all that is wrong. */
export function readJobFile(name: string, text: string): JobFile {
  const parsed = parseJobFile(text);
  if ('file' in parsed) return parsed.file;
  const reason = parsed.problems.map(({ path: keys, message }) => `${placeOf(keys)}${message}`).join('; ');
  throw new FaceSwapError('job-file-invalid', { file: name, reason });
}

/** `people[1].faces ` */
function placeOf(keys: readonly (string | number)[]): string {
  const text = keys
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${key}`))
    .join('');
  return text === '' ? '' : `${text} `;
}
