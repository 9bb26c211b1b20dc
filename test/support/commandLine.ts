import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acceptedTermsIn } from './acceptedTerms';
import { markVariable } from './processes';

const root = path.resolve(__dirname, '..', '..');

/** The command line as built now; built again when a source has changed since. */
export function builtCli(): string {
  const cli = path.join(root, 'dist', 'cli.js');
  const sources = ['src', 'webview', 'package.json', 'esbuild.js', 'models/catalogue.json'];
  const changed = Math.max(...sources.map((name) => newest(path.join(root, name))));
  if (existsSync(cli) && statSync(cli).mtimeMs > changed) return cli;
  const { status } = spawnSync(process.execPath, [path.join(root, 'esbuild.js')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('esbuild.js failed');
  return cli;
}

function newest(file: string): number {
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

/** A data folder of somebody who accepted the terms long ago, so that tests touch nothing of whoever runs them. */
const data = mkdtempSync(path.join(tmpdir(), 'face-swap-data-'));
// Commands of other users read it as well.
chmodSync(data, 0o755);
acceptedTermsIn(data);
process.once('exit', () => rmSync(data, { recursive: true, force: true }));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcessWithoutNullStreams;
  /** Finds everything this command has started, whoever its parent is by now. */
  mark: string;
  ended: Promise<Ended>;
}

interface Surroundings {
  cwd: string;
  /** Leads a process group, as a command in a terminal does. */
  group?: boolean;
  uid?: number;
  env?: NodeJS.ProcessEnv;
}

/** Starts `node dist/cli.js` with these arguments. */
export function startCli(args: readonly string[], { cwd, group, uid, env }: Surroundings): Running {
  const mark = randomUUID();
  const child = spawn(process.execPath, [builtCli(), ...args], {
    cwd,
    detached: group ?? false,
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: { ...process.env, FACE_SWAP_DATA: data, ...env, [markVariable]: mark },
  });
  child.stdin.end();
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, mark, ended };
}

/** Runs it to the end. */
export function faceSwap(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  return startCli(args, surroundings).ended;
}

/** What `--json` printed. Throws when a line is not JSON. */
export function eventsOf({ stdout }: Ended): { type: string; [key: string]: unknown }[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
}
