import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { readImports } from './libraryImports';
import { readLoaderCache } from './loaderCache';

/** What a search for native libraries looks at; tests bring machines of their own. */
export interface Surroundings {
  platform: NodeJS.Platform;
  arch: string;
  env: NodeJS.ProcessEnv;
  home: string;
  /** Names in a folder; none when it is not there. */
  list: (folder: string) => string[];
  /** Libraries that a library wants; throws for one that is damaged. */
  imports: (file: string) => string[];
  /** What the system's loader finds by itself: names and files. */
  loader: () => ReadonlyMap<string, string>;
}

export function thisMachine(env: NodeJS.ProcessEnv = process.env): Surroundings {
  return {
    platform: process.platform,
    arch: process.arch,
    env,
    home: homedir(),
    list(folder) {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
    imports: readImports,
    loader: () => (process.platform === 'linux' ? readLoaderCache() : new Map()),
  };
}

/** Paths in the platform's own manner, whichever platform this runs on. */
export function pathsOf({ platform }: Surroundings): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}

/** A list of folders in a variable; relative ones are left out, because they mean another folder for every program. */
export function foldersIn(machine: Surroundings, variable: string): string[] {
  const paths = pathsOf(machine);
  const { env, platform } = machine;
  // Windows spells its variables as it likes.
  const key =
    platform === 'win32'
      ? Object.keys(env).find((name) => name.toUpperCase() === variable.toUpperCase())
      : variable;
  const value = (key === undefined ? undefined : env[key]) ?? '';
  return value.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
}
