import { createWriteStream, existsSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { acceptedTermsIn } from '../support/acceptedTerms';
import { launchBrowser } from '../support/browser';
import { startCodeServer } from '../support/codeServer';
import { readCounts, type Counts } from '../support/counts';
import { startUiBridge } from '../support/uiBridge';
import type { SuiteRun } from './suiteRun';

const timeoutMs = 1_500_000;

export const settings = {
  'workbench.startupEditor': 'none',
  // Nothing lies over what tests point at.
  'workbench.hover.delay': 60_000,
  'workbench.colorTheme': 'Dark 2026',
  'window.autoDetectColorScheme': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'files.simpleDialog.enable': true,
  'security.workspace.trust.startupPrompt': 'never',
};

/** Runs a suite in code-server's extension host, with a browser as its window. */
export async function runInCodeServer(run: SuiteRun): Promise<Counts> {
  const result = path.join(run.home, 'result.json');
  const ui = await startUiBridge();
  const data = path.join(run.home, 'data', 'face-swap');
  acceptedTermsIn(data);
  const server = await startCodeServer({
    home: run.home,
    workspace: run.workspace,
    settings,
    workspaceTrust: run.restricted,
    env: {
      TEST_RESULT_FILE: result,
      TEST_UI: ui.address,
      TEST_USER_DATA: path.join(run.home, 'user-data'),
      // What the extension notes for the command line stays in the test's own folder.
      XDG_DATA_HOME: path.dirname(data),
      FACE_SWAP_DATA: data,
    },
  });
  try {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
      ui.use(page);
      // What a language pack sets; VS Code's own texts stay English without one.
      if (run.language !== undefined)
        await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(run.language)}`);
      const browserLog = createWriteStream(path.join(run.home, 'browser.log'));
      page.on('console', (message) => browserLog.write(`${message.type()} ${message.text()}\n`));
      const end = suiteEnd(page, () => run.restarts && !existsSync(result));
      await page.goto(address(run, server.port));
      const code = await Promise.race([end, server.ended, timeout(page, run)]);
      if (typeof code === 'string') console.error(code);
      return readCounts(result, typeof code === 'number' ? code : 1);
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
    ui.close();
  }
}

/** VS Code's smoke test driver tells the page what the extension host prints and how it ended. */
async function suiteEnd(page: Page, goesOn: () => boolean): Promise<number | string> {
  const ended = new Promise<number | string>((resolve) => {
    page.on('crash', () => resolve('The page crashed.'));
    // A window that loads anew ends its first suite; the second one leaves the result.
    void page.exposeFunction('codeAutomationExit', (code: number) => {
      if (!goesOn()) resolve(code);
    });
  });
  await page.exposeFunction('codeAutomationLog', (_type: string, [first]: unknown[]) => {
    const line = String(first);
    if (line.startsWith('[mocha] ')) console.log(line.slice('[mocha] '.length));
  });
  return ended;
}

function address(run: SuiteRun, port: number): string {
  const remote = (folder: string): string => `vscode-remote://127.0.0.1:${port}${folder}`;
  const payload = [
    ['extensionDevelopmentPath', remote(run.extension)],
    ['extensionTestsPath', remote(run.tests)],
    ['skipWelcome', 'true'],
  ];
  const query = new URLSearchParams({ folder: run.workspace, payload: JSON.stringify(payload) });
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

async function timeout(page: Page, run: SuiteRun): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, timeoutMs).unref());
  const picture = path.join(run.home, 'timeout.png');
  await page.screenshot({ path: picture });
  return `No end after ${timeoutMs / 1000} s; see ${picture}`;
}
