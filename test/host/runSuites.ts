import { build } from 'esbuild';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Counts } from '../support/counts';
import { addWorkspaceSettings, fillWorkspace } from '../support/hostWorkspace';
import { unpackVsix } from '../support/unpackedVsix';
import { runDialogs } from './dialogs';
import { runInCodeServer } from './inCodeServer';
import { runInDesktop } from './inDesktop';
import type { RunSuite } from './suiteRun';

const root = path.resolve(__dirname, '..', '..');
const tests = path.join(root, 'out', 'host-tests');

const folders = ['suite', 'restricted', 'restart', 'spanish', 'gallery'];
/** The folder of a run's tests. */
const folderOf = (run: string): string => (folders.includes(run) ? run : 'suite');

/**
 * Runs the suite in VS Code on this checkout and on the unpacked .vsix, and the suite for untrusted workspaces, and the one that
 * restarts VS Code, the one that answers dialogs, and the one in Spanish.
 * `HOST_SUITES=checkout,restricted,restart,dialogs,spanish,vsix` chooses; `TEST_GREP` chooses tests by name. `gallery` takes the pictures of README.md.
 */
export async function runSuites(): Promise<Counts> {
  await buildTests();
  const desktop = process.env['VSCODE_EXECUTABLE'] !== undefined || process.platform !== 'linux';
  const runSuite: RunSuite = desktop ? runInDesktop : runInCodeServer;
  console.log(desktop ? 'VS Code for the desktop' : 'VS Code through code-server and a headless browser');
  const home = mkdtempSync(path.join(os.tmpdir(), 'face-swap-host-'));
  const total: Counts = { passed: 0, failed: 0, skipped: 0, secondTries: [] };
  // A desktop VS Code that loads its window anew is lost to the one who runs the tests.
  const usual = ['checkout', 'restricted', ...(desktop ? [] : ['restart', 'dialogs', 'spanish']), 'vsix'];
  const chosen = process.env['HOST_SUITES']?.split(',') ?? usual;
  try {
    const media = path.join(home, 'media');
    fillWorkspace(media);
    const runOne = async (name: string, runHome: string): Promise<Counts> => {
      const workspace = path.join(runHome, 'workspace');
      mkdirSync(runHome);
      cpSync(media, workspace, { recursive: true });
      if (name === 'restricted') addWorkspaceSettings(workspace);
      console.log(`\n${name}`);
      return (name === 'dialogs' ? runDialogs : runSuite)({
        title: name,
        // Pictures show what people install, and no folder of this checkout.
        extension:
          name === 'vsix' || name === 'gallery'
            ? await unpackVsix(path.join(runHome, 'unpacked'))
            : checkout(runHome),
        tests: path.join(tests, `${folderOf(name)}.js`),
        workspace,
        restricted: name === 'restricted',
        restarts: name === 'restart',
        ...(name === 'spanish' && { language: 'es' }),
        home: runHome,
      });
    };
    for (const name of chosen) {
      let counts = await runOne(name, path.join(home, name));
      // Its tests stand on what was there before the restart, and cannot be tried again one by one.
      if (name === 'restart' && counts.failed > 0) {
        counts = await runOne(name, path.join(home, `${name} again`));
        if (counts.failed === 0) counts.secondTries.push('everything, in a window of its own');
      }
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
      total.secondTries.push(...counts.secondTries.map((what) => `${name}: ${what}`));
    }
  } finally {
    if (process.env['KEEP_HOST_FOLDERS'] === undefined) rmSync(home, { recursive: true, force: true });
    else console.log(`Kept ${home}`);
  }
  const resultFile = process.env['TEST_RESULT_FILE'];
  if (resultFile !== undefined) writeFileSync(resultFile, JSON.stringify(total));
  if (total.secondTries.length > 0)
    console.log(`\nPassed on the second try:\n${total.secondTries.join('\n')}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  return total;
}

/**
 * This checkout as an extension, in a folder of its own: VS Code, which is cached inside the checkout, would otherwise take its
 * own files for parts of the extension, and come up without its themes.
 */
function checkout(home: string): string {
  const folder = path.join(home, 'extension');
  mkdirSync(folder);
  for (const name of [
    'package.json',
    'package.nls.json',
    'package.nls.es.json',
    'l10n',
    'dist',
    'media',
    'docs',
    'models',
  ])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  return folder;
}

/** Each folder of tests becomes one script that Mocha runs inside the extension host. */
async function buildTests(): Promise<void> {
  for (const folder of folders) {
    const directory = path.join(__dirname, folder);
    const files = readdirSync(directory).filter((file) => file.endsWith('.test.ts'));
    // Mocha's interface is there only while its files load: hence functions that the entry calls at the right moment.
    const load = files.map((file) => `() => require('./${file}')`).join(', ');
    await build({
      stdin: {
        contents: `import { runMocha } from '../mocha'; export const run = () => runMocha([${load}]);`,
        resolveDir: directory,
        loader: 'ts',
      },
      outfile: path.join(tests, `${folder}.js`),
      bundle: true,
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      external: ['vscode', 'mocha', 'esbuild', 'playwright-core'],
      logLevel: 'warning',
    });
  }
}
