import type { FacePlace } from './faceMap';

/**
 * A job as a document: `*.faceswap.json`. Paths are relative to the folder of the file, with `/`, or absolute. Keys stand in
 * this order, so that differences are easy to read.
 */
export interface JobFile {
  $schema?: string;
  version: 1;
  /** The video or picture whose faces are replaced. */
  target: string;
  /** Photos of the new face; for everybody whom `people` does not name. */
  sources: JobSource[];
  /** Absent: a name is made from source and target, beside the target. */
  output?: string;
  /** Who gets whose face. */
  people?: JobPerson[];
  /** Settings of `faceSwap.*` by their names without the prefix, for this job alone. */
  settings?: Record<string, unknown>;
  /** Who says that the people shown agree. */
  consent?: JobConsent;
}

/** A photo, or one of several faces in it, counted from left to right from 0. */
export type JobSource = string | { photo: string; face: number };

export interface JobPerson {
  /** For people to read. */
  name?: string;
  faces: FacePlace[];
  /** None leaves the person as it is. */
  sources: JobSource[];
}

export interface JobConsent {
  confirmedBy?: string;
  note?: string;
}

/** How such files end. */
export const jobFileEnding = '.faceswap.json';

/** What is wrong with a job file, and where. */
export interface JobFileProblem {
  /** Keys and indices from the root to the place. */
  path: (string | number)[];
  message: string;
}

/** A job file that was read; with problems there is none that could run. */
export type ParsedJobFile = { file: JobFile } | { problems: JobFileProblem[] };
