import { stat } from 'node:fs/promises';
import path from 'node:path';
import { FaceSwapError } from '../protocol/errors';
import { loadNeuralModels, neuralModel, type NeuralModel } from './catalogue';
import { recogniseModel, type Recognition } from './signature';
import type { VerifiedFiles } from './verifiedFiles';

/** A model file that can be used, and how it is known to be what it is. */
export interface InstalledNeuralModel {
  path: string;
  /** For a file that is in no record: the record of its kind, under the file's own name as `id`. */
  model: NeuralModel;
  /** By its hash; otherwise by inputs and outputs alone. */
  verified: boolean;
  /** One clause that says what it was taken for and why. */
  reason: string;
  bytes: number;
}

interface Known {
  model: NeuralModel;
  sha256: string;
  bytes?: number;
}

/** Every file that a record vouches for. */
function knownFiles(): Known[] {
  return loadNeuralModels().flatMap((model) => [
    ...(model.sha256 === undefined
      ? []
      : [{ model, sha256: model.sha256, ...(model.bytes !== undefined && { bytes: model.bytes }) }]),
    ...(model.alsoKnown ?? []).map((file) => ({ model, ...file })),
  ]);
}

/**
 * Says what a model file is: by hash when a record could be about it, else by its inputs, outputs and name.
 * Throws `model-corrupt` for a file that is cut off or differs from the record of its name and size, and `model-wrong` for one
 * that is no model of a known kind.
 * @param as the id that people say it is; otherwise found out
 */
export async function identifyModel(
  file: string,
  files: VerifiedFiles,
  options: { as?: string; again?: boolean; signal?: AbortSignal } = {},
): Promise<InstalledNeuralModel> {
  const { size: bytes } = await stat(file).catch((error: unknown) => {
    throw new FaceSwapError('input-missing', { file }, { cause: error });
  });
  // Before anything is hashed: this is quick, and tells a file that is cut off from one that is another.
  const found = await recogniseModel(file);
  // A record that says no size is asked about files of its kind alone, so that not everything is hashed.
  const candidates = knownFiles().filter(({ model, bytes: size }) =>
    size === undefined ? fits(model, found) || path.basename(file) === model.file : size === bytes,
  );
  if (candidates.length > 0) {
    const sha256 = await files.sha256(file, options);
    const known = candidates.find((candidate) => candidate.sha256 === sha256);
    if (known) {
      checkWish(file, known.model, options.as);
      return {
        path: file,
        model: known.model,
        verified: true,
        reason: `${known.model.name}, by its SHA-256`,
        bytes,
      };
    }
    refuseDamaged(file, candidates, sha256);
  }
  if (!found.family) throw new FaceSwapError('model-wrong', { file, reason: found.reason });
  const model = options.as === undefined ? byName(file, found) : byWish(file, found, options.as);
  const { id, name } = model;
  const ownName = neuralModel(id) ? 'its name and ' : '';
  const how = options.as === undefined ? `${ownName}its inputs and outputs` : 'what was said';
  const reason = `taken for ${name} by ${how}: ${found.reason}`;
  return { path: file, model, verified: false, reason, bytes };
}

/** The name and the size of a known file with other content: some bits have changed. */
function refuseDamaged(file: string, candidates: readonly Known[], sha256: string): void {
  const damaged = candidates.find(
    ({ model, bytes }) => bytes !== undefined && model.file === path.basename(file),
  );
  if (!damaged) return;
  const reason = `its SHA-256 is ${sha256} instead of ${damaged.sha256}`;
  throw new FaceSwapError('model-corrupt', { model: damaged.model.id, file, reason });
}

function checkWish(file: string, model: NeuralModel, as: string | undefined): void {
  if (as === undefined || as === model.id) return;
  throw new FaceSwapError('model-wrong', { file, reason: `by its SHA-256 it is ${model.id}, not ${as}` });
}

function byWish(file: string, found: Recognition, as: string): NeuralModel {
  const model = loadNeuralModels().find(({ id }) => id === as);
  if (!model)
    throw new FaceSwapError('usage', { reason: `There is no model called ${as}; see “models list”` });
  if (fits(model, found)) return model;
  throw new FaceSwapError('model-wrong', {
    file,
    reason: `${as} has other inputs and outputs than this file: ${found.reason}`,
  });
}

/** Swappers for 256 pixels look alike and want different crops; only their names part them. */
const lookalikes = ['ghost', 'simswap', 'hififace'] as const;

function byName(file: string, found: Recognition): NeuralModel {
  const id = idOf(file);
  const alike = loadNeuralModels().filter((model) => fits(model, found));
  const same = alike.find((model) => model.id === id);
  if (same) return same;
  const word = lookalikes.find((name) => id.toLowerCase().includes(name));
  const kind =
    found.family === 'embedding_swapper'
      ? alike.find((model) => word && model.id.startsWith(word))
      : alike[0];
  if (!kind) {
    if (alike.length === 0) {
      throw new FaceSwapError('model-wrong', { file, reason: `${found.reason}, which no known model has` });
    }
    const candidates = alike.map((model) => model.id).join(', ');
    const reason = `it could be any of ${candidates}; say which with --as`;
    throw new FaceSwapError('model-wrong', { file, reason, candidates });
  }
  return unrecorded(kind, id, path.basename(file));
}

/** A record for a file that none is about: it works like `kind`, and nothing vouches for its content. */
function unrecorded(kind: NeuralModel, id: string, file: string): NeuralModel {
  const { role, family, licence, size, template, mean, std, denormalise, source, inputs, outputs } = kind;
  const facts = { size, template, mean, std, denormalise, source };
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  const name = `a model of the kind of ${kind.name}`;
  return {
    id,
    role,
    family,
    name,
    file,
    licence: { ...licence, name: 'unknown' },
    ...known,
    inputs,
    outputs,
  };
}

/** The embedding swappers are told apart by size alone, image swappers by the size of their source. */
function fits(model: NeuralModel, found: Awaited<ReturnType<typeof recogniseModel>>): boolean {
  if (model.family !== found.family) return false;
  if (model.role === 'face_detector') return true;
  if (model.size !== found.size) return false;
  if (model.source?.kind !== 'image') return true;
  const source = found.head.inputs.find(({ name }) => name === 'source');
  return source?.dims?.[2] === model.source.size;
}

function idOf(file: string): string {
  return path.basename(file, path.extname(file));
}
