import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { temporaryFolder } from '../support/temporaryFolder';

const root = path.resolve(__dirname, '..', '..');
const folder = temporaryFolder('watch');
const broken = temporaryFolder('broken');

/** Everything that esbuild.js reads, with the sources of this project or others. */
function bring({ path: inside }: typeof folder, ...more: string[]): void {
  for (const name of [
    'esbuild.js',
    'scripts',
    'package.json',
    'package.nls.json',
    'package.nls.es.json',
    'tsconfig.json',
    'tsconfig.base.json',
  ])
    cpSync(path.join(root, name), inside(name), { recursive: true });
  for (const name of ['webview', 'models', 'node_modules', ...more])
    symlinkSync(path.join(root, name), inside(name), 'junction');
}

test('what F5 builds has everything that a build has, and is announced once, when all of it is there', async () => {
  bring(folder, 'src');
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

test('a problem is told with the column that an editor shows, which counts from 1', () => {
  bring(broken);
  broken.write('src/extension.ts', "import './gone';\n");
  const { status, stderr } = spawnSync(process.execPath, ['esbuild.js'], {
    cwd: broken.path('.'),
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^✘ \[ERROR\] Could not resolve ".\/gone"\n {4}src\/extension\.ts:1:8:$/m);
});
