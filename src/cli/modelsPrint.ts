import { existsSync } from 'node:fs';
import {
  loadCatalogue,
  loadNeuralModels,
  type BuiltInCheck,
  type InstalledNeuralModel,
  type Listing,
  type ModelPlaces,
} from '../models';
import { describeError } from '../protocol/errorText';
import { size } from '../protocol/sentenceFacts';

/** What is there, by role, then what can be had. */
export function printListing(listing: Listing, places: ModelPlaces, json: boolean): void {
  const { models, refused, others } = listing;
  const present = new Set(models.map(({ model }) => model.id));
  const available = loadNeuralModels().filter(({ id }) => !present.has(id));
  if (json) {
    print({
      ...places,
      installed: models.map(installedFacts),
      available: available.map(({ id, role, name, bytes, sha256, licence, page }) => {
        const download = sha256 !== undefined;
        return {
          id,
          role,
          name,
          download,
          licence,
          ...(bytes !== undefined && { bytes }),
          ...(!download && { page }),
        };
      }),
      refused: refused.map(({ path, error }) => ({ path, code: error.code, message: describeError(error) })),
      others,
    });
    return;
  }
  write(
    `Built in: ${loadCatalogue()
      .map(({ id }) => id)
      .join(', ')}`,
  );
  write(`Models are kept in ${places.storage}`);
  const told = places.folders.map((folder) => (existsSync(folder) ? folder : `${folder} (not there)`));
  if (told.length > 0) write(`and looked for in ${told.join(', ')}`);
  for (const { model, path, verified, bytes } of models) {
    write(
      `✓ ${model.id}  ${model.role}  ${size(bytes)}  ${path}${verified ? '' : '  (not a recorded file)'}`,
    );
  }
  for (const { path, error } of refused) write(`✗ ${path}  ${describeError(error)}`);
  printOthers(others);
  write(available.length > 0 ? 'Not installed:' : 'All known models are installed.');
  for (const { id, role, bytes, sha256, page, licence } of available) {
    const much = bytes === undefined ? '' : `${size(bytes)}, `;
    const how = sha256 === undefined ? `bring your own file from ${page ?? 'its authors'}` : 'models get';
    write(`  ${id}  ${role}  ${much}${licence.commercialUse ? '' : 'non-commercial, '}${how}`);
  }
}

function printOthers(others: readonly string[]): void {
  if (others.length > 0) write(`Of no kind that is used here: ${others.join(', ')}`);
}

export function printAdded(file: string, added: InstalledNeuralModel, json: boolean): void {
  if (json) print({ type: 'added', file, ...installedFacts(added) });
  else
    write(`${file} is installed as ${added.model.id} (${added.model.role}), ${added.reason}: ${added.path}`);
}

export function printVerified(
  { models, hidden, refused, others }: Listing,
  builtIn: readonly BuiltInCheck[],
  json: boolean,
): void {
  const all = [...models, ...hidden];
  const broken = builtIn.flatMap(({ path, error }) => (error ? [{ path, error }] : []));
  const unusable = [...broken, ...refused];
  if (json) {
    for (const { record, path, error } of builtIn) {
      const { id, role, bytes } = record;
      if (!error)
        print({ type: 'model', ok: true, id, role, path, verified: true, reason: 'built in', bytes });
    }
    for (const one of all) print({ type: 'model', ok: true, ...installedFacts(one) });
    for (const { path, error } of unusable) {
      print({ type: 'model', ok: false, path, code: error.code, message: describeError(error) });
    }
    return;
  }
  for (const { path, error } of builtIn) if (!error) write(`✓ ${path}: built in`);
  for (const { path, verified, reason } of all) write(`${verified ? '✓' : '?'} ${path}: ${reason}`);
  for (const { path, error } of unusable) write(`✗ ${path}: ${describeError(error)}`);
  printOthers(others);
  write(`Built in: ${builtIn.length - broken.length} of ${builtIn.length} verified.`);
  const right = all.filter(({ verified }) => verified).length;
  write(
    all.length + refused.length === 0
      ? 'No other models are installed.'
      : `Installed: ${right} verified, ${all.length - right} in no record, ${refused.length} unusable.`,
  );
}

function installedFacts({ model, path, verified, reason, bytes }: InstalledNeuralModel): object {
  return { id: model.id, role: model.role, path, verified, reason, bytes };
}

function print(value: object): void {
  write(JSON.stringify(value));
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
