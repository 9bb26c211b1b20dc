import { basename } from 'node:path';
import { installCommands, packageOf } from '../../machine/cudaPackages';
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
  const fail = (cause: ProviderFailure['cause'], facts: ProviderFacts = told.facts) =>
    providerFailure(provider, cause, withPackage(facts));
  const isMute = told.cause === 'unknown' && (trouble.crash !== undefined || trouble.hang !== undefined);
  const mayBeFile = /^(provider|library)-/.test(told.cause);
  if (isMute || mayBeFile) {
    const file = await fileFailure(provider, around, fail);
    if (file) return file;
  }
  if (isMute && trouble.crash !== undefined) return fail('crash', { reason: trouble.crash });
  if (isMute) return fail('hang', { reason: trouble.hang! });
  if (told.cause === 'library-missing' && told.facts.library !== undefined)
    return missing(withPackage(told.facts).library!, around, fail);
  if (told.cause === 'driver-old')
    return fail('driver-old', around.driver === undefined ? {} : { found: around.driver });
  const visible = (around.env ?? process.env)['CUDA_VISIBLE_DEVICES'];
  if (told.cause === 'no-device' && visible !== undefined) return fail('device-hidden', { found: visible });
  return fail(told.cause);
}

/** Names what a library belongs to and the commands that bring it. */
function withPackage(facts: ProviderFacts): ProviderFacts {
  if (facts.library === undefined) return facts;
  // cuDNN is looked up by the name that it has in every version.
  const library = /^libcudnn(\.so)?$/.test(facts.library) ? 'libcudnn.so.9' : facts.library;
  const found = packageOf(library, cudaMajor);
  if (!found) return { ...facts, library };
  const commands = installCommands([found], cudaMajor, process.platform).map((command) =>
    command.startsWith('Install ') ? command.replace('I', 'i') : `run “${command}”`,
  );
  return {
    ...facts,
    library,
    title: found.name,
    ...(commands.length > 0 && { install: commands.join(', or ') }),
  };
}

type Fail = (cause: ProviderFailure['cause'], facts?: ProviderFacts) => ProviderFailure;

/** What is wrong with the provider's own files: only they can be told apart by looking at them. */
async function fileFailure(
  provider: ExecutionProvider,
  { folder, version }: Surroundings,
  fail: Fail,
): Promise<ProviderFailure | undefined> {
  for (const file of providerFiles(provider, folder)) {
    const reason = await libraryTrouble(file).catch(
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    if (reason === 'ENOENT') return fail('provider-missing', { library: basename(file) });
    if (reason === 'EACCES' || reason === 'EPERM') return fail('permission', { file });
    if (reason !== undefined) return fail('provider-broken', { file, reason });
  }
  const file = providerFiles(provider, folder).at(0);
  if (file === undefined) return undefined;
  const found = await versionOf(file);
  const fits = found === undefined || found === version;
  return fits ? undefined : fail('provider-version', { file, found, needed: version });
}

function missing(library: string, { env = process.env }: Surroundings, fail: Fail): ProviderFailure {
  const { folder, otherVersions } = findLibrary(library, thisMachine(env));
  const needed = process.platform === 'win32' ? 'PATH' : 'LD_LIBRARY_PATH';
  if (folder !== undefined) return fail('library-elsewhere', { library, file: folder, needed });
  const wanted = /(?:\.so\.|64_)(\d+)/.exec(library)?.[1];
  const isCuda = /^(lib)?(cublas|cudart)/i.test(library);
  if (isCuda && wanted !== undefined && otherVersions.length > 0)
    return fail('wrong-cuda', { library, found: otherVersions.join(' and '), needed: wanted });
  return fail('library-missing', { library });
}
