import path from 'node:path';
import { acceptedTermsIn } from '../support/acceptedTerms';
import { readCounts, type Counts } from '../support/counts';
import type { SuiteRun } from './suiteRun';

/**
 * Runs a suite in a desktop VS Code: the one of VSCODE_EXECUTABLE, or a downloaded one. Nobody clicks there, so tests that look
 * at the window are skipped.
 */
export async function runInDesktop(run: SuiteRun): Promise<Counts> {
  const { runTests } = await import('@vscode/test-electron');
  const result = path.join(run.home, 'result.json');
  const userData = path.join(run.home, 'user-data');
  const data = path.join(run.home, 'data');
  acceptedTermsIn(data);
  const executable = process.env['VSCODE_EXECUTABLE'];
  let code: number;
  try {
    code = await runTests({
      ...(executable !== undefined && { vscodeExecutablePath: executable }),
      extensionDevelopmentPath: run.extension,
      extensionTestsPath: run.tests,
      extensionTestsEnv: { TEST_RESULT_FILE: result, TEST_USER_DATA: userData, FACE_SWAP_DATA: data },
      launchArgs: [
        run.workspace,
        '--disable-extensions',
        ...(run.restricted ? [] : ['--disable-workspace-trust']),
        ...['--user-data-dir', userData],
      ],
    });
  } catch (error) {
    console.error(String(error));
    code = Number((error as { code?: unknown }).code) || 1;
  }
  return readCounts(result, code);
}
