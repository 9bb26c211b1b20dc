import { createInterface } from 'node:readline/promises';
import { FaceSwapError } from '../protocol/errors';

/** Where people are asked. */
export type Terminal = Pick<NodeJS.Process, 'stdin' | 'stderr'>;

/**
 * Asks on a terminal. Without one nobody can answer, and silence is no consent, nor is the end of the input. Throws `cancelled`
 * for Ctrl-C.
 */
export async function ask(
  question: string,
  signal: AbortSignal,
  { stdin, stderr }: Terminal = process,
): Promise<boolean> {
  if (!canAsk({ stdin, stderr })) return false;
  const questions = createInterface({ input: stdin, output: stderr });
  try {
    const ended = new Promise<string>((resolve) => questions.once('close', () => setImmediate(resolve, '')));
    const answer = await Promise.race([questions.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (cause) {
    throw new FaceSwapError('cancelled', {}, { cause });
  } finally {
    questions.close();
  }
}

/** Whether somebody sits there who could answer. */
export const canAsk = ({ stdin, stderr }: Terminal = process): boolean => stdin.isTTY && stderr.isTTY;
