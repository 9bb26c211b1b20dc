// `npm test`: everything that must hold, from a bare clone on. `npm test -- unit cli` runs only these stages.
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const { ensureDependencies, npm, root } = require('./setup');

const results = path.join(root, 'out', 'test-results');

/** One program that passes or fails as a whole. */
const check = (script, args) => () => {
  const bin = path.join(root, 'node_modules', ...script.split('/'));
  const { status } = spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio: 'inherit' });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

/** A folder of node:test files. The reporter's file says what ran: an exit code of 0 alone proves nothing. */
const suite = (folder) => () => {
  const directory = path.join(root, 'test', folder);
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(directory, name));
  return counted(folder, [
    '--import',
    'tsx',
    '--test',
    '--test-concurrency=1',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${path.join(root, 'scripts', 'countReporter.mjs')}`,
    `--test-reporter-destination=${path.join(results, `${folder}.json`)}`,
    ...files,
  ]);
};

/** A program that writes its counts to the file it is told in TEST_RESULT_FILE or as reporter destination. */
function counted(name, args) {
  const file = path.join(results, `${name}.json`);
  rmSync(file, { force: true });
  const env = { ...process.env, TEST_RESULT_FILE: file };
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { passed, failed, secondTries } = JSON.parse(readFileSync(file, 'utf8'));
  const isBroken = passed + failed === 0 || (status !== 0 && failed === 0);
  return { passed, failed: isBroken ? failed + 1 : failed, secondTries };
}

const stages = {
  format: check('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  lint: check('eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  types: check('typescript/bin/tsc', ['-p', '.']),
  'types-webview': check('typescript/bin/tsc', ['-p', 'webview']),
  unit: suite('unit'),
  pipeline: suite('pipeline'),
  cli: suite('cli'),
  bundle: suite('bundle'),
  host: () => counted('host', [path.join('test', 'host', 'run.js')]),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`No such stage: ${unknown.join(', ')}. Stages: ${Object.keys(stages).join(', ')}.`);
  process.exit(2);
}

ensureDependencies();
npm(['run', '--silent', 'build']);
mkdirSync(results, { recursive: true });
let passed = 0;
let failed = 0;
const summary = [];
const again = [];
for (const name of asked.length > 0 ? asked : Object.keys(stages)) {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const result = stages[name]();
  passed += result.passed;
  failed += result.failed;
  again.push(...(result.secondTries ?? []));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  summary.push(
    `${result.failed > 0 ? '✗' : '✓'} ${name}: ${result.passed} passed, ${result.failed} failed (${seconds} s)`,
  );
}
console.log(`\n${summary.join('\n')}`);
if (again.length > 0) console.log(`\n${again.length} passed only on the second try:\n${again.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
