import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { unzip } from './zip';

const root = path.resolve(__dirname, '..', '..');

/** Makes the .vsix of this checkout and unpacks it into `folder`. Returns the extension's folder in there. */
export async function unpackVsix(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  unzip(await currentVsix(), folder);
  return path.join(folder, 'extension');
}

/** The .vsix of this checkout as it is built now; made again only when something it holds has changed since. */
export async function currentVsix(): Promise<string> {
  const folder = path.join(root, 'out', 'vsix');
  mkdirSync(folder, { recursive: true });
  const made = readdirSync(folder).find((name) => name.endsWith('.vsix'));
  const holds = [
    'package.json',
    'package.nls.json',
    'package.nls.es.json',
    'l10n',
    '.vscodeignore',
    'scripts/package.js',
    'README.md',
    'dist',
    'models',
    'media',
  ];
  const changed = Math.max(...holds.map((name) => newest(path.join(root, name))));
  if (made !== undefined && newest(path.join(folder, made)) > changed) return path.join(folder, made);
  const { packageExtension } = createRequire(__filename)('../../scripts/package.js') as {
    packageExtension: (folder: string) => Promise<string>;
  };
  return packageExtension(folder);
}

/** Time of the last change to a file, or to anything in a folder. */
function newest(file: string): number {
  const status = statSync(file);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}
