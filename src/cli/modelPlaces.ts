import path from 'node:path';
import type { Command } from 'commander';
import { modelPlaces, type ModelPlaces } from '../models';

/** Options that say where models are. */
export interface PlaceOptions {
  modelsFolder?: string;
  modelFolder?: string[];
}

export function addPlaceOptions(command: Command): Command {
  return command
    .option(
      '--models-folder <folder>',
      'keep models here (default: FACE_SWAP_MODELS, then the one of the extension)',
    )
    .option(
      '--model-folder <folder>',
      'look for models here too, for instance in a folder of roop or facefusion; can be given again',
      (folder: string, folders: string[] | undefined) => [...(folders ?? []), folder],
    );
}

/** The places that the options name; the worker, which is started later, is told by its environment. */
export function applyPlaces({ modelsFolder, modelFolder = [] }: PlaceOptions): ModelPlaces {
  const places = modelPlaces({ storage: modelsFolder, folders: modelFolder });
  process.env['FACE_SWAP_MODELS'] = places.storage;
  process.env['FACE_SWAP_MODEL_FOLDERS'] = places.folders
    .filter((folder) => !folder.includes(path.delimiter))
    .join(path.delimiter);
  return places;
}
