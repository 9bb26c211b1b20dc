import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { FaceSwapError, type ErrorFacts } from '../../protocol/errors';

/**
 * The static ffprobe from npm crashes when its libc loads the system's character sets, which it wants for the names of
 * programs in a transport stream. Where it finds none, it takes the names as they are.
 */
const noCharacterSets = { GCONV_PATH: '/dev/null' };

const tailBytes = 4096;
const tailLines = 12;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running ffmpeg or ffprobe: its pipes, its last words, and an end that never rejects. */
export interface RunningTool {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** The last lines of stderr. */
  lastWords(): string;
  /**
   * Ends the process at once. What it was writing is thrown away by whoever calls this, so there is nothing it
   * should be given time to finish.
   */
  kill(): void;
}

/**
 * Starts a program with an argument array; `signal` ends it. Its standard output may be a socket that it inherits. `env` is added to the
 * variables of this process.
 */
export function startTool(
  program: string,
  args: readonly string[],
  stdio: { stdin: boolean; stdout: boolean | Socket },
  signal?: AbortSignal,
  env: NodeJS.ProcessEnv = {},
): RunningTool {
  const piped = (wanted: boolean) => (wanted ? 'pipe' : 'ignore');
  const { stdin, stdout } = stdio;
  const child = spawn(program, args, {
    stdio: [piped(stdin), typeof stdout === 'boolean' ? piped(stdout) : stdout, 'pipe'],
    windowsHide: true,
    env: { ...process.env, ...noCharacterSets, ...env },
  });
  let tail = '';
  let spawnFailure = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => {
    tail = (tail + text).slice(-tailBytes);
  });
  const kill = () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  };
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => {
      spawnFailure = error.message;
      if (child.pid === undefined) resolve({ code: -1, signal: null });
    });
    child.once('close', (code, endSignal) => resolve({ code, signal: endSignal }));
  });
  if (signal?.aborted) kill();
  signal?.addEventListener('abort', kill, { once: true });
  void ended.then(() => signal?.removeEventListener('abort', kill));
  return {
    child,
    ended,
    kill,
    lastWords: () => lastLines(spawnFailure === '' ? tail : spawnFailure),
  };
}

/** Why ffmpeg has ended: its last words, or the signal by which somebody has ended it. */
export async function toolFailure(tool: RunningTool, facts: ErrorFacts): Promise<FaceSwapError> {
  const { signal } = await tool.ended;
  const why = { stderr: tool.lastWords(), ...(signal && { reason: signal }) };
  return new FaceSwapError('tool-failed', { tool: 'ffmpeg', ...facts, ...why });
}

function lastLines(text: string): string {
  return text
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .slice(-tailLines)
    .join('\n');
}

export function throwIfCancelled(signal?: AbortSignal): void {
  if (signal?.aborted) throw new FaceSwapError('cancelled');
}

/** Runs a program to its end and gives its output, whatever its exit code. */
export async function captureTool(
  program: string,
  args: readonly string[],
  options: { signal?: AbortSignal | undefined; onText?: (text: string) => void } = {},
): Promise<Ended & { stdout: string; stderr: string }> {
  const tool = startTool(program, args, { stdin: false, stdout: true }, options.signal);
  const pieces: string[] = [];
  tool.child.stdout?.setEncoding('utf8');
  tool.child.stdout?.on('data', options.onText ?? ((text: string) => pieces.push(text)));
  const end = await tool.ended;
  throwIfCancelled(options.signal);
  return { ...end, stdout: pieces.join(''), stderr: tool.lastWords() };
}
