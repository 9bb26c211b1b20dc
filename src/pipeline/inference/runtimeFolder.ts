import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { libraryTrouble } from './providerFile';

/**
 * Where the runtime's native part comes from. `FACE_SWAP_RUNTIME` names a folder with a copy of it that has the CUDA provider
 * beside it: that provider is found nowhere else, and nothing may be written into an installed extension. The JavaScript part
 * always is our own, so the copy is put in place of the native module that it is about to ask for. To be imported
 * before the runtime.
 */

const load = createRequire(__filename);
const bindingName = 'onnxruntime_binding.node';
const inPackage = join('bin', 'napi-v6', process.platform, process.arch);

let current = join(dirname(load.resolve('onnxruntime-node')), '..', inPackage);
let trouble: string | undefined;

const chosen = process.env['FACE_SWAP_RUNTIME'];
if (chosen)
  useCopy([join(chosen, inPackage), chosen].find((folder) => existsSync(join(folder, bindingName))));

/** A library that was cut off would take this process down with it. */
function useCopy(folder: string | undefined): void {
  try {
    if (folder === undefined) throw new Error(`there is no ${bindingName} in it`);
    const copy = join(folder, bindingName);
    for (const name of readdirSync(folder).filter((one) => /^(lib)?onnxruntime(\.so|\.dll)/.test(one))) {
      const damage = libraryTrouble(join(folder, name));
      if (damage !== undefined) throw new Error(`${name} is damaged: ${damage}`);
    }
    load(copy);
    load.cache[load.resolve(join(current, bindingName))] = load.cache[load.resolve(copy)];
    current = folder;
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  }
}

/** The folder of the native libraries that are in use. */
export const runtimeFolder = current;

/** Why the folder that was named is not in use; undefined when it is, or none was named. */
export const runtimeTrouble = trouble;
