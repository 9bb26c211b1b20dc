import { existsSync, readFileSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { storageError } from '../models/downloadTrouble';
import { hashOf } from '../models/verifiedFiles';
import { findCudaLibraries, type CudaLibraries } from './cudaLibraries';
import { thisPlatform } from './cudaPlatforms';
import { cudaRecord } from './cudaRecord';
import { DamagedLibrary } from './libraryImports';

/** What an installed runtime says about itself; written last of its files. */
export interface RuntimeNote {
  /** Version of onnxruntime. */
  version: string;
  /** Where the provider came from, in words. */
  source: string;
  /** The provider’s and the runtime’s own. */
  libraries: { file: string; bytes: number; sha256: string }[];
}

export const noteName = 'face-swap-cuda.json';

/** `linux-x64`. */

/** The folder of onnxruntime-node as it was installed with this program, which is never written to. */
export function shippedRuntime(): string {
  return path.dirname(createRequire(__filename).resolve('onnxruntime-node/package.json'));
}

/** Version of the onnxruntime in use; read without loading it. */
export function runtimeVersion(shipped = shippedRuntime()): string {
  const { version } = JSON.parse(readFileSync(path.join(shipped, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Where runtimes with CUDA are kept: beside the models, in the storage that the extension and the command line share. */
export function runtimesFolder(storage: string): string {
  return path.join(storage, 'runtime');
}

/** The folder of a runtime with CUDA. It has this name only when it is complete. */
export function cudaRuntimeFolder(storage: string, version = runtimeVersion()): string {
  return path.join(runtimesFolder(storage), `onnxruntime-${version}-${thisPlatform}-cuda`);
}

/** In a copy of onnxruntime-node: the folder of the native libraries. */
export function nativeFolder(runtime: string): string {
  return path.join(runtime, 'bin', 'napi-v6', process.platform, process.arch);
}

/** File name of the CUDA provider on this platform. */
export function providerName(platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
}

export function readNote(runtime: string): RuntimeNote | undefined {
  try {
    const note = JSON.parse(
      readFileSync(path.join(runtime, noteName), 'utf8'),
    ) as Partial<RuntimeNote> | null;
    return typeof note?.version === 'string' && Array.isArray(note.libraries)
      ? (note as RuntimeNote)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a child process has to be told so that it finds the runtime with CUDA and its libraries: FACE_SWAP_RUNTIME names the
 * folder, and the loader's path is extended. Nothing where there is no such runtime, or the user has named one.
 * @param named folders with CUDA libraries that people named
 */
export function cudaEnvironment(
  storage: string,
  named: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const chosen = env['FACE_SWAP_RUNTIME'];
  const runtime = chosen !== undefined && chosen !== '' ? chosen : cudaRuntimeFolder(storage);
  const provider = path.join(nativeFolder(runtime), providerName());
  if (!existsSync(provider)) return {};
  const variable =
    process.platform === 'win32'
      ? (Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'Path')
      : 'LD_LIBRARY_PATH';
  const { folders } = librariesFor(provider, named) ?? { folders: [] };
  const others = (env[variable] ?? '').split(path.delimiter).filter((one) => one !== '');
  const all = [...new Set([...folders, ...others])];
  return { FACE_SWAP_RUNTIME: runtime, ...(all.length > 0 && { [variable]: all.join(path.delimiter) }) };
}

/** Undefined for a provider that is damaged: whoever loads it hears why. */
function librariesFor(provider: string, named: readonly string[]): CudaLibraries | undefined {
  try {
    return findCudaLibraries(provider, named);
  } catch (error) {
    if (error instanceof DamagedLibrary) return undefined;
    throw error;
  }
}

export interface CudaStatus {
  /** Version of the onnxruntime in use. */
  version: string;
  /**
   * `unsupported`: there is no CUDA for this platform. `damaged`: a library is missing or has changed. `ready`: the provider
   * and everything that it needs is there.
   */
  state: 'unsupported' | 'absent' | 'damaged' | 'libraries-missing' | 'ready';
  /** The folder, when there is one. */
  runtime?: string;
  source?: string;
  /** The file that is damaged, and how. */
  damage?: string;
  libraries?: CudaLibraries;
  /** Runtimes for other versions of onnxruntime, which nobody uses any more. */
  outdated: string[];
  /** Bytes of a download that has not been finished. */
  unfinishedBytes: number;
}

/** Looks at what is installed; every library is read and compared with its hash. */
export async function cudaStatus(
  storage: string,
  named: readonly string[] = [],
  signal?: AbortSignal,
): Promise<CudaStatus> {
  const version = runtimeVersion();
  const runtime = cudaRuntimeFolder(storage, version);
  const { outdated, unfinishedBytes } = await others(storage, runtime);
  const status = { version, outdated, unfinishedBytes };
  if (!cudaRecord(version, thisPlatform)) return { ...status, state: 'unsupported' };
  if (!existsSync(runtime)) return { ...status, state: 'absent' };
  const note = readNote(runtime);
  const damage = note ? await damageOf(runtime, note, signal) : `${noteName} cannot be read`;
  const there = { ...status, runtime, ...(note && { source: note.source }) };
  if (damage !== undefined) return { ...there, state: 'damaged', damage };
  const libraries = findCudaLibraries(path.join(nativeFolder(runtime), providerName()), named);
  return { ...there, state: libraries.missing.length > 0 ? 'libraries-missing' : 'ready', libraries };
}

async function damageOf(
  runtime: string,
  { libraries }: RuntimeNote,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const { file, bytes, sha256 } of libraries) {
    const library = path.join(nativeFolder(runtime), file);
    const size = (await stat(library).catch(() => undefined))?.size;
    if (size === undefined) return `${file} is missing`;
    if (size !== bytes) return `${file} has ${size} bytes instead of ${bytes}`;
    if ((await hashOf(library, signal)) !== sha256) return `${file} has changed since it was installed`;
  }
  return undefined;
}

async function others(
  storage: string,
  runtime: string,
): Promise<Pick<CudaStatus, 'outdated' | 'unfinishedBytes'>> {
  const folder = runtimesFolder(storage);
  const outdated: string[] = [];
  let unfinishedBytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    if (name.endsWith('.part')) unfinishedBytes += (await stat(file)).size;
    else if (name.startsWith('onnxruntime-') && file !== runtime) outdated.push(file);
  }
  return { outdated, unfinishedBytes };
}

/**
 * Removes every runtime with CUDA from the storage, and what is left of downloads. Gives what is gone. Throws
 * `output-not-writable` when a library is in use, as Windows sees it.
 */
export async function removeCuda(storage: string): Promise<string[]> {
  const folder = runtimesFolder(storage);
  const gone: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    // Under its name it is complete, or it is not there.
    const going = `${file}.${process.pid}.going`;
    try {
      await rename(file, going);
      await rm(going, { recursive: true, force: true });
    } catch (error) {
      throw storageError(error, file);
    }
    if (!/\.(?:json|lock|going)$/.test(name)) gone.push(file);
  }
  await rm(folder, { recursive: true, force: true });
  return gone;
}
