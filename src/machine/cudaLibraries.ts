import { realpathSync } from 'node:fs';
import { cudaFolders, systemFolders, windowsSystem, type LibraryFolder } from './cudaFolders';
import { cudaMajorOf, installWays, packageOf, type LibraryPackage } from './cudaPackages';
import { pathsOf, thisMachine, type Surroundings } from './surroundings';

/** A library that the provider wants and that was found. */
export interface FoundLibrary {
  name: string;
  file: string;
  /** In words whose folder that is: `pip`, `CUDA toolkit` … */
  from: string;
  /** As its file or its package tells it. */
  version?: string;
}

export interface MissingLibrary {
  name: string;
  package: LibraryPackage;
}

/** What the CUDA provider wants, what of it is there, and how the rest is had. */
export interface CudaLibraries {
  /** Major version of CUDA that the provider was built for. */
  cuda: string;
  found: FoundLibrary[];
  missing: MissingLibrary[];
  /** What no package manager brings, by name, and commands of which each brings all the rest. */
  others: string[];
  commands: string[];
  /** To be put on the library path, in this order: the loader does not search them by itself. */
  folders: string[];
}

/** Of every Linux or Windows, or of the C++ runtime that Node itself needs. */
const ofTheSystem =
  /^(?:lib(?:c|m|dl|rt|pthread|gcc_s|stdc\+\+)\.so\.\d+|ld-linux[\w-]*\.so\.\d|KERNEL32\.dll|(?:api|ext)-ms-win-[\w-]*\.dll|(?:ADVAPI32|USER32|SHELL32|WS2_32|dbghelp|ole32)\.dll)$/i;
const ofTheRuntime = /^(?:lib)?onnxruntime/;

/**
 * Libraries that are loaded while the provider works and so stand in no table of its file: cuDNN by the provider, the compiler
 * for kernels by cuDNN.
 */
function loadedLater(platform: NodeJS.Platform, cuda: string): string[] {
  return platform === 'win32'
    ? ['cudnn64_9.dll', `nvrtc64_${cuda}0_0.dll`]
    : ['libcudnn.so.9', `libnvrtc.so.${cuda}`];
}

/**
 * Looks for everything that the CUDA provider needs, and for what those libraries need themselves. Throws
 * `DamagedLibrary` when the provider is damaged.
 * @param provider its file
 * @param named folders that people named; asked first
 */
export function findCudaLibraries(
  provider: string,
  named: readonly string[] = [],
  machine: Surroundings = thisMachine(),
): CudaLibraries {
  const paths = pathsOf(machine);
  const wanted = machine.imports(provider);
  const cuda = cudaMajorOf(wanted) ?? '13';
  const places = cudaFolders(machine, [...named, paths.dirname(provider)]);
  const queue = [...wanted, ...loadedLater(machine.platform, cuda)];
  const libraries: CudaLibraries = { cuda, found: [], missing: [], others: [], commands: [], folders: [] };
  const seen = new Set<string>();
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.has(name) || ofTheSystem.test(name) || ofTheRuntime.test(name)) continue;
    seen.add(name);
    const found = find(machine, name, places);
    if (found) {
      libraries.found.push(found);
      queue.push(...importsOf(machine, found.file));
    } else {
      const brings = packageOf(name, cuda) ?? { name };
      libraries.missing.push({ name, package: brings });
    }
  }
  const known = loaderFolders(machine);
  const folders = libraries.found
    .map(({ file }) => paths.dirname(file))
    .filter((folder) => !known.has(folder));
  libraries.folders = [...new Set(folders)];
  const packages = libraries.missing.map((one) => one.package);
  Object.assign(libraries, installWays(packages, cuda, machine.platform));
  return libraries;
}

function find(
  machine: Surroundings,
  name: string,
  places: readonly LibraryFolder[],
): FoundLibrary | undefined {
  const isSame =
    machine.platform === 'win32'
      ? (other: string) => other.toLowerCase() === name.toLowerCase()
      : (other: string) => other === name;
  const paths = pathsOf(machine);
  for (const { folder, from } of places) {
    const there = machine.list(folder).find(isSame);
    if (there === undefined) continue;
    const file = paths.join(folder, there);
    return { name, file, from, ...versionOf(machine, file) };
  }
  const file = machine.loader().get(name);
  return file === undefined ? undefined : { name, file, from: 'system', ...versionOf(machine, file) };
}

/** A library that is damaged wants nothing any more; loading it tells that better. */
function importsOf(machine: Surroundings, file: string): string[] {
  try {
    return machine.imports(file);
  } catch {
    return [];
  }
}

function loaderFolders(machine: Surroundings): Set<string> {
  if (machine.platform === 'win32') return new Set([windowsSystem(machine)]);
  const paths = pathsOf(machine);
  return new Set([
    ...systemFolders(machine),
    ...[...machine.loader().values()].map((file) => paths.dirname(file)),
  ]);
}

/** From the name behind the links, `libcudart.so.13.0.96`, else from the folder that pip leaves beside its packages. */
function versionOf(machine: Surroundings, file: string): { version?: string } {
  const paths = pathsOf(machine);
  const byName = /\.so\.(\d+(?:\.\d+)+)$/.exec(paths.basename(behindLinks(file)))?.[1];
  if (byName !== undefined) return { version: byName };
  const at = file.split(/[\\/]/).lastIndexOf('site-packages');
  if (at < 0) return {};
  let site = file;
  while (paths.basename(site) !== 'site-packages') site = paths.dirname(site);
  const name = packageOf(paths.basename(file), '13')?.pip?.replace(/"|==.*/g, '') ?? '';
  const wanted = name.replace(/-cu\d+$/, '').replaceAll('-', '_');
  const info = machine
    .list(site)
    .map((one) => new RegExp(`^${wanted}(?:_cu\\d+)?-([\\d.]+)\\.dist-info$`).exec(one)?.[1])
    .find((version) => version !== undefined);
  return wanted === '' || info === undefined ? {} : { version: info };
}

function behindLinks(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
