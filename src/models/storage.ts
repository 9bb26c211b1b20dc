import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../protocol/errors';
import { loadCatalogue, neuralModel } from './catalogue';
import { checkSpace } from './diskSpace';
import { storageError } from './downloadTrouble';
import { identifyModel, type InstalledNeuralModel } from './identify';
import { findNeuralModel } from './installed';
import { PartFile } from './partFile';
import type { ModelPlaces } from './places';
import { VerifiedFiles } from './verifiedFiles';

/**
 * Takes a file into the storage, under the name of the model that it is; the file itself stays where it is.
 * Throws what `identifyModel` throws, `output-exists` when another file has that name, `disk-full`.
 * @param options.as the id that people say it is
 */
export async function addModel(
  file: string,
  places: ModelPlaces,
  options: { as?: string; signal?: AbortSignal } = {},
): Promise<InstalledNeuralModel> {
  const verified = new VerifiedFiles(places.storage);
  const found = await identifyModel(file, verified, options);
  const target = path.join(places.storage, found.model.file);
  const sha256 = await verified.sha256(file, options);
  const there = await stat(target).catch(() => undefined);
  if (there) {
    const same = path.resolve(file) === target || (await verified.sha256(target, options)) === sha256;
    if (!same) throw new FaceSwapError('output-exists', { file: target, model: found.model.id });
    return { ...found, path: target };
  }
  await copy(file, target, found.bytes);
  await verified.learn(target, sha256);
  return { ...found, path: target };
}

async function copy(file: string, target: string, bytes: number): Promise<void> {
  const temporary = `${target}.${process.pid}.adding`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await checkSpace(target, bytes);
    // Where the file system can share the bytes of two files, nothing is copied.
    await copyFile(file, temporary, constants.COPYFILE_FICLONE);
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storageError(error, target);
  }
}

/**
 * Removes a model and what is left of its download from the storage; folders that are only pointed to are never touched.
 * Gives the paths that are gone. Throws `model-not-removed` with what there is instead: `builtIn`, the `file` of it that is not ours, or
 * the `folder` that has none.
 */
export async function removeModel(id: string, places: ModelPlaces): Promise<string[]> {
  const { storage } = places;
  if (loadCatalogue().some((model) => model.id === id))
    throw new FaceSwapError('model-not-removed', { model: id, builtIn: 'yes' });
  const target = path.join(storage, neuralModel(id)?.file ?? `${path.basename(id)}.onnx`);
  const part = new PartFile(target);
  const gone: string[] = [];
  for (const file of [target, part.part]) {
    if (!(await stat(file).catch(() => undefined))) continue;
    await rm(file).catch((error: unknown) => {
      throw storageError(error, file);
    });
    gone.push(file);
  }
  await part.discard();
  if (gone.length === 0) {
    const theirs = await findNeuralModel(id, places).catch(() => undefined);
    throw new FaceSwapError('model-not-removed', {
      model: id,
      folder: storage,
      ...(theirs && { file: theirs.path }),
    });
  }
  return gone;
}
