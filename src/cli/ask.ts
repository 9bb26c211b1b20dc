import { createInterface } from 'node:readline/promises';

/** Asks on a terminal. Without one nobody can answer, and silence is no consent. */
export async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const { stdin, stderr } = process;
  if (!canAsk()) return false;
  const questions = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await questions.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    questions.close();
  }
}

/** Whether somebody sits there who could answer. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;
