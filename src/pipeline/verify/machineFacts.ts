import { existsSync } from 'node:fs';
import { arch, homedir, platform, release, tmpdir } from 'node:os';
import path from 'node:path';
import { version } from '../../../package.json';
import { findCudaLibraries } from '../../machine/cudaLibraries';
import { shippedRuntime } from '../../machine/cudaRuntime';
import { DamagedLibrary, readImports } from '../../machine/libraryImports';
import { thisMachine } from '../../machine/surroundings';
import { modelPlaces } from '../../models';
import { dataFolder } from '../../models/places';
import type { VerifiedCuda, VerifyReport } from '../../protocol/verify';
import { visibleGpu } from '../gpu/device';
import { listGpus } from '../gpu/smi';
import { providerFiles } from '../inference/providerFile';
import { ort, runtimeFolder, runtimeTrouble } from '../inference/runtime';
import { runtimeVersion } from '../inference/tryProvider';

/** What is known of the machine and of the runtime before any network is loaded. */
export async function machineFacts(): Promise<
  Pick<VerifyReport, 'version' | 'system' | 'node' | 'runtime' | 'gpus' | 'cuda' | 'folders'>
> {
  const gpus = await listGpus();
  const used = visibleGpu(gpus, process.env);
  const cuda = cudaFacts(gpus.length > 0);
  return {
    version,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    runtime: {
      version: runtimeVersion,
      folder: runtimeFolder,
      built: ort.listSupportedBackends().map(({ name }) => name),
      ...(runtimeTrouble !== undefined && { trouble: runtimeTrouble }),
    },
    gpus: gpus.map(({ uuid, name, driver, totalMb, freeMb }) => ({
      name,
      driver,
      ...(totalMb !== undefined && { totalMb }),
      ...(freeMb !== undefined && { freeMb }),
      used: uuid === used?.uuid,
    })),
    ...(cuda && { cuda }),
    folders: foldersToHide(),
  };
}

/** Undefined where there is neither the provider nor a GPU for it. */
function cudaFacts(hasGpu: boolean): VerifiedCuda | undefined {
  const [provider] = providerFiles('cuda', runtimeFolder);
  const isThere = existsSync(provider);
  if (process.platform === 'darwin' || (!isThere && !hasGpu)) return undefined;
  const machine = thisMachine();
  // Without the provider nobody says what it would want.
  const imports = (file: string) => (file === provider && !isThere ? usualImports() : readImports(file));
  try {
    const { found, missing, others, commands } = findCudaLibraries(provider, [], { ...machine, imports });
    return {
      provider: isThere ? 'present' : 'absent',
      found: found.map(({ name, file, from, version: of }) => ({
        name,
        file,
        from,
        ...(of !== undefined && { version: of }),
      })),
      missing: missing.map(({ name, package: { name: title } }) => ({ name, title })),
      others,
      commands,
    };
  } catch (error) {
    if (!(error instanceof DamagedLibrary)) throw error;
    return { provider: 'damaged', damage: error.message, found: [], missing: [], others: [], commands: [] };
  }
}

/** What the providers for CUDA 13 want of CUDA, as their tables say (onnxruntime 1.29). */
function usualImports(): string[] {
  return process.platform === 'win32'
    ? ['cudart64_13.dll', 'cublas64_13.dll', 'cublasLt64_13.dll', 'curand64_10.dll', 'nvcuda.dll']
    : ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10', 'libcuda.so.1'];
}

/** Longest first, because some lie in others. */
function foldersToHide(): Record<string, string> {
  const { storage, folders } = modelPlaces();
  const known: [string, string][] = [
    [runtimeFolder, '<runtime>'],
    [path.resolve(shippedRuntime(), '..', '..'), '<program>'],
    [storage, '<models>'],
    ...folders.map((folder): [string, string] => [folder, '<models>']),
    [dataFolder(), '<data>'],
    [tmpdir(), '<temp>'],
    [homedir(), '~'],
  ];
  return Object.fromEntries(known.sort(([a], [b]) => b.length - a.length));
}
