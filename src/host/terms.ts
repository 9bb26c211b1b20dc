import * as vscode from 'vscode';
import { acceptedTerms, acceptTerms } from '../machine/terms';
import { termsText, termsTitle } from '../protocol/termsText';
import { FaceSwapError } from '../protocol/errors';
import { t } from './texts';

/** Jobs that start together ask once. */
let asking: Promise<boolean> | undefined;

/**
 * Makes sure that the terms are accepted before a job: once on a machine, here or on the command line. Whoever declines
 * has `cancelled` the job.
 */
export async function requireTerms(log: vscode.LogOutputChannel): Promise<void> {
  if (await acceptedTerms()) return;
  asking ??= ask(log).finally(() => (asking = undefined));
  if (!(await asking)) throw new FaceSwapError('cancelled');
}

async function ask(log: vscode.LogOutputChannel): Promise<boolean> {
  const accept = t('Accept');
  const options = { modal: true, detail: termsText(t) };
  if ((await vscode.window.showInformationMessage(termsTitle(t), options, accept)) !== accept) return false;
  const reason = await acceptTerms('VS Code');
  if (reason !== undefined)
    log.warn(`The terms are accepted for this time; that could not be kept (${reason})`);
  return true;
}
