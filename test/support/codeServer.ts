import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, createWriteStream, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { cached, node24, npm } from './cachedPackages';

const version = '4.139.1';

/** VS Code from npm: code-server without its install scripts, which would need a compiler. Returns its entry file. */
export function codeServerEntry(): string {
  const folder = cached(`code-server-${version}`, (unpacked) => {
    npm(unpacked, ['pack', `code-server@${version}`, '--silent']);
    const archive = path.join(unpacked, `code-server-${version}.tgz`);
    extract(archive, unpacked);
    rmSync(archive);
    const root = path.join(unpacked, 'package');
    for (const place of ['.', 'lib/vscode', 'lib/vscode/extensions'])
      npm(path.join(root, place), ['install', '--omit=dev', '--ignore-scripts'], node24());
    copyFileSync(
      path.join(__dirname, 'logWriter.js'),
      path.join(root, 'lib', 'vscode', 'node_modules', '@vscode', 'spdlog', 'index.js'),
    );
    renameSync(root, path.join(unpacked, 'code-server'));
  });
  return path.join(folder, 'code-server', 'out', 'node', 'entry.js');
}

function extract(archive: string, into: string): void {
  const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', into], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar could not unpack ${archive}: ${stderr}`);
}

export interface CodeServer {
  port: number;
  /** Resolves with a sentence when the server ends by itself. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export interface CodeServerOptions {
  /** User data, extensions and the log go here. */
  home: string;
  workspace: string;
  settings: Record<string, unknown>;
  env: Record<string, string>;
  /** Ask before trusting the workspace, as a desktop VS Code does. */
  workspaceTrust: boolean;
}

/** Starts a server on a free port, with its own user data, and waits until it listens. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { home } = options;
  const userData = path.join(home, 'user-data');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  mkdirSync(path.join(home, 'extensions'), { recursive: true });
  writeFileSync(path.join(userData, 'User', 'settings.json'), JSON.stringify(options.settings));
  writeFileSync(path.join(home, 'config.yaml'), 'auth: none\n');
  const port = await freePort();
  const server = spawn(
    node24(),
    [
      codeServerEntry(),
      ...['--config', path.join(home, 'config.yaml'), '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--user-data-dir', userData, '--extensions-dir', path.join(home, 'extensions')],
      ...['--disable-telemetry', '--disable-update-check', '--vscode-option', 'enable-smoke-test-driver'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      options.workspace,
    ],
    // A process group of its own, so that everything it starts can be ended with it.
    { env: environment(options.env), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const log = createWriteStream(path.join(home, 'code-server.log'));
  server.stdout.pipe(log, { end: false });
  server.stderr.pipe(log, { end: false });
  const ended = once(server, 'exit').then(([code]) => `code-server ended with ${String(code)}`);
  const listening = new Promise<undefined>((resolve) => {
    server.stdout.on('data', (data: Buffer) => {
      if (data.toString().includes('HTTP server listening')) resolve(undefined);
    });
  });
  const failure = await Promise.race([listening, ended]);
  if (failure !== undefined) throw new Error(`${failure}; see ${path.join(home, 'code-server.log')}`);
  return { port, ended, stop: () => stop(server) };
}

/** Ours without what an outer VS Code or hosting set for itself; no extension gallery. */
function environment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('VSCODE_') && name !== 'PORT' && name !== 'PASSWORD',
  );
  return { ...Object.fromEntries(own), ...extra, EXTENSIONS_GALLERY: '{}' };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return;
  const gone = once(server, 'exit');
  process.kill(-server.pid, 'SIGTERM');
  const timer = setTimeout(() => {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  }, 5000);
  await gone;
  clearTimeout(timer);
}
