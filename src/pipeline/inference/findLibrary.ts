import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Folders in which CUDA's libraries usually lie, whether the loader looks there or not: toolkits, the packages of pip in
 * Python environments, conda. A star stands for any one name.
 */
function usualFolders(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  const home = homedir();
  const environments = [env['VIRTUAL_ENV'], env['CONDA_PREFIX']].filter(
    (one) => one !== undefined && one !== '',
  );
  if (platform === 'win32') {
    const programs = env['ProgramFiles'] ?? 'C:\\Program Files';
    const local = env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
    return [
      ...['bin', 'bin/x64'].map((bin) =>
        path.join(programs, 'NVIDIA GPU Computing Toolkit', 'CUDA', '*', bin),
      ),
      path.join(programs, 'NVIDIA', 'CUDNN', '*', 'bin', '*'),
      ...environments.flatMap((root) => [
        path.join(root!, 'Lib', 'site-packages', 'nvidia', '*', 'bin'),
        path.join(root!, 'Library', 'bin'),
      ]),
      path.join(local, 'Programs', 'Python', '*', 'Lib', 'site-packages', 'nvidia', '*', 'bin'),
    ];
  }
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const python = ['lib', 'python*', 'site-packages', 'nvidia', '*', 'lib'];
  return [
    '/usr/local/cuda*/lib64',
    '/opt/cuda*/lib64',
    `/usr/lib/${machine}`,
    '/usr/lib64',
    '/usr/lib/wsl/lib',
    ...environments.flatMap((root) => [path.join(root!, ...python), path.join(root!, 'lib')]),
    path.join(home, '.local', ...python),
    path.join('/usr/local', 'lib', 'python*', 'dist-packages', 'nvidia', '*', 'lib'),
    path.join('/usr/local', ...python),
  ];
}

/** Folders that exist for a pattern of names in which a star stands for any number of letters. */
function expand(pattern: string): string[] {
  const [first, ...names] = pattern.split(/[\\/]/);
  let folders = [first + path.sep];
  for (const name of names) {
    if (!name.includes('*')) folders = folders.map((folder) => path.join(folder, name));
    else {
      const wanted = new RegExp(`^${name.replace(/[.+?^$()[\]{}|\\]/g, '\\$&').replace(/\*/g, '.*')}$`, 'i');
      folders = folders.flatMap((folder) =>
        namesIn(folder)
          .filter((found) => wanted.test(found))
          .map((found) => path.join(folder, found)),
      );
    }
  }
  return folders;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Looks for a library in the usual places: the folder of that very file, else the versions of it that are there instead, by the
 * number in their names.
 */
export function findLibrary(
  library: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): { folder?: string; otherVersions: string[] } {
  const stem = /^(.*?)(\.so\b|64_\d+\.dll$|\.dll$)/i.exec(library)?.[1] ?? library;
  const version = new RegExp(`^${stem.replace(/[.+]/g, '\\$&')}(?:\\.so\\.(\\d+)|64_(\\d+)\\.dll)$`, 'i');
  const others = new Set<string>();
  const onPath = (env['LD_LIBRARY_PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const folder of [...onPath, ...usualFolders(platform, env).flatMap(expand)]) {
    for (const name of namesIn(folder)) {
      if (name === library || (!/\d/.test(library) && name.startsWith(`${library}.`)))
        return { folder, otherVersions: [] };
      const match = version.exec(name);
      if (match) others.add(match.slice(1).find((digits) => digits)!);
    }
  }
  return { otherVersions: [...others].sort() };
}
