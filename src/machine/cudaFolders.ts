import { foldersIn, pathsOf, type Surroundings } from './surroundings';

/** A folder in which CUDA libraries may lie, and in words whose it is. */
export interface LibraryFolder {
  folder: string;
  from: string;
}

/**
 * Every folder where libraries of CUDA and cuDNN are usually put, in the order in which they are asked: what people set
 * themselves, the toolkit, Python's packages, conda, the system. No folder of the workspace: what lies there is not
 * trusted with native code. Python is not started: its folders have fixed places beside the program.
 */
export function cudaFolders(machine: Surroundings, named: readonly string[] = []): LibraryFolder[] {
  const { platform } = machine;
  const paths = pathsOf(machine);
  const folders: LibraryFolder[] = [];
  const add = (from: string, ...list: string[]): void => {
    for (const folder of list) {
      const known = folders.find((one) => one.folder === folder);
      if (!known) folders.push({ folder, from });
      // A process of ours finds there what was put there for it; whose folder that is says more.
      else if (known.from === 'LD_LIBRARY_PATH') known.from = from;
    }
  };
  const pip = (root: string) => packagesOf(machine, root).flatMap((site) => pipFolders(machine, site));
  for (const root of named) {
    add('chosen folder', root, paths.join(root, 'lib'), paths.join(root, 'bin'));
    add('chosen folder', ...toolkitFolders(machine, root), ...condaFolders(machine, root), ...pip(root));
    // A folder of Python packages itself, and NVIDIA's among them.
    const site = paths.basename(root) === 'nvidia' ? paths.dirname(root) : root;
    add('chosen folder', ...pipFolders(machine, site));
  }
  if (platform !== 'win32') add('LD_LIBRARY_PATH', ...foldersIn(machine, 'LD_LIBRARY_PATH'));
  add('CUDA toolkit', ...toolkits(machine).flatMap((root) => toolkitFolders(machine, root)));
  if (platform === 'win32') add('cuDNN', ...windowsCudnn(machine));
  add('pip', ...sitePackages(machine).flatMap((site) => pipFolders(machine, site)));
  add('conda', ...foldersIn(machine, 'CONDA_PREFIX').flatMap((root) => condaFolders(machine, root)));
  if (platform === 'win32') {
    add('PATH', ...foldersIn(machine, 'PATH'));
    add('system', windowsSystem(machine));
  } else {
    add('system', ...systemFolders(machine), '/usr/local/lib', '/usr/lib/wsl/lib');
  }
  return folders;
}

/** Where a toolkit keeps its libraries. */
function toolkitFolders(machine: Surroundings, root: string): string[] {
  const paths = pathsOf(machine);
  if (machine.platform === 'win32') return [paths.join(root, 'bin'), paths.join(root, 'bin', 'x64')];
  return [paths.join(root, 'lib64'), paths.join(root, 'targets', `${cpu(machine)}-linux`, 'lib')];
}

/** Where an environment of conda keeps its libraries. */
function condaFolders(machine: Surroundings, root: string): string[] {
  const paths = pathsOf(machine);
  if (machine.platform === 'win32')
    return [paths.join(root, 'Library', 'bin'), paths.join(root, 'Library', 'bin', 'x64')];
  return [paths.join(root, 'targets', `${cpu(machine)}-linux`, 'lib'), paths.join(root, 'lib')];
}

/** Where drivers and redistributables put their libraries. */
export function windowsSystem(machine: Surroundings): string {
  return pathsOf(machine).join(machine.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
}

/** Folders that the loader of Linux searches without being told. */
export function systemFolders(machine: Surroundings): string[] {
  const triplet = `${cpu(machine)}-linux-gnu`;
  return [`/usr/lib/${triplet}`, `/lib/${triplet}`, '/usr/lib64', '/lib64', '/usr/lib', '/lib'];
}

const cpu = ({ arch }: Surroundings): string => (arch === 'arm64' ? 'aarch64' : 'x86_64');

/** Newest first, the one that people chose before all. */
function toolkits(machine: Surroundings): string[] {
  const { env, platform } = machine;
  const chosen = ['CUDA_PATH', 'CUDA_HOME', 'CUDA_ROOT'].flatMap((name) => foldersIn(machine, name));
  if (platform === 'win32') {
    const root = `${env['ProgramFiles'] ?? 'C:\\Program Files'}\\NVIDIA GPU Computing Toolkit\\CUDA`;
    return [...chosen, ...matching(machine, root, /^v\d+\.\d+$/)];
  }
  return [
    ...chosen,
    '/usr/local/cuda',
    ...matching(machine, '/usr/local', /^cuda-\d+(\.\d+)?$/),
    ...matching(machine, '/opt', /^cuda(-\d+(\.\d+)?)?$/),
  ];
}

/** cuDNN's own installer: `CUDNN\v9.x\bin\13.x\x64`. */
function windowsCudnn(machine: Surroundings): string[] {
  const paths = pathsOf(machine);
  const root = paths.join(machine.env['ProgramFiles'] ?? 'C:\\Program Files', 'NVIDIA', 'CUDNN');
  return matching(machine, root, /^v9/).flatMap((version) => {
    const bin = paths.join(version, 'bin');
    return [bin, ...matching(machine, bin, /^\d+\.\d+$/).flatMap((cuda) => [cuda, paths.join(cuda, 'x64')])];
  });
}

/** `nvidia/cublas/lib` as packages for CUDA 12 and cuDNN have it, `nvidia/cu13/lib` as those for CUDA 13; `bin` on Windows. */
function pipFolders(machine: Surroundings, site: string): string[] {
  const paths = pathsOf(machine);
  return matching(machine, paths.join(site, 'nvidia'), /^[a-z]\w*$/).flatMap((folder) => {
    if (machine.platform !== 'win32') return [paths.join(folder, 'lib')];
    return [paths.join(folder, 'bin'), paths.join(folder, 'bin', 'x86_64')];
  });
}

/** The places of Python packages: of the active environments, of the Python on PATH, of the user, of the system. */
function sitePackages(machine: Surroundings): string[] {
  const { home, env, platform, list } = machine;
  const paths = pathsOf(machine);
  const active = ['VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap((name) => foldersIn(machine, name));
  const python = platform === 'win32' ? /^python(3(\.\d+)?)?\.exe$/i : /^python3?$/;
  const onPath = foldersIn(machine, 'PATH').filter((folder) =>
    list(folder).some((name) => python.test(name)),
  );
  if (platform === 'win32') {
    const roots = [...active, ...onPath.flatMap((folder) => [folder, paths.dirname(folder)])];
    const user = paths.join(env['APPDATA'] ?? paths.join(home, 'AppData', 'Roaming'), 'Python');
    return [
      ...roots.flatMap((root) => packagesOf(machine, root)),
      ...matching(machine, user, /^Python3\d+$/i).map((version) => paths.join(version, 'site-packages')),
    ];
  }
  const roots = [
    ...active,
    ...onPath.map((folder) => paths.dirname(folder)),
    paths.join(home, '.local'),
    '/usr/local',
    '/usr',
  ];
  return [...new Set(roots)].flatMap((root) => packagesOf(machine, root));
}

/** Where an environment of Python, or an installed one, keeps its packages. */
function packagesOf(machine: Surroundings, root: string): string[] {
  const paths = pathsOf(machine);
  if (machine.platform === 'win32') return [paths.join(root, 'Lib', 'site-packages')];
  return matching(machine, paths.join(root, 'lib'), /^python3/).flatMap((version) => [
    paths.join(version, 'site-packages'),
    paths.join(version, 'dist-packages'),
  ]);
}

/** Folders in a folder whose names fit, highest version first. */
function matching(machine: Surroundings, folder: string, name: RegExp): string[] {
  const names = machine.list(folder).filter((one) => name.test(one));
  names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return names.map((one) => pathsOf(machine).join(folder, one));
}
