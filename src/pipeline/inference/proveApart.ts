import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trouble } from './explain';
import type { Proof, ProofRequest } from './prove';

export type ProofAnswer = { proof: Proof } | { error: string };

/** Beside the bundle; when run from the sources, the one that was built last. */
function probeScript(): string {
  const [beside, built] = [
    join(__dirname, 'probe.js'),
    join(__dirname, '..', '..', '..', 'dist', 'probe.js'),
  ];
  return existsSync(beside) ? beside : built;
}

/** Kernels may be compiled for a new GPU at the first run, which takes minutes; TensorRT builds whole engines. */
const limits = { usual: 180_000, tensorrt: 1_200_000 };

const mostWords = 65_536;

/**
 * Proves in a process of its own, which has ended with all that it held when this returns. Gives the proof, or what went wrong:
 * the words of the runtime, a crash, or silence for longer than `limitMs`.
 */
export async function proveApart(
  request: Omit<ProofRequest, 'folder'>,
  options: { script?: string; limitMs?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<{ proof: Proof } | { trouble: Trouble }> {
  const limitMs = options.limitMs ?? (request.provider === 'tensorrt' ? limits.tensorrt : limits.usual);
  // A crash may leave a core dump behind as well as a profile.
  const folder = await mkdtemp(join(tmpdir(), 'face-swap-probe-'));
  try {
    return await new Promise((resolve) => {
      const child = fork(options.script ?? probeScript(), [], {
        cwd: folder,
        env: { ...process.env, ...options.env },
        execArgv: [],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      let [words, answer, isLate] = ['', undefined as ProofAnswer | undefined, false];
      const end = () => child.kill('SIGKILL');
      const timer = setTimeout(() => {
        isLate = true;
        end();
      }, limitMs);
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        if (words.length < mostWords) words += text;
      });
      child.on('message', (message: ProofAnswer) => {
        answer = message;
        // What drivers do at the end of a process interests nobody.
        end();
      });
      child.on('error', (error) => (words += `${error.message}\n`));
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        if (answer && 'proof' in answer) {
          resolve(answer);
          return;
        }
        const text = plain(`${answer?.error ?? ''}\n${words}`);
        if (isLate) resolve({ trouble: { text, hang: `${Math.round(limitMs / 1000)} s` } });
        else if (answer) resolve({ trouble: { text } });
        else resolve({ trouble: { text, crash: signal ?? `exit code ${code ?? '?'}` } });
      });
      child.send({ ...request, folder }, () => undefined);
    });
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Without the colours of the runtime's log. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[\d;]*m/g, '').trim();
}
