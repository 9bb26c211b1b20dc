import { constants } from 'node:fs';
import { access, copyFile, link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../../protocol/errors';
import { videoExtensions } from './containers';
import { imageExtensions } from './images';

/** Lower-case extension with its dot. */
export function extensionOf(file: string): string {
  return path.extname(file).toLowerCase();
}

/**
 * Checks before any work is done that the result can be written.
 * @param inputs the target, then what else is read
 * @param kind what the target is, whatever its name says
 * @throws output-folder-missing, output-not-writable, output-exists, output-is-input, output-format-unknown
 */
export async function checkOutput(
  output: string,
  inputs: readonly string[],
  kind: 'video' | 'image',
  overwrite: boolean,
): Promise<void> {
  const [known, others]: (readonly string[])[] =
    kind === 'video' ? [videoExtensions, imageExtensions] : [imageExtensions, videoExtensions];
  const extension = extensionOf(output);
  if (!known.includes(extension)) {
    const facts = { file: output, extension, known: known.join(' ') };
    const otherKind = others.includes(extension) && { target: inputs[0], kind };
    throw new FaceSwapError('output-format-unknown', { ...facts, ...otherKind });
  }
  const folder = path.dirname(output);
  const folderFound = await stat(folder).catch(() => undefined);
  if (!folderFound?.isDirectory()) throw new FaceSwapError('output-folder-missing', { file: folder });
  await checkFree(output, inputs, overwrite);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw notWritable(folder, cause);
  }
}

/**
 * Checks that a file can be written: nothing has its name, or what has it may be replaced.
 * @throws output-not-writable, output-exists, output-is-input
 */
export async function checkFree(
  output: string,
  inputs: readonly string[],
  overwrite: boolean,
): Promise<void> {
  const found = await stat(output, { bigint: true }).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENAMETOOLONG') throw notWritable(output, cause);
    return undefined;
  });
  if (found) {
    // One file under two names has one inode, whether by link, by another case or by another path.
    for (const input of inputs) {
      const other = await stat(input, { bigint: true }).catch(() => undefined);
      if (other?.ino === found.ino && other.dev === found.dev) {
        throw new FaceSwapError('output-is-input', { file: output });
      }
    }
    if (!overwrite || !found.isFile()) throw new FaceSwapError('output-exists', { file: output });
  }
  try {
    if (found) await access(output, constants.W_OK);
  } catch (cause) {
    throw notWritable(output, cause);
  }
}

function notWritable(file: string, cause: unknown): FaceSwapError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new FaceSwapError('output-not-writable', { file, reason }, { cause });
}

/** An error of any step as `disk-full` of `file`, not of a part of it, where it says that its disk has no room left; others as they are. */
export function asDiskFull(error: unknown, file: string): unknown {
  if (error instanceof FaceSwapError && error.code === 'disk-full')
    return new FaceSwapError('disk-full', { ...error.facts, file }, { cause: error });
  if (error instanceof FaceSwapError || !(error instanceof Error)) return error;
  const isFull = /^(ENOSPC|EDQUOT)\b|no space left/i.test(error.message);
  return isFull ? new FaceSwapError('disk-full', { file }, { cause: error }) : error;
}

/**
 * Gives the finished file its name in one step: nobody ever sees half of it.
 * @param overwrite when false, a file that has appeared meanwhile is left alone
 * @throws output-exists, output-not-writable
 */
export async function publish(temporary: string, output: string, overwrite: boolean): Promise<void> {
  try {
    if (overwrite) await rename(temporary, output);
    else await renameNew(temporary, output);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    if (code === 'EEXIST') throw new FaceSwapError('output-exists', { file: output }, { cause });
    throw notWritable(output, cause);
  }
}

/**
 * The same for a file with another one beside it, which comes first: nobody sees the file without it. When the file cannot get its
 * name, what is beside it is as it was before.
 * @throws output-exists, output-not-writable
 */
export async function publishBoth(
  temporary: string,
  output: string,
  beside: { temporary: string; file: string },
  overwrite: boolean,
): Promise<void> {
  const earlier = await readFile(beside.file).catch(() => undefined);
  await publish(beside.temporary, beside.file, overwrite);
  try {
    await publish(temporary, output, overwrite);
  } catch (error) {
    if (earlier) await writeFile(beside.file, earlier);
    else await unlink(beside.file);
    throw error;
  }
}

/** `rename` replaces what is there; `link` does not. File systems without hard links get an exclusive copy. */
async function renameNew(temporary: string, output: string): Promise<void> {
  try {
    await link(temporary, output);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES', 'EISDIR'].includes(code))
      throw error;
    await copyFile(temporary, output, constants.COPYFILE_EXCL);
  }
  await unlink(temporary);
}
