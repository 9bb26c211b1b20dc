import path from 'node:path';
import type { Command } from 'commander';
import {
  addModel,
  alreadyThere,
  listModels,
  loadNeuralModels,
  neededModels,
  neuralModel,
  removeModel,
  verifyBuiltIn,
  type NeuralModel,
} from '../models';
import { FaceSwapError } from '../protocol/errors';
import { exitCodes } from '../protocol/exitCodes';
import { tellFailure } from './failure';
import { accepted } from './licence';
import { addPlaceOptions, applyPlaces, type PlaceOptions } from './modelPlaces';
import { helpOfCommand } from './usageErrors';
import { modelsConsole, type ModelsConsole } from './modelsConsole';
import { printAdded, printListing, printVerified } from './modelsPrint';

interface ModelsOptions extends PlaceOptions {
  json?: true;
  quiet?: true;
}

/** `face-swap models …`: works on files alone and needs no worker. */
export function addModelsCommand(program: Command, signal: AbortSignal): void {
  const models = program
    .command('models')
    .description('list, get, add, remove and verify models')
    .helpCommand('help [command]', helpOfCommand);
  const add = (usage: string, description: string, isDefault = false): Command =>
    addPlaceOptions(models.command(usage, { isDefault }).description(description))
      .option('--json', 'one JSON object per line on standard output')
      .option('--quiet', 'tell nothing but warnings, errors and the result');
  add('list', 'the models that are there, and those that can be had', true).action((options: ModelsOptions) =>
    list(options, signal),
  );
  add('get <id...>', 'download models')
    .option('--accept-licence', 'the licences have been read and are accepted')
    .option('--proxy <address>', 'proxy for the download (default: HTTPS_PROXY, HTTP_PROXY, NO_PROXY)')
    .action((ids: string[], options: GetOptions) => get(ids, options, signal));
  add('add <file...>', 'copy model files to the models folder; says what they are taken for')
    .option('--as <id>', 'what the file is, when it could be several models')
    .action((files: string[], options: ModelsOptions & { as?: string }) => addFiles(files, options, signal));
  add('remove <id...>', 'delete models from the models folder').action(remove);
  add('verify', 'read every model file again and compare it with its record').action(
    (options: ModelsOptions) => verify(options, signal),
  );
}

async function list(options: ModelsOptions, signal: AbortSignal): Promise<void> {
  const places = applyPlaces(options);
  printListing(await listModels(places, { signal }), places, options.json ?? false);
}

interface GetOptions extends ModelsOptions {
  acceptLicence?: true;
  proxy?: string;
}

async function get(ids: readonly string[], options: GetOptions, signal: AbortSignal): Promise<void> {
  const places = applyPlaces(options);
  const output = modelsConsole(options.json ?? false, options.quiet ?? false);
  // A name that is mistyped is told before the first byte of any.
  await each([...new Set(ids)].map(known), options, async (model) => {
    const { id, page } = model;
    if (model.sha256 === undefined) throw new FaceSwapError('model-by-hand', { model: id, link: page });
    const there = await alreadyThere(model, places);
    if (there !== undefined)
      output.result({ type: 'done', id, path: there }, `${id} is there already: ${there}`);
    else await getOne(model, places.storage, options, output, signal);
  });
}

/** What fails is told, and does not keep the others from their turn; the exit code is that of the first failure. */
async function each<Item>(
  items: readonly Item[],
  { json = false }: { json?: boolean },
  act: (item: Item) => Promise<void>,
): Promise<void> {
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      const isOver = !(error instanceof FaceSwapError) || error.code === 'cancelled';
      if (isOver || items.length === 1) throw error;
      const code = tellFailure(error, json);
      process.exitCode ??= code;
    }
  }
}

async function getOne(
  model: NeuralModel,
  storage: string,
  options: GetOptions,
  output: ModelsConsole,
  signal: AbortSignal,
): Promise<void> {
  const { id, name, licence } = model;
  const use = licence.commercialUse ? 'commercial use allowed' : 'no commercial use';
  output.log(`${id}: ${name}. Licence: ${licence.name} (${use}), ${licence.link}`);
  if (options.acceptLicence !== true && !(await accepted(signal))) {
    throw new FaceSwapError('licence-not-accepted', { model: id, licence: licence.name, link: licence.link });
  }
  // Loaded only now: no other command has use for an HTTP client.
  const { downloadModel } = await import('../models/download');
  const file = await downloadModel(model, {
    storage,
    signal,
    ...(options.proxy !== undefined && { network: { proxy: options.proxy } }),
    onLog: (message) => output.log(message),
    onProgress: (bytes, total) => output.progress(id, bytes, total),
  });
  output.result({ type: 'done', id, path: file }, `${id} is installed: ${file}`);
  const needs = neededModels(model);
  if (needs.length > 0) output.log(`${id} works together with ${needs.join(' and ')}`);
}

async function addFiles(
  files: readonly string[],
  options: ModelsOptions & { as?: string },
  signal: AbortSignal,
): Promise<void> {
  const places = applyPlaces(options);
  const { as } = options;
  if (as !== undefined && files.length > 1) {
    throw new FaceSwapError('usage', { option: 'as', reason: 'one file at a time' });
  }
  await each(files, options, async (file) => {
    const added = await addModel(path.resolve(file), places, { signal, ...(as !== undefined && { as }) });
    printAdded(file, added, options.json ?? false);
  });
}

async function remove(ids: readonly string[], options: ModelsOptions): Promise<void> {
  const places = applyPlaces(options);
  const output = modelsConsole(options.json ?? false, options.quiet ?? false);
  await each(ids, options, async (id) => {
    const paths = await removeModel(id, places);
    output.result({ type: 'removed', id, paths }, `${id} is removed: ${paths.join(', ')}`);
  });
}

async function verify(options: ModelsOptions, signal: AbortSignal): Promise<void> {
  const listing = await listModels(applyPlaces(options), { again: true, signal });
  const builtIn = await verifyBuiltIn();
  printVerified(listing, builtIn, options.json ?? false);
  if (listing.refused.length > 0 || builtIn.some(({ error }) => error))
    process.exitCode = exitCodes.modelMissing;
}

function known(id: string): NeuralModel {
  const model = neuralModel(id);
  if (model) return model;
  const ids = loadNeuralModels().map((one) => one.id);
  throw new FaceSwapError('usage', {
    reason: `There is no model called “${id}”; the models are ${ids.join(', ')}`,
  });
}
