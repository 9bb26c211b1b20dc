import { readFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isRunning } from '../models/runningProcess';

const mark = '.face-swap-kept-';

/** A note in such a folder tells who is at work on it. */
export const keptNoteName = 'progress.json';

export interface KeptOwner {
  pid: number;
  /** Milliseconds since 1970. */
  since: number;
}

/** What an interrupted job has finished. It lies beside its result until the job goes on or somebody removes it. */
export interface KeptFolder {
  folder: string;
  /** Of the last change in it, in milliseconds since 1970. */
  changed: number;
  bytes: number;
  /** A living process works on it. */
  isAtWork: boolean;
}

/** The folder of the job with this key and this result. */
export const keptFolder = (output: string, key: string): string =>
  path.join(path.dirname(output), `${beginOf(output)}${key}`);

const beginOf = (output: string): string => `.${path.basename(output).slice(0, 60)}${mark}`;

/** All of a directory; none where it cannot be read. */
export async function keptFoldersIn(directory: string): Promise<KeptFolder[]> {
  return Promise.all((await namesIn(directory)).map((name) => lookAt(path.join(directory, name))));
}

/** Removes those of one result, for when nobody will go on with its job. */
export async function removeKeptOf(output: string): Promise<void> {
  const folder = path.dirname(output);
  const names = (await namesIn(folder)).filter((name) => name.startsWith(beginOf(output)));
  await Promise.all(names.map((name) => removeKept(path.join(folder, name))));
}

export const removeKept = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Whether the process that wrote a note lives. Numbers of processes start anew with the machine. */
export function isAtWork({ pid, since }: KeptOwner): boolean {
  return since >= Date.now() - os.uptime() * 1000 && isRunning(pid);
}

async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => name.startsWith('.') && name.includes(mark)).sort();
}

async function lookAt(folder: string): Promise<KeptFolder> {
  const files = [folder, ...(await readdir(folder).catch(() => [])).map((name) => path.join(folder, name))];
  // What a job at work has renamed or removed meanwhile does not count.
  const states = (await Promise.allSettled(files.map((file) => stat(file)))).flatMap((one) =>
    one.status === 'fulfilled' ? [one.value] : [],
  );
  return {
    folder,
    changed: Math.max(0, ...states.map(({ mtimeMs }) => mtimeMs)),
    bytes: states.filter((state) => state.isFile()).reduce((sum, { size }) => sum + size, 0),
    isAtWork: hasLivingOwner(folder),
  };
}

function hasLivingOwner(folder: string): boolean {
  try {
    const { owner } = JSON.parse(readFileSync(path.join(folder, keptNoteName), 'utf8')) as {
      owner: KeptOwner;
    };
    return isAtWork(owner);
  } catch {
    // Without a note nobody has begun, or not to the end.
    return false;
  }
}
