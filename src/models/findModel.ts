import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceSwapError } from '../protocol/errors';
import { loadCatalogue, type ModelRecord, type NeuralModel } from './catalogue';
import { findNeuralModel } from './installed';
import { modelPlaces } from './places';
import { hashOf } from './verifiedFiles';

export interface InstalledModel {
  path: string;
  record: ModelRecord | NeuralModel;
}

/** The models folder lies beside `dist` in the checkout and in the .vsix; two levels up when run from the sources. */
function shippedFolder(): string {
  const [beside, above] = [join(__dirname, '..', 'models'), join(__dirname, '..', '..', 'models')];
  return existsSync(join(beside, 'catalogue.json')) ? beside : above;
}

/**
 * Finds a built-in model by its id or role and verifies it by size and SHA-256; any other one by its id, in the folders of
 * `modelPlaces`. Hashing the built-in models takes about 30 ms in all, so a file is hashed once in a process and nothing
 * is remembered beyond. Throws `model-missing` (facts: model, builtIn, file, folder) or `model-corrupt` (also reason).
 * @param options.folders where to look for built-in models, in this order; without it, where they are shipped
 */
export async function findModel(
  idOrRole: string,
  options: { folders?: readonly string[] } = {},
): Promise<InstalledModel> {
  const records = loadCatalogue();
  const record = records.find(({ id }) => id === idOrRole) ?? records.find(({ role }) => role === idOrRole);
  if (!record) {
    const { path, model } = await findNeuralModel(idOrRole, modelPlaces());
    return { path, record: model };
  }
  const folders = options.folders ?? [shippedFolder()];
  const path = folders.map((folder) => join(folder, record.file)).find((file) => existsSync(file));
  if (path === undefined) {
    throw new FaceSwapError('model-missing', {
      model: record.id,
      builtIn: 'yes',
      file: join(folders[0], record.file),
      folder: folders.join(', '),
    });
  }
  await verify(path, record);
  return { path, record };
}

/** A built-in model, and what is wrong with its file, if anything. */
export interface BuiltInCheck {
  record: ModelRecord;
  path: string;
  error?: FaceSwapError;
}

/** Reads the file of every built-in model and compares it with its record. */
export async function verifyBuiltIn(folder = shippedFolder()): Promise<BuiltInCheck[]> {
  return Promise.all(
    loadCatalogue().map(async (record): Promise<BuiltInCheck> => {
      const path = join(folder, record.file);
      try {
        await findModel(record.id, { folders: [folder] });
        return { record, path };
      } catch (error) {
        if (!(error instanceof FaceSwapError)) throw error;
        return { record, path, error };
      }
    }),
  );
}

/** Files that were found right, with the size and time of writing that they had. */
const verified = new Map<string, string>();

async function verify(path: string, record: ModelRecord): Promise<void> {
  const corrupt = (reason: string) =>
    new FaceSwapError('model-corrupt', { model: record.id, file: path, reason });
  const { size, mtimeMs } = await stat(path);
  if (size !== record.bytes) throw corrupt(`it has ${size} bytes instead of ${record.bytes}`);
  const state = `${record.sha256} ${size} ${mtimeMs}`;
  if (verified.get(path) === state) return;
  const found = await hashOf(path).catch((error: unknown) => {
    if (!(error instanceof FaceSwapError)) throw error;
    throw corrupt(String(error.facts['reason']));
  });
  if (found !== record.sha256) throw corrupt(`its SHA-256 is ${found} instead of ${record.sha256}`);
  verified.set(path, state);
}
