import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { temporaryFolder } from '../support/temporaryFolder';

const root = path.resolve(__dirname, '..', '..');
const folder = temporaryFolder('watch');

test('what F5 builds has everything that a build has, and is announced once, when all of it is there', async () => {
  for (const name of [
    'esbuild.js',
    'scripts',
    'package.json',
    'package.nls.json',
    'package.nls.es.json',
    'tsconfig.json',
    'tsconfig.base.json',
  ])
    cpSync(path.join(root, name), folder.path(name), { recursive: true });
  for (const name of ['src', 'webview', 'models', 'node_modules'])
    symlinkSync(path.join(root, name), folder.path(name), 'junction');
  const child = spawn(process.execPath, ['esbuild.js', '--watch'], {
    cwd: folder.path('.'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes('finished')) break;
  }
  child.kill();
  assert.deepEqual(lines, ['[watch] build started', '[watch] build finished']);
  const built = (dist: string) => readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort();
  assert.deepEqual(
    built(folder.path('dist')),
    built(path.join(root, 'dist')).filter((name) => !name.startsWith('.')),
  );
});
