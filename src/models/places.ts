import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** Where models are looked for beyond those that are built in. */
export interface ModelPlaces {
  /** Where models are put. */
  storage: string;
  /** Read only: for instance the model folders of roop, insightface or facefusion. */
  folders: readonly string[];
}

/** A note in the platform's data folder names the storage of the extension, so that the command line shares it. */
const noteName = 'models-folder.txt';

/**
 * Puts the places together. The storage is, in this order: the one that is asked for, `FACE_SWAP_MODELS`, the one the extension
 * left a note about, the folder `models` in the platform's data folder. The last is always searched as well.
 */
export function modelPlaces(
  wanted: { storage?: string | undefined; folders?: readonly string[] | undefined } = {},
  env: NodeJS.ProcessEnv = process.env,
): ModelPlaces {
  const own = path.join(dataFolder(env), 'models');
  const storage = path.resolve(wanted.storage ?? (env['FACE_SWAP_MODELS'] || noted(env)) ?? own);
  const fromEnv = (env['FACE_SWAP_MODEL_FOLDERS'] ?? '').split(path.delimiter).filter((name) => name !== '');
  const folders = [...(wanted.folders ?? []), ...fromEnv, own].map((folder) => path.resolve(folder));
  return { storage, folders: [...new Set(folders)].filter((folder) => folder !== storage) };
}

/** The extension tells the command line where it keeps its models. Failing to is no reason to stop. */
export function noteStorage(storage: string, env: NodeJS.ProcessEnv = process.env): void {
  if (noted(env) === storage) return;
  try {
    mkdirSync(storage, { recursive: true });
    mkdirSync(dataFolder(env), { recursive: true });
    writeFileSync(path.join(dataFolder(env), noteName), `${storage}\n`);
  } catch {
    // A read-only home: the command line then keeps to its own folder.
  }
}

function noted(env: NodeJS.ProcessEnv): string | undefined {
  try {
    const folder = readFileSync(path.join(dataFolder(env), noteName), 'utf8').trim();
    // An extension that has gone has taken its storage along.
    return path.isAbsolute(folder) && existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Where this program keeps what belongs to the user and the machine, on this platform. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['FACE_SWAP_DATA'];
  if (chosen && path.isAbsolute(chosen)) return chosen;
  const home = homedir();
  if (process.platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), 'face-swap');
  }
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'face-swap');
  const data = env['XDG_DATA_HOME'];
  // The specification says to ignore a relative one.
  return path.join(data && path.isAbsolute(data) ? data : path.join(home, '.local', 'share'), 'face-swap');
}
