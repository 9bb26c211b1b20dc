import * as vscode from 'vscode';
import {
  addModel,
  alreadyThere,
  listModels,
  loadNeuralModels,
  neededModels,
  neuralModel,
  type ModelPlaces,
  type NeuralModel,
} from '../models';
import { downloadModel } from '../models/download';
import { FaceSwapError } from '../protocol/errors';
import { size } from '../protocol/sentenceFacts';
import type { Host } from './host';
import { networkSettings } from './networkSettings';
import { showError } from './outcome';
import { t } from './texts';

/** "Get a Model…": shows what can be had, its licence, then downloads it. Resolves to its path; to undefined when it was not got. */
export async function getModel(host: Host, id?: unknown): Promise<string | undefined> {
  try {
    const places = host.places();
    const model = typeof id === 'string' ? known(id) : await pickModel(places);
    if (!model) return undefined;
    if (model.sha256 === undefined) {
      await offerPage(model);
      return undefined;
    }
    const there = await alreadyThere(model, places);
    if (there !== undefined) return there;
    if (!(await acceptsLicence(model))) return undefined;
    const file = await download(host, model, places);
    void offerNeeded(host, model, places);
    return file;
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
}

/** "Add a Model File…": takes a file into the models folder and says what it was taken for. Resolves to its id. */
export async function addModelFile(host: Host, file?: unknown): Promise<string | undefined> {
  const title = t('Add a Model File: it is copied to the models folder');
  const path = typeof file === 'string' ? file : await pickModelFile(title);
  if (path === undefined) return undefined;
  try {
    const { model, reason } = await addAsking(path, host.places());
    host.log.info(`Model ${model.id} (${model.role}) added, ${reason}`);
    host.modelsChanged();
    void vscode.window.showInformationMessage(t('{0} is installed as {1}, {2}.', path, model.id, reason));
    return model.id;
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
}

function known(id: string): NeuralModel {
  const model = neuralModel(id);
  if (!model) throw new FaceSwapError('usage', { reason: t('There is no model called “{0}”', id) });
  return model;
}

async function pickModel(places: ModelPlaces): Promise<NeuralModel | undefined> {
  const { models } = await listModels(places);
  const present = new Set(models.map(({ model }) => model.id));
  const items = loadNeuralModels()
    .filter(({ id }) => !present.has(id))
    .map((model) => ({ label: model.name, description: model.role, detail: detailOf(model), model }));
  const options = {
    title: t('Get a Model'),
    placeHolder: t('Best first'),
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await vscode.window.showQuickPick(items, options))?.model;
}

function detailOf({ id, bytes, sha256, licence }: NeuralModel): string {
  const much = bytes === undefined ? [] : [size(bytes)];
  const how = sha256 === undefined ? [t('bring your own file')] : [];
  return [
    id,
    ...much,
    licence.commercialUse ? licence.name : t('{0} (not commercially)', licence.name),
    ...how,
  ].join(' · ');
}

async function offerPage({ name, page }: NeuralModel): Promise<void> {
  const open = t('Open the Page');
  const text = t(
    '{0} is not downloaded, because no public record says what its file must be. Get it yourself, then run “Face Swap: Add a Model File…”.',
    name,
  );
  const choice = await vscode.window.showInformationMessage(text, ...(page === undefined ? [] : [open]));
  if (choice === open) await vscode.env.openExternal(vscode.Uri.parse(page!));
}

async function acceptsLicence({ name, licence }: NeuralModel): Promise<boolean> {
  const accept = t('Accept and Download');
  const read = t('Read the Licence');
  const use = licence.commercialUse ? t('Commercial use is allowed.') : t('Commercial use is not allowed.');
  const detail = `${licence.name}. ${use}\n${licence.link}`;
  for (;;) {
    const options = { modal: true, detail };
    const choice = await vscode.window.showInformationMessage(
      t('The licence of {0}', name),
      options,
      accept,
      read,
    );
    if (choice !== read) return choice === accept;
    await vscode.env.openExternal(vscode.Uri.parse(licence.link));
  }
}

async function download(host: Host, model: NeuralModel, { storage }: ModelPlaces): Promise<string> {
  const title = `Face Swap: ${model.name}`;
  const file = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (notification, cancellation) => {
      const abort = new AbortController();
      cancellation.onCancellationRequested(() => abort.abort());
      let shown = 0;
      return downloadModel(model, {
        storage,
        signal: abort.signal,
        network: networkSettings((name) => vscode.workspace.getConfiguration('http').get(name)),
        onLog: (message) => host.log.info(`${model.id}: ${message}`),
        onProgress: (bytes, total) => {
          const percent = total === undefined ? shown : Math.floor((100 * bytes) / total);
          if (percent === shown) return;
          const here = Math.floor(bytes / 1e6);
          const message =
            total === undefined ? t('{0} MB', here) : t('{0} of {1} MB', here, Math.ceil(total / 1e6));
          notification.report({ message, increment: Math.max(0, percent - shown) });
          shown = percent;
        },
      });
    },
  );
  host.log.info(`Model ${model.id} is installed: ${file}`);
  host.modelsChanged();
  return file;
}

/** A swapper is of no use without the recogniser whose embeddings it knows. */
async function offerNeeded(host: Host, model: NeuralModel, places: ModelPlaces): Promise<void> {
  const { models } = await listModels(places);
  const missing = neededModels(model).filter((id) => models.every((one) => one.model.id !== id));
  const text = t('{0} is installed.', model.name);
  if (missing.length === 0) {
    await vscode.window.showInformationMessage(text);
    return;
  }
  const actions = missing.map((id) => t('Get {0}', id));
  const needs = `${text} ${t('It works together with {0}.', missing.join(', '))}`;
  const choice = await vscode.window.showInformationMessage(needs, ...actions);
  if (choice !== undefined) await getModel(host, missing[actions.indexOf(choice)]);
}

/** Asks for an `.onnx` file; resolves to undefined when the question was dismissed. */
export async function pickModelFile(title: string): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title,
    openLabel: t('Choose'),
    filters: { [t('ONNX models')]: ['onnx'] },
  });
  return files?.[0]?.fsPath;
}

/** Asks which model a file is when it could be several. */
async function addAsking(file: string, places: ModelPlaces): ReturnType<typeof addModel> {
  try {
    return await addModel(file, places);
  } catch (error) {
    const candidates = error instanceof FaceSwapError ? error.facts['candidates'] : undefined;
    if (typeof candidates !== 'string') throw error;
    const as = await vscode.window.showQuickPick(candidates.split(', '), {
      title: t('Which model is {0}?', file),
    });
    if (as === undefined) throw new FaceSwapError('cancelled', {}, { cause: error });
    return addModel(file, places, { as });
  }
}
