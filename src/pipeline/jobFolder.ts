import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../../package.json';
import { isAtWork, keptFolder, keptNoteName, type KeptOwner } from '../machine/keptFolders';
import type { SwapJob } from '../protocol/job';
import type { PassState } from '../protocol/passes';
import type { PipelineContext } from './context';
import { photoFilesOf } from './jobPhotos';
import type { MediaInfo } from './media/mediaInfo';
import { createScratchFolder, removeScratchFolder } from './media/segments';
import type { MediaTools } from './media/tools';

/** How far a video is that all processors work on at once: what its next segment begins with. */
export interface Begun {
  /** Segments that are complete. */
  finished: number;
  framesWithSwap: number;
  facesSwapped: number;
  /** Snapshots; absent when there is no next segment. */
  tracker?: string;
  selector?: string;
  content?: string;
  problems: string;
}

/** How far a job has come, one way or the other. */
interface Saved {
  begun?: Begun;
  passes?: PassState;
}

interface Note extends Saved {
  owner: KeptOwner;
}

/**
 * Where the unfinished parts of a job lie. That of a resumable job has a name by which the very same job finds it again, and a note
 * of how far it has come; a process that is killed leaves both.
 */
export class JobFolder {
  private constructor(
    private readonly output: string,
    private readonly context: PipelineContext,
    private readonly kept?: string,
    readonly saved: Saved = {},
  ) {}

  /** Looks for what an earlier run of the job has left. */
  static async find(
    job: SwapJob,
    info: MediaInfo,
    tools: MediaTools,
    context: PipelineContext,
  ): Promise<JobFolder> {
    const { output, resumable = false, resume } = job;
    if (!resumable || info.kind === 'image') return new JobFolder(output, context);
    if (resume) return new JobFolder(output, context, resume.scratch);
    const folder = keptFolder(output, await keyOf(job, info, tools));
    const note = readNote(folder);
    if (note && isAtWork(note.owner)) {
      context.onLog('warn', 'The same job is running in another process; this one begins anew, by itself');
      return new JobFolder(output, context);
    }
    if (note?.begun || note?.passes) {
      const done = note.passes ? 'passes' : `${note.begun?.finished ?? 0} segments`;
      context.onLog('info', `An earlier run of this job was interrupted; going on from its ${done}`);
      return new JobFolder(output, context, folder, note);
    }
    await removeScratchFolder(folder);
    return new JobFolder(output, context, folder);
  }

  /** Makes the folder where there is none. Throws what `createScratchFolder` throws. */
  async open(): Promise<string> {
    const { kept, output, context } = this;
    if (kept === undefined) {
      const folder = await createScratchFolder(output);
      context.onScratch(folder);
      return folder;
    }
    context.onScratch(kept, true);
    await mkdir(kept, { mode: 0o700, recursive: true });
    this.note(this.saved);
    return kept;
  }

  /** Writes down how far the job has come; does nothing for a job that nobody takes up. */
  save(saved: Saved): void {
    if (this.kept !== undefined) this.note(saved);
  }

  /** Complete or not at all, and at once: the process may be killed at any time. */
  private note({ begun, passes }: Saved): void {
    const owner = { pid: process.pid, since: Date.now() };
    const note: Note = { owner, ...(begun && { begun }), ...(passes && { passes }) };
    const file = path.join(this.kept!, keptNoteName);
    writeFileSync(`${file}.part`, JSON.stringify(note));
    renameSync(`${file}.part`, file);
  }
}

/** What makes a job the very same: its settings, its files, the programs that work on it. */
async function keyOf(job: SwapJob, info: MediaInfo, tools: MediaTools): Promise<string> {
  const files = await Promise.all(
    [job.target, ...photoFilesOf(job)].map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return [file, size, mtimeMs];
    }),
  );
  // Neither who agreed nor what may be overwritten changes a pixel.
  const essence = { ...job, overwrite: undefined, consent: undefined, resumable: undefined };
  const { ffmpeg, ffprobe } = tools;
  const programs = [version, ffmpeg.path, ffmpeg.version, ffprobe.version];
  const all = JSON.stringify([programs, files, info.frames, essence]);
  return createHash('sha256').update(all).digest('hex').slice(0, 16);
}

function readNote(folder: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, keptNoteName), 'utf8')) as Note;
  } catch {
    // Not there, or not finished: nothing that could be taken up.
    return undefined;
  }
}
