import { acceptedTerms, acceptTerms } from '../machine/terms';
import { termsText, termsTitle } from '../protocol/termsText';
import { FaceSwapError } from '../protocol/errors';
import { ask } from './ask';
import type { JobConsole } from './console';

/**
 * Makes sure that the terms are accepted before a job: once on a machine, by the option or on a terminal. Throws
 * `terms-not-accepted`.
 */
export async function requireTerms(
  byOption: boolean,
  output: Pick<JobConsole, 'log'>,
  signal: AbortSignal,
): Promise<void> {
  if (await acceptedTerms()) return;
  if (!byOption) {
    if (process.stdin.isTTY && process.stderr.isTTY)
      process.stderr.write(`${termsTitle()}\n\n${termsText()}\n\n`);
    if (!(await ask('Do you accept?', signal))) throw new FaceSwapError('terms-not-accepted');
  }
  const reason = await acceptTerms('command line');
  if (reason !== undefined)
    output.log('warn', `The terms are accepted for this time; that could not be kept (${reason})`);
}
