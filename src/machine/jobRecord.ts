import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { dataFolder } from '../models/places';
import { FaceSwapError, type ErrorCode } from '../protocol/errors';
import type { SwapJob } from '../protocol/job';
import type { JobConsent } from '../protocol/jobFile';
import type { JobReport } from '../protocol/report';
import { acceptedTerms } from './terms';

/** A line of the record: no pictures, no embeddings, no folders. */
export interface JobEntry {
  /** When the job ended, ISO 8601. */
  when: string;
  /** Version of the program. */
  version: string;
  /** Names of files without their folders. */
  target: string;
  output: string;
  /** Of the output; absent when there is none. */
  sha256?: string;
  /** Name of the file with its Content Credentials, when the output has no place for them. */
  credentials?: string;
  models: string[];
  processors: string[];
  seconds: number;
  result: 'done' | ErrorCode;
  /** The terms under which whoever ran the job confirmed the consent of the people shown. */
  terms?: { version: number; accepted: string };
  /** What the job says about who confirmed it. */
  consent?: JobConsent;
}

/** How a job ended: its report, or the code of its failure. */
export type JobEnd = { report: JobReport } | { code: ErrorCode };

/** One JSON object per line; lines are only ever added. */
export function recordFile(folder = dataFolder()): string {
  return path.join(folder, 'jobs.jsonl');
}

/**
 * Adds a job to the record of this machine. Gives the reason when that fails: a job is done for its file, not for its record.
 * @param started of `performance.now()`
 */
export async function recordJob(
  job: SwapJob,
  end: JobEnd,
  about: { version: string; started: number },
  folder = dataFolder(),
): Promise<string | undefined> {
  const { version, started } = about;
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  try {
    const terms = await acceptedTerms(folder);
    const entry: JobEntry = {
      when: new Date().toISOString(),
      version,
      target: path.basename(job.target),
      output: path.basename(job.output),
      ...('report' in end && { sha256: await sha256(end.report.output) }),
      ...('report' in end &&
        end.report.credentials !== undefined && { credentials: path.basename(end.report.credentials) }),
      models: 'report' in end ? [...new Set(end.report.providers.map(({ model }) => model))] : [],
      processors: job.processors,
      seconds,
      result: 'report' in end ? 'done' : end.code,
      ...(terms && { terms: { version: terms.version, accepted: terms.accepted } }),
      ...(job.consent && { consent: job.consent }),
    };
    await mkdir(folder, { recursive: true });
    await appendFile(recordFile(folder), `${JSON.stringify(entry)}\n`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Does a job, and puts it on record however it ends; `warn` is told when that fails. Throws what the work throws. */
export async function onRecord(
  job: SwapJob,
  version: string,
  work: () => Promise<JobReport>,
  warn: (message: string) => void,
): Promise<JobReport> {
  const started = performance.now();
  const remember = async (end: JobEnd): Promise<void> => {
    const reason = await recordJob(job, end, { version, started });
    if (reason !== undefined) warn(`The job could not be put on record (${reason})`);
  };
  try {
    const report = await work();
    await remember({ report });
    return report;
  } catch (error) {
    await remember({ code: error instanceof FaceSwapError ? error.code : 'internal' });
    throw error;
  }
}

/** All jobs on record, oldest first. Lines that are damaged are passed over. */
export async function readRecord(folder = dataFolder()): Promise<JobEntry[]> {
  const text = await readFile(recordFile(folder), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      const entry = JSON.parse(line) as JobEntry | null;
      return typeof entry?.when === 'string' ? [entry] : [];
    } catch {
      return [];
    }
  });
}

/** Deletes the record; false when there was none. */
export async function deleteRecord(folder = dataFolder()): Promise<boolean> {
  try {
    await rm(recordFile(folder));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
