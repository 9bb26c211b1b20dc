import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { FaceSwapError } from '../protocol/errors';
import { keptFoldersIn, removeKept, type KeptFolder } from '../machine/keptFolders';

interface Options {
  remove?: true;
  json?: true;
}

/** `face-swap leftovers`: what interrupted jobs have left beside their results, and how to be rid of it. */
export function addLeftoversCommand(program: Command): void {
  program
    .command('leftovers [folders...]')
    .description('list what interrupted jobs have left beside their results in these folders (here)')
    .option('--remove', 'remove it, so that these jobs begin anew')
    .option('--json', 'one JSON object per line on standard output')
    .action(leftovers);
}

async function leftovers(folders: string[], { remove, json }: Options): Promise<void> {
  const asked = (folders.length > 0 ? folders : ['.']).map((folder) => path.resolve(folder));
  await Promise.all(asked.map(checkFolder));
  const found = (await Promise.all(asked.map(keptFoldersIn))).flat();
  for (const one of found) process.stdout.write(`${json ? JSON.stringify(one) : lineOf(one)}\n`);
  const idle = found.filter(({ isAtWork }) => !isAtWork);
  if (remove) await Promise.all(idle.map(({ folder }) => removeKept(folder)));
  process.stderr.write(`${summaryOf(idle, asked, remove ?? false)}\n`);
}

async function checkFolder(file: string): Promise<void> {
  try {
    await readdir(file);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new FaceSwapError(
      reason === 'ENOENT' ? 'input-missing' : 'input-unreadable',
      { file, reason },
      { cause },
    );
  }
}

function lineOf({ folder, changed, bytes, isAtWork }: KeptFolder): string {
  const state = isAtWork ? 'a job is at work on it' : `of ${new Date(changed).toISOString()}`;
  return `${folder}  ${megabytes(bytes)}  ${state}`;
}

function summaryOf(idle: readonly KeptFolder[], asked: readonly string[], isRemoved: boolean): string {
  if (idle.length === 0)
    return asked.length > 1
      ? 'No interrupted job has left anything in these folders'
      : `No interrupted job has left anything in "${asked[0]}"`;
  const size = megabytes(idle.reduce((sum, { bytes }) => sum + bytes, 0));
  const what = `${size} of ${idle.length} interrupted ${idle.length === 1 ? 'job' : 'jobs'}`;
  if (isRemoved) return `Removed ${what}`;
  const folders = asked.map((folder) => `"${folder}"`).join(' ');
  return `${what}: a job goes on with its own command and --resume; face-swap leftovers --remove ${folders} frees the space`;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
