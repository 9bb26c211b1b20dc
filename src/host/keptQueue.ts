import path from 'node:path';
import { jobOfFile } from '../job/jobOfFile';
import { parseJobFile } from '../job/parseJobFile';
import { jobSettingNames } from '../job/settingNames';
import { isList, isShape, isText } from '../protocol/check';
import type { SwapJob } from '../protocol/job';
import type { JobFile } from '../protocol/jobFile';

/**
 * A job as the queue is kept over a restart: a job file, so that it is read and checked like any other, with every setting that
 * counted when it was queued.
 */
export interface KeptJob {
  /** The text of a job file. */
  text: string;
  /** Folder that its relative paths start at. */
  folder: string;
  /** Path of the job file that the job was started from. */
  jobFile?: string | undefined;
}

type Get = (name: string) => unknown;

const isKept = isShape({ text: isText, folder: isText }, { jobFile: isText });

/**
 * Keeps a job that `document` describes. Its result goes where it was promised to go, and settings that are changed later
 * do not reach it.
 */
export function keepJob(
  document: JobFile,
  {
    folder,
    output,
    setting,
    jobFile,
  }: { folder: string; output: string; setting: Get; jobFile?: string | undefined },
): KeptJob {
  const settings = Object.fromEntries(jobSettingNames().map((name) => [name, setting(name)]));
  const file: JobFile = { ...document, output, settings: { ...settings, ...document.settings } };
  return { text: JSON.stringify(file), folder, ...(jobFile !== undefined && { jobFile }) };
}

/** What was kept, as far as it can be understood: storage outlives the version that wrote it. */
export function readKept(value: unknown): KeptJob[] {
  if (!isList(isKept)(value)) return [];
  return value.filter(({ text, folder }) => path.isAbsolute(folder) && 'file' in parseJobFile(text));
}

/** The job again. What belongs to the machine is taken from the settings of today. Throws `usage` for a value that is not allowed any more. */
export function jobOfKept({ text, folder }: KeptJob, setting: Get): SwapJob {
  const parsed = parseJobFile(text);
  if ('problems' in parsed) throw new TypeError(parsed.problems[0].message);
  return jobOfFile(parsed.file, { folder, setting, isTaken: () => false });
}
