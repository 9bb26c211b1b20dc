import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { unzip } from './zip';

const scripts = createRequire(path.resolve(__dirname, '..', '..', 'scripts', 'package.js'));

/** Makes the .vsix of this checkout and unpacks it into `folder`. Returns the extension's folder in there. */
export async function unpackVsix(folder: string): Promise<string> {
  const { packageExtension } = scripts('./package.js') as {
    packageExtension: (folder: string) => Promise<string>;
  };
  mkdirSync(folder, { recursive: true });
  unzip(await packageExtension(folder), folder);
  return path.join(folder, 'extension');
}
