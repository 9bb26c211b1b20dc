import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Test tools that are too big, or too particular about their Node version, to be dev dependencies. They come from the npm
 * registry in pinned versions and live in `.cache/`, one folder for each version, complete once it bears its final name.
 */
const cache = path.resolve(__dirname, '..', '..', '.cache');

const nodeVersion = '24.21.0';

/** Runs `fill` on a new folder and gives it the name `.cache/<name>`, unless that exists. Returns the folder. */
export function cached(name: string, fill: (folder: string) => void): string {
  const folder = path.join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(path.join(cache, `.${name}-`));
  try {
    fill(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    // Someone else may have finished the same folder first.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Runs npm, under another Node when one is given; the error carries what npm said. */
export function npm(cwd: string, args: readonly string[], node = process.execPath): void {
  const script = process.env['npm_execpath'] ?? npmBesideNode();
  const result = spawnSync(node, [script, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}` },
  });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`npm ${args.join(' ')} ended with ${String(result.status)}:\n${result.stderr}`);
}

function npmBesideNode(): string {
  const bin = path.dirname(process.execPath);
  const places = ['../lib/node_modules', 'node_modules'].map((place) =>
    path.resolve(bin, place, 'npm', 'bin', 'npm-cli.js'),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`npm not found beside ${process.execPath}; start with "npm test"`);
  return found;
}

/** Installs one package into a folder of its own and returns that folder. */
export function cachedPackage(name: string, version: string, node?: string): string {
  return cached(`${name.replace(/^@/, '').replace('/', '-')}-${version}`, (folder) => {
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    npm(folder, ['install', '--ignore-scripts', '--no-package-lock', `${name}@${version}`], node);
  });
}

/** A Node 24 for Linux: code-server runs on no other major version. */
export function node24(): string {
  const name = `node-linux-${process.arch}`;
  return path.join(cachedPackage(name, nodeVersion), 'node_modules', name, 'bin', 'node');
}
