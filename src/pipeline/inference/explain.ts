import { basename } from 'node:path';
import { findCudaLibraries, type CudaLibraries } from '../../machine/cudaLibraries';
import { installWays, packageOf, type LibraryPackage } from '../../machine/cudaPackages';
import { DamagedLibrary } from '../../machine/libraryImports';
import { thisMachine } from '../../machine/surroundings';
import type { ExecutionProvider } from '../../protocol/job';
import { cudaMajor, providerFailure } from '../../protocol/providerText';
import type { ProviderFacts, ProviderFailure } from '../../protocol/providers';
import { causeOf } from './causes';
import { findLibrary } from './findLibrary';
import { libraryTrouble, providerFiles, versionOf } from './providerFile';

/** How an attempt failed: what was said, and how it ended where it did not end by itself. */
export interface Trouble {
  /** Exceptions and standard error. */
  text: string;
  crash?: string;
  hang?: string;
}

/** What the causes are looked for in. */
export interface Surroundings {
  /** The folder of the runtime's native libraries, and its version. */
  folder: string;
  version: string;
  /** Version of the NVIDIA driver, where it is known. */
  driver?: string | undefined;
  env?: NodeJS.ProcessEnv;
}

/** Finds out why a provider has failed: from what the runtime said, and from the files that it was about. */
export async function explain(
  provider: ExecutionProvider,
  trouble: Trouble,
  around: Surroundings,
): Promise<ProviderFailure> {
  const told = causeOf(trouble.text);
  const fail: Fail = (cause, facts = told.facts) => providerFailure(provider, cause, withPackage(facts));
  const isUnknown = told.cause === 'unknown';
  if (isUnknown || /^(provider|library)-/.test(told.cause)) {
    const file =
      (await providerTrouble(provider, around)) ??
      foreignTrouble(provider, told, around, fail) ??
      (isUnknown ? libraryTroubles(provider, around, fail) : undefined);
    if (file) return file;
  }
  if (isUnknown && trouble.crash !== undefined) return fail('crash', { reason: trouble.crash });
  if (isUnknown && trouble.hang !== undefined) return fail('hang', { reason: trouble.hang });
  if (told.cause === 'library-missing' && told.facts.library !== undefined)
    return missing(provider, withPackage(told.facts).library!, around, fail);
  if (told.cause === 'driver-old')
    return fail('driver-old', around.driver === undefined ? {} : { found: around.driver });
  const visible = (around.env ?? process.env)['CUDA_VISIBLE_DEVICES'];
  // A driver that is known has listed the GPU that the variable names: it hides nothing.
  if (told.cause === 'no-device' && visible !== undefined && around.driver === undefined)
    return fail('device-hidden', { found: visible });
  return fail(told.cause);
}

/** Names what a library belongs to and the commands that bring it. */
function withPackage(facts: ProviderFacts): ProviderFacts {
  if (facts.library === undefined || facts.title !== undefined) return facts;
  // cuDNN is looked up by the name that it has in every version.
  const library = /^libcudnn(\.so)?$/.test(facts.library) ? 'libcudnn.so.9' : facts.library;
  const found = packageOf(library, cudaMajor);
  return found ? { ...facts, library, title: found.name, ...waysTo([found]) } : { ...facts, library };
}

function waysTo(packages: readonly LibraryPackage[]): Pick<ProviderFacts, 'install' | 'other'> {
  const { others, commands } = installWays(packages, cudaMajor, process.platform);
  return {
    ...(commands.length > 0 && { install: commands.join('\n') }),
    ...(others.length > 0 && { other: others.join('\n') }),
  };
}

type Fail = (cause: ProviderFailure['cause'], facts?: ProviderFacts) => ProviderFailure;

/**
 * What is wrong with the provider's own files: only they can be told apart by looking at them. One of another version breaks or
 * misbehaves, so it is better not loaded at all.
 */
export async function providerTrouble(
  provider: ExecutionProvider,
  { folder, version }: Surroundings,
): Promise<ProviderFailure | undefined> {
  const fail: Fail = (cause, facts) => providerFailure(provider, cause, facts);
  const files = providerFiles(provider, folder);
  for (const file of files) {
    try {
      const reason = libraryTrouble(file);
      if (reason !== undefined) return fail('provider-broken', { file, reason });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return fail('provider-missing', { library: basename(file) });
      return code === 'EACCES' || code === 'EPERM'
        ? fail('permission', { file })
        : fail('provider-broken', { file, reason: code ?? '?' });
    }
  }
  const file = files.at(0);
  if (file === undefined) return undefined;
  const found = await versionOf(file);
  const fits = found === undefined || found === version;
  return fits ? undefined : fail('provider-version', { file, found, needed: version });
}

/** The loader complains of libraries that the provider wants in the words that it has for the provider itself. */
function foreignTrouble(
  provider: ExecutionProvider,
  { cause, facts }: Pick<ProviderFailure, 'cause' | 'facts'>,
  { folder }: Surroundings,
  fail: Fail,
): ProviderFailure | undefined {
  const { file, reason = '?' } = facts;
  if (file === undefined || providerFiles(provider, folder).includes(file)) return undefined;
  const library = basename(file);
  if (cause === 'provider-broken') return fail('library-broken', { library, file, reason });
  return cause === 'provider-version' ? fail('library-mismatch', { library }) : undefined;
}

/** What is wrong with the libraries that NVIDIA's providers want, where nobody has said anything about them. */
function libraryTroubles(
  provider: ExecutionProvider,
  around: Surroundings,
  fail: Fail,
): ProviderFailure | undefined {
  for (const { name: library, file } of wantedLibraries(provider, around)?.found ?? []) {
    try {
      const reason = libraryTrouble(file);
      if (reason !== undefined) return fail('library-broken', { library, file, reason });
    } catch {
      return fail('permission', { file });
    }
  }
  return undefined;
}

/** What the provider wants, as its tables say; undefined for providers that want nothing of CUDA. */
function wantedLibraries(
  provider: ExecutionProvider,
  { folder, env = process.env }: Surroundings,
): CudaLibraries | undefined {
  const file = providerFiles(provider, folder).at(0);
  try {
    return file === undefined ? undefined : findCudaLibraries(file, [], thisMachine(env));
  } catch (error) {
    if (error instanceof DamagedLibrary || (error as NodeJS.ErrnoException).code !== undefined)
      return undefined;
    throw error;
  }
}

/** The loader names one library at a time; whoever is to install something wants to hear of all of them at once. */
function missing(
  provider: ExecutionProvider,
  library: string,
  around: Surroundings,
  fail: Fail,
): ProviderFailure {
  const { env = process.env } = around;
  const { folder, otherVersions } = findLibrary(library, thisMachine(env));
  const needed = process.platform === 'win32' ? 'PATH' : 'LD_LIBRARY_PATH';
  if (folder !== undefined) return fail('library-elsewhere', { library, file: folder, needed });
  const all = (wantedLibraries(provider, around)?.missing ?? []).map((one) => one.package);
  const own = packageOf(library, cudaMajor);
  const others = [...new Set(all.map(({ name }) => name))].filter((name) => name !== own?.name);
  const facts: ProviderFacts = {
    library,
    ...(own && { title: own.name, ...waysTo([own, ...all.filter(({ name }) => name !== own.name)]) }),
    ...(own && others.length > 0 && { more: others.join(', ') }),
  };
  const wanted = /(?:\.so\.|64_)(\d+)/.exec(library)?.[1];
  const isCuda = /^(lib)?(cublas|cudart)/i.test(library);
  if (isCuda && wanted !== undefined && otherVersions.length > 0)
    return fail('wrong-cuda', { ...facts, found: otherVersions.join(', '), needed: wanted });
  return fail('library-missing', facts);
}
