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
import type { Host } from './host';
import { networkSettings } from './networkSettings';
import { showError } from './outcome';

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
  const path = typeof file === 'string' ? file : await pickFile();
  if (path === undefined) return undefined;
  try {
    const { model, reason } = await addAsking(path, host.places());
    host.log.info(`Model ${model.id} (${model.role}) added, ${reason}`);
    void vscode.window.showInformationMessage(`${path} is installed as ${model.id}, ${reason}.`);
    return model.id;
  } catch (error) {
    void showError(host.log, error);
    return undefined;
  }
}

function known(id: string): NeuralModel {
  const model = neuralModel(id);
  if (!model) throw new FaceSwapError('usage', { reason: `There is no model called “${id}”` });
  return model;
}

async function pickModel(places: ModelPlaces): Promise<NeuralModel | undefined> {
  const { models } = await listModels(places);
  const present = new Set(models.map(({ model }) => model.id));
  const items = loadNeuralModels()
    .filter(({ id }) => !present.has(id))
    .map((model) => ({ label: model.name, description: model.role, detail: detailOf(model), model }));
  const options = {
    title: 'Get a Model',
    placeHolder: 'Best first',
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await vscode.window.showQuickPick(items, options))?.model;
}

function detailOf({ id, bytes, sha256, licence }: NeuralModel): string {
  const size = bytes === undefined ? [] : [`${Math.ceil(bytes / 1e6)} MB`];
  const how = sha256 === undefined ? ['bring your own file'] : [];
  return [
    id,
    ...size,
    licence.commercialUse ? licence.name : `${licence.name} (not commercially)`,
    ...how,
  ].join(' · ');
}

async function offerPage({ name, page }: NeuralModel): Promise<void> {
  const open = 'Open the Page';
  const text = `${name} is not downloaded, because no public record says what its file must be. Get it yourself, then run “Face Swap: Add a Model File…”.`;
  const choice = await vscode.window.showInformationMessage(text, ...(page === undefined ? [] : [open]));
  if (choice === open) await vscode.env.openExternal(vscode.Uri.parse(page!));
}

async function acceptsLicence({ name, licence }: NeuralModel): Promise<boolean> {
  const accept = 'Accept and Download';
  const read = 'Read the Licence';
  const detail = `${licence.name}. ${licence.commercialUse ? 'Commercial use is allowed.' : 'Commercial use is not allowed.'}\n${licence.link}`;
  for (;;) {
    const options = { modal: true, detail };
    const choice = await vscode.window.showInformationMessage(
      `The licence of ${name}`,
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
          const message = `${Math.floor(bytes / 1e6)} MB${total === undefined ? '' : ` of ${Math.ceil(total / 1e6)} MB`}`;
          notification.report({ message, increment: Math.max(0, percent - shown) });
          shown = percent;
        },
      });
    },
  );
  host.log.info(`Model ${model.id} is installed: ${file}`);
  return file;
}

/** A swapper is of no use without the recogniser whose embeddings it knows. */
async function offerNeeded(host: Host, model: NeuralModel, places: ModelPlaces): Promise<void> {
  const { models } = await listModels(places);
  const missing = neededModels(model).filter((id) => models.every((one) => one.model.id !== id));
  const text = `${model.name} is installed.`;
  if (missing.length === 0) {
    await vscode.window.showInformationMessage(text);
    return;
  }
  const actions = missing.map((id) => `Get ${id}`);
  const needs = `${text} It works together with ${missing.join(' and ')}.`;
  const choice = await vscode.window.showInformationMessage(needs, ...actions);
  if (choice !== undefined) await getModel(host, missing[actions.indexOf(choice)]);
}

async function pickFile(): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'Add a Model File: it is copied to the models folder',
    openLabel: 'Add Model',
    filters: { 'ONNX models': ['onnx'] },
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
      title: `Which model is ${file}?`,
    });
    if (as === undefined) throw new FaceSwapError('cancelled', {}, { cause: error });
    return addModel(file, places, { as });
  }
}
