import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../protocol/errors';
import { loadNeuralModels, neuralModel, type NeuralModel } from './catalogue';
import { identifyModel, type InstalledNeuralModel } from './identify';
import type { ModelPlaces } from './places';
import type { NeuralRole } from './signature';
import { VerifiedFiles } from './verifiedFiles';

/** A file that lies in a models folder and cannot be used. */
export interface RefusedFile {
  path: string;
  error: FaceSwapError;
}

export interface Listing {
  /** One for each id: the first in the order of the places, files known by hash before others. */
  models: InstalledNeuralModel[];
  /** Other files that are the same model. */
  hidden: InstalledNeuralModel[];
  /** Damaged, or not known for sure. */
  refused: RefusedFile[];
  /** Files of no kind that is used here, as folders of other programs are full of. */
  others: string[];
}

/** insightface keeps its models two folders down. */
const deepest = 2;

/**
 * Looks at every .onnx file in the places. Hashes are remembered in the storage, so only new files take time.
 * Never throws for what a file holds: what cannot be used is told under `refused`.
 */
export async function listModels(
  places: ModelPlaces,
  options: { again?: boolean; signal?: AbortSignal } = {},
): Promise<Listing> {
  const verified = new VerifiedFiles(places.storage);
  const listing: Listing = { models: [], hidden: [], refused: [], others: [] };
  const found: InstalledNeuralModel[] = [];
  for (const file of await modelFiles(places)) {
    if (options.signal?.aborted) throw new FaceSwapError('cancelled');
    try {
      found.push(await identifyModel(file, verified, options));
    } catch (error) {
      if (!(error instanceof FaceSwapError) || error.code === 'cancelled') throw error;
      const isOther = error.code === 'model-wrong' && error.facts['candidates'] === undefined;
      if (isOther) listing.others.push(file);
      else listing.refused.push({ path: file, error });
    }
  }
  for (const one of [...found.filter((file) => file.verified), ...found.filter((file) => !file.verified)]) {
    const isFirst = listing.models.every(({ model }) => model.id !== one.model.id);
    listing[isFirst ? 'models' : 'hidden'].push(one);
  }
  return listing;
}

/**
 * Finds a model that is not built in by its id, or by the path of a file. Throws `model-missing` (facts: model, file,
 * folder, and how it can be had), `model-corrupt`, `model-wrong`.
 */
export async function findNeuralModel(
  idOrFile: string,
  places: ModelPlaces,
  options: { role?: NeuralRole; signal?: AbortSignal } = {},
): Promise<InstalledNeuralModel> {
  const found = await find(idOrFile, places, options.signal);
  const { role } = options;
  if (role === undefined || found.model.role === role) return found;
  const reason = `it is a ${found.model.role}, not a ${role}`;
  throw new FaceSwapError('model-wrong', { file: found.path, reason });
}

/**
 * The path of a model that need not be downloaded, as it is there and has its hash. Throws `output-exists` when another file
 * that can be used lies where the download would go: people put it there.
 */
export async function alreadyThere(model: NeuralModel, places: ModelPlaces): Promise<string | undefined> {
  const found = await findNeuralModel(model.id, places).catch(() => undefined);
  if (found?.verified) return found.path;
  if (found?.path === path.join(places.storage, model.file)) {
    throw new FaceSwapError('output-exists', { file: found.path, model: model.id });
  }
  return undefined;
}

async function find(
  idOrFile: string,
  places: ModelPlaces,
  signal: AbortSignal | undefined,
): Promise<InstalledNeuralModel> {
  const verified = new VerifiedFiles(places.storage);
  const options = signal ? { signal } : {};
  if (path.isAbsolute(idOrFile)) return identifyModel(idOrFile, verified, options);
  const files = await modelFiles(places);
  const wanted = neuralModel(idOrFile)?.file ?? `${idOrFile}.onnx`;
  let refusal: unknown;
  // Files of the right name first: most of the time nothing else has to be looked at.
  const [named, others] = [true, false].map((same) =>
    files.filter((file) => (path.basename(file) === wanted) === same),
  );
  for (const file of [...named, ...others]) {
    try {
      const found = await identifyModel(file, verified, options);
      if (found.model.id === idOrFile) return found;
    } catch (error) {
      if (signal?.aborted) throw error;
      if (named.includes(file)) refusal ??= error;
    }
  }
  if (refusal) throw refusal as Error;
  throw missingModel(idOrFile, places);
}

/**
 * The error for a model that is not there, by its id or by its role when any would do. Its facts say how it can be had: `get`, an id
 * that can be downloaded, or `link`, where people find the file, or `unknown` when
 * nobody knows the id.
 */
export function missingModel(idOrRole: string, { storage, folders }: ModelPlaces): FaceSwapError {
  const ofRole = loadNeuralModels().filter(({ role }) => role === idOrRole);
  const model = neuralModel(idOrRole) ?? ofRole.find(({ sha256 }) => sha256 !== undefined) ?? ofRole.at(0);
  return new FaceSwapError('model-missing', {
    model: idOrRole,
    file: path.join(storage, model?.file ?? `${idOrRole}.onnx`),
    folder: [storage, ...folders].join(', '),
    ...(!model && { unknown: 'yes' }),
    ...(model?.sha256 !== undefined && { get: model.id }),
    ...(model && model.sha256 === undefined && model.page !== undefined && { link: model.page }),
  });
}

/** In the order of the places, and by name within one. */
async function modelFiles({ storage, folders }: ModelPlaces): Promise<string[]> {
  const lists = [storage, ...folders].map((folder) => onnxFiles(folder, 0));
  return [...new Set((await Promise.all(lists)).flat())];
}

async function onnxFiles(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const lists = entries.map(async (entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return depth < deepest ? await onnxFiles(file, depth + 1) : [];
    return /\.onnx$/i.test(entry.name) ? [file] : [];
  });
  return (await Promise.all(lists)).flat();
}
