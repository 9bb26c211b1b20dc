// Brings a bare clone into working order with Node and npm alone. Plain JavaScript without dependencies,
// because it runs before anything is installed.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const stamp = path.join(root, 'node_modules', '.installed-lock');

/** Runs a program with its output shown; throws when it fails. */
function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(
      `${path.basename(program)} ${args.join(' ')} ended with ${result.status ?? result.signal}`,
    );
}

/** npm as the command that started us, else the one on PATH; never through a shell except on Windows, where npm is a .cmd. */
function npm(args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) run(process.execPath, [script, ...args]);
  else run('npm', args, { shell: process.platform === 'win32' });
}

/** Installs exactly what the lock file names, when that has not been done for this lock file yet. */
function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  npm(['ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, lock);
}

/** Dependencies, models and bundles. */
function setUp() {
  ensureDependencies();
  npm(['run', '--silent', 'build']);
}

module.exports = { root, run, npm, ensureDependencies, setUp };
