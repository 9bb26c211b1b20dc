import { existsSync } from 'node:fs';
import { constants, copyFile, cp, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Wait } from '../models/backOff';
import { checkSpace } from '../models/diskSpace';
import { downloadFile } from '../models/download';
import { isStorageTrouble, NextLink, storageError } from '../models/downloadTrouble';
import type { NetworkOptions } from '../models/httpFile';
import { hashOf } from '../models/verifiedFiles';
import { FaceSwapError } from '../protocol/errors';
import { cudaRecord, type CudaRecord } from './cudaRecord';
import {
  cudaRuntimeFolder,
  cudaStatus,
  nativeFolder,
  noteName,
  runtimesFolder,
  runtimeVersion,
  shippedRuntime,
  type RuntimeNote,
} from './cudaRuntime';
import { thisPlatform } from './cudaPlatforms';
import { offerOfFeed, offerOfRegistry, usualFeed, type Offer } from './cudaSources';
import { readNpmSettings } from './npmSettings';
import { saysVersion } from './providerVersion';
import { copyHashed, unpackFrom, type WrittenFile } from './unpack';

/** What is about to be downloaded; people say yes or no to it. */
export interface DownloadOffer {
  name: string;
  host: string;
  bytes: number | undefined;
  licence: { name: string; link: string };
}

export interface InstallOptions {
  /** A folder in which the provider lies, at most a few folders down; asked before any server. */
  folder?: string;
  /** Asked before the first byte of a package; false ends the installation. */
  confirm(offer: DownloadOffer): Promise<boolean>;
  network?: NetworkOptions;
  /** Service index of the feed; the usual one without it. */
  feed?: string;
  /** Instead of this process's: which registry npm is set to. */
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  onLog?: (message: string) => void;
  onProgress?: (bytes: number, total: number | undefined) => void;
  wait?: Wait;
  /** For a test's own package instead of the one on record. */
  record?: CudaRecord;
}

/** The provider and, besides it, a copy of onnxruntime-node: so much has to fit. */
const roomBytes = 320e6;
const deepest = 6;

/**
 * Installs the CUDA provider for the onnxruntime in use: from a folder, else from the registry of the user's npm, else from
 * onnxruntime's feed. It is put beside a copy of the runtime in the storage; the program's own files are not touched. Gives
 * the folder, and does nothing when an undamaged one is there.
 * Throws `cuda-unsupported` (version, platform), `cuda-wrong` (file, reason), `cuda-not-had` (version, reason),
 * `download-not-confirmed` (model, bytes, link), `disk-full`, `output-not-writable`, `cancelled`.
 */
export async function installCuda(storage: string, options: InstallOptions): Promise<string> {
  const version = runtimeVersion();
  const record = options.record ?? cudaRecord(version, thisPlatform);
  if (!record) throw new FaceSwapError('cuda-unsupported', { version, platform: thisPlatform });
  const runtime = cudaRuntimeFolder(storage, version);
  const { state, damage } = await cudaStatus(storage, [], options.signal);
  if (state === 'ready' || state === 'libraries-missing') return runtime;
  if (damage !== undefined) options.onLog?.(`What is installed is damaged (${damage}) and is replaced`);
  const fresh = `${runtime}.${process.pid}.new`;
  try {
    await mkdir(runtimesFolder(storage), { recursive: true });
    await checkSpace(runtime, roomBytes);
    await rm(fresh, { recursive: true, force: true });
    await copyRuntime(fresh);
    const taken = await takeLibraries(record, version, storage, nativeFolder(fresh), options);
    await complete(fresh, { version, ...taken, libraries: await allLibraries(fresh, taken.libraries) });
    await rm(runtime, { recursive: true, force: true });
    await rename(fresh, runtime);
    return runtime;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    if (options.signal?.aborted)
      throw new FaceSwapError('cancelled', { model: 'The CUDA provider' }, { cause: error });
    throw storageError(error, runtime);
  }
}

/** What a program needs of onnxruntime-node on this platform, with the one package that it needs itself. */
async function copyRuntime(to: string): Promise<void> {
  const shipped = shippedRuntime();
  // Its package.json is not among the names that it lets others resolve.
  const commonMain = createRequire(path.join(shipped, 'package.json')).resolve('onnxruntime-common');
  const common = path.resolve(path.dirname(commonMain), '..', '..');
  const copy = async (from: string, into: string, wanted: (name: string) => boolean = () => true) => {
    const filter = (file: string) =>
      file === from || path.extname(file) === '' || wanted(path.basename(file));
    // Where the file system can share the bytes of two files, nothing is copied.
    await cp(from, into, { recursive: true, filter, mode: constants.COPYFILE_FICLONE, dereference: true });
  };
  const isCode = (name: string) => /\.(?:js|json)$/.test(name);
  await mkdir(to, { recursive: true });
  await copyFile(path.join(shipped, 'package.json'), path.join(to, 'package.json'));
  await copy(path.join(shipped, 'dist'), path.join(to, 'dist'), isCode);
  // A provider that lies there already would be of another origin.
  await copy(nativeFolder(shipped), nativeFolder(to), (name) => !/_providers_/.test(name));
  const commonTo = path.join(to, 'node_modules', 'onnxruntime-common');
  await mkdir(commonTo, { recursive: true });
  await copyFile(path.join(common, 'package.json'), path.join(commonTo, 'package.json'));
  await copy(path.join(common, 'dist', 'cjs'), path.join(commonTo, 'dist', 'cjs'), isCode);
}

type Taken = Pick<RuntimeNote, 'source' | 'libraries'>;

async function takeLibraries(
  record: CudaRecord,
  version: string,
  storage: string,
  into: string,
  options: InstallOptions,
): Promise<Taken> {
  const { folder, signal, onLog, env, feed = usualFeed } = options;
  if (folder !== undefined) {
    const place = await providerFolder(folder, record.libraries[0].file, deepest);
    if (place !== undefined) {
      const take = async (file: string) => copyHashed(path.join(place, file), path.join(into, file), signal);
      const files = new Map<string, WrittenFile>();
      for (const { file } of record.libraries)
        if (existsSync(path.join(place, file))) files.set(file, await take(file));
      return {
        source: 'a folder of this machine',
        libraries: await checked(record, version, files, into, place),
      };
    }
    onLog?.(`${record.libraries[0].file} is not in ${folder}; looking for it elsewhere`);
  }
  const reach = {
    ...(options.network && { network: options.network }),
    ...(signal && { signal }),
    ...(options.wait && { wait: options.wait }),
  };
  const npm = readNpmSettings(env);
  const sources: [string, () => Promise<Offer>][] = [
    [npm.registry, () => offerOfRegistry(record, version, npm, reach)],
    [feed, () => offerOfFeed(record, feed, reach)],
  ];
  const reasons: string[] = [];
  for (const [address, offerOf] of sources) {
    const { host } = new URL(address);
    try {
      const offer = await offerOf();
      return await takeOffer(offer, record, version, storage, into, options);
    } catch (error) {
      if (signal?.aborted || isStorageTrouble(error)) throw error;
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      onLog?.(`${host}: ${reason}`);
      reasons.push(reason.startsWith(host) ? reason : `${host}: ${reason}`);
    }
  }
  throw new FaceSwapError('cuda-not-had', { version, reason: reasons.join('; ') });
}

/** Why a source is out of the question; undefined for trouble that another one would not cure. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof NextLink) return error.message;
  if (!(error instanceof FaceSwapError)) return undefined;
  const { code, facts } = error;
  return code === 'download-failed' || code === 'cuda-wrong' ? facts.reason : undefined;
}

async function takeOffer(
  offer: Offer,
  record: CudaRecord,
  version: string,
  storage: string,
  into: string,
  options: InstallOptions,
): Promise<Taken> {
  const { host, wanted, kind, folder, network } = offer;
  const { signal, wait, onLog, onProgress } = options;
  const { id, bytes } = wanted;
  const { licence } = record;
  if (!(await options.confirm({ name: id, host, bytes, licence })))
    throw new FaceSwapError('download-not-confirmed', { model: id, bytes, link: licence.link });
  const archive = await downloadFile(wanted, {
    storage: runtimesFolder(storage),
    network,
    ...(signal && { signal }),
    ...(wait && { wait }),
    ...(onLog && { onLog }),
    ...(onProgress && { onProgress }),
  });
  try {
    const names = record.libraries.map(({ file }) => file);
    const files = await unpackFrom(archive, kind, folder, names, into, signal).catch((error: unknown) => {
      if (signal?.aborted || isStorageTrouble(error)) throw error;
      throw new NextLink(`${id} cannot be unpacked (${(error as Error).message})`, { cause: error });
    });
    return { source: `${id} of ${host}`, libraries: await checked(record, version, files, into, id) };
  } finally {
    // The libraries are out; keeping the package as well would be its size for nothing.
    await rm(archive, { force: true });
  }
}

/**
 * Every library has to be the recorded one. Where the record does not know the file, as with builds of one's own, the provider
 * has to say itself that it is of this very version: with any other, the runtime would break or misbehave.
 */
async function checked(
  record: CudaRecord,
  version: string,
  files: ReadonlyMap<string, WrittenFile>,
  into: string,
  from: string,
): Promise<RuntimeNote['libraries']> {
  const wrong = (file: string, reason: string) =>
    new FaceSwapError('cuda-wrong', { file: path.join(from, file), reason });
  for (const { file, optional } of record.libraries)
    if (!files.has(file) && optional !== true)
      throw wrong(file, `${file} is missing in ${path.basename(from)}`);
  const [{ file: provider }] = record.libraries;
  const isRecorded = record.libraries.every(
    ({ file, sha256 }) => !files.has(file) || files.get(file)!.sha256 === sha256,
  );
  if (!isRecorded && !(await saysVersion(path.join(into, provider), version)))
    throw wrong(provider, `${provider} of ${path.basename(from)} is not the one of onnxruntime ${version}`);
  return [...files].map(([file, written]) => ({ file, ...written }));
}

/** The folder in which a file lies, nearest to the top; undefined when it is not there. */
async function providerFolder(folder: string, file: string, depth: number): Promise<string | undefined> {
  if (existsSync(path.join(folder, file))) return folder;
  if (depth === 0) return undefined;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const found = await providerFolder(path.join(folder, entry.name), file, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Those of the runtime as well: it is of no use without them. */
async function allLibraries(
  runtime: string,
  taken: RuntimeNote['libraries'],
): Promise<RuntimeNote['libraries']> {
  const folder = nativeFolder(runtime);
  const others = (await readdir(folder)).filter((name) => taken.every(({ file }) => file !== name));
  const copied = others.map(async (file) => {
    const copy = path.join(folder, file);
    return { file, bytes: (await stat(copy)).size, sha256: await hashOf(copy) };
  });
  return [...taken, ...(await Promise.all(copied))];
}

/** The note is the last of all: a runtime without it is not whole. */
async function complete(runtime: string, note: RuntimeNote): Promise<void> {
  const file = path.join(runtime, noteName);
  await writeFile(file, `${JSON.stringify(note, null, 2)}\n`);
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}
