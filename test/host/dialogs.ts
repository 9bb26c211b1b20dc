import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { JobEntry } from '../../src/machine/jobRecord';
import { termsText, termsTitle, termsVersion } from '../../src/protocol/termsText';
import { launchBrowser } from '../support/browser';
import { startCodeServer } from '../support/codeServer';
import type { Counts } from '../support/counts';
import { uiActions } from '../support/uiActions';
import { settings } from './inCodeServer';
import type { SuiteRun } from './suiteRun';
import { eventually, timeBegins, until } from './waiting';

/**
 * What modal dialogs ask, and what becomes of the answers. VS Code refuses to show any to tests in its extension host, so these drive
 * the window from outside, as people do.
 */
export async function runDialogs(run: SuiteRun): Promise<Counts> {
  const data = path.join(run.home, 'data', 'face-swap');
  const env = { XDG_DATA_HOME: path.dirname(data), FACE_SWAP_DATA: data };
  const { home, workspace } = run;
  const server = await startCodeServer({ home, workspace, settings, workspaceTrust: false, env });
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, secondTries: [] };
  try {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const extension = `vscode-remote://127.0.0.1:${server.port}${run.extension}`;
      const payload = JSON.stringify([
        ['extensionDevelopmentPath', extension],
        ['skipWelcome', 'true'],
      ]);
      const query = new URLSearchParams({ folder: workspace, payload });
      await page.goto(`http://127.0.0.1:${server.port}/?${query.toString()}`);
      // Menus know the extension from then on.
      await page.locator('.activitybar .action-item', { has: page.getByLabel('Face Swap') }).waitFor();
      const chosen = new RegExp(process.env['TEST_GREP'] ?? '');
      for (const [title, work] of tests.filter(([name]) => chosen.test(name))) {
        const attempt = (): Promise<string | undefined> =>
          tryOnce(title, work, { page, home, workspace, data });
        const first = await attempt();
        if (first === undefined) counts.passed++;
        else if ((await attempt()) !== undefined) counts.failed++;
        else {
          counts.passed++;
          counts.secondTries.push(`${title}: ${first}`);
        }
      }
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
  return counts;
}

/** Begins without a dialog, and prints how it ended; what went wrong, if anything did. */
async function tryOnce(title: string, work: Work, window: Window): Promise<string | undefined> {
  timeBegins({ timeout: () => 120_000 });
  try {
    await window.page.keyboard.press('Escape');
    await work(window);
    console.log(`  ✔ ${title}`);
    return undefined;
  } catch (error) {
    console.log(`  ✘ ${title}\n${String(error)}`);
    await uiActions.screenshot(window.page, 'failed-dialogs');
    return String(error);
  }
}

interface Window {
  page: Page;
  home: string;
  workspace: string;
  /** The data folder of the extension. */
  data: string;
}
type Work = (window: Window) => Promise<void>;

const accepted = (data: string) => path.join(data, 'terms.json');

const tests: [title: string, work: Work][] = [
  [
    'the terms are asked before the first swap, in full; who declines gets none, and nothing is kept of that',
    async ({ page, home, workspace, data }) => {
      rmSync(accepted(data), { force: true });
      const before = readdirSync(workspace);
      const refusals = (): number => saidIn(home).split('[info] Cancelled').length;
      for (const decline of ['Cancel', 'Escape'] as const) {
        const earlier = refusals();
        await beginSwap(page, workspace);
        const dialog = await dialogOf(page, termsTitle());
        const detail = await dialog.locator('.dialog-message-detail').innerText();
        assert.equal(plain(detail), plain(termsText()));
        assert.deepEqual((await buttonsOf(page)).sort(), ['Accept', 'Cancel']);
        if (decline === 'Escape') await page.keyboard.press('Escape');
        else await press(page, decline);
        await dialog.waitFor({ state: 'detached' });
        await until(() => refusals() > earlier);
        assert.ok(!existsSync(accepted(data)), decline);
        assert.deepEqual(readdirSync(workspace), before, decline);
      }
    },
  ],
  [
    'a job that is asked about waits for no other',
    async ({ page, workspace, data }) => {
      rmSync(accepted(data), { force: true });
      const job = { version: 1, target: 'clip.mp4', sources: ['ann.jpg'] };
      writeFileSync(path.join(workspace, 'asked.faceswap.json'), JSON.stringify(job));
      await page.locator('.explorer-folders-view').getByText('asked.faceswap.json').dblclick();
      await uiActions.panelWait(page, '.target .facts|25 fps');
      await uiActions.panelClick(page, '[data-key="start"]');
      await dialogOf(page, termsTitle());
      await uiActions.panelWait(page, 'header .line|about to start');
      await press(page, 'Cancel');
      await uiActions.panelWait(page, 'header .line|cancelled');
      await uiActions.palette(page, 'View: Close All Editors');
    },
  ],
  [
    'who accepts gets the swap, and is not asked again',
    async ({ page, home, workspace, data }) => {
      const results = ['ann-clip.mp4', 'ann-clip (2).mp4'];
      const record = path.join(data, 'jobs.jsonl');
      for (const file of [accepted(data), record, ...results.map((name) => path.join(workspace, name))])
        rmSync(file, { force: true });
      for (const name of results) {
        await beginSwap(page, workspace);
        if (!existsSync(accepted(data))) {
          await dialogOf(page, termsTitle());
          await press(page, 'Accept');
        }
        await until(() => existsSync(path.join(workspace, name)));
        await until(() => saidIn(home).includes(`Done: ${path.join(workspace, name)}`));
        const kept = JSON.parse(readFileSync(accepted(data), 'utf8')) as Record<string, unknown>;
        assert.deepEqual([kept['version'], kept['by']], [termsVersion, 'VS Code']);
      }
      const wanted = results.map(() => ['done', termsVersion]);
      await eventually(() => {
        const lines = readFileSync(record, 'utf8').trimEnd().split('\n');
        const entries = lines.map((line) => JSON.parse(line) as JobEntry);
        assert.deepEqual(
          entries.map(({ result, terms }) => [result, terms?.version]),
          wanted,
        );
      });
    },
  ],
  [
    'who has accepted an older text is asked again',
    async ({ page, workspace, data }) => {
      const older = { version: termsVersion - 1, accepted: '2020-01-01T00:00:00.000Z', by: 'VS Code' };
      writeFileSync(accepted(data), JSON.stringify(older));
      await beginSwap(page, workspace);
      const dialog = await dialogOf(page, termsTitle());
      await press(page, 'Cancel');
      await dialog.waitFor({ state: 'detached' });
      assert.equal(readFileSync(accepted(data), 'utf8'), JSON.stringify(older));
    },
  ],
  [
    'the job record goes when that is confirmed, and not otherwise',
    async ({ page, data }) => {
      const record = path.join(data, 'jobs.jsonl');
      if (!existsSync(record)) writeFileSync(record, '');
      for (const [answer, isThere] of [
        ['Cancel', true],
        ['Delete', false],
      ] as const) {
        await uiActions.palette(page, 'Face Swap: Delete Job Record');
        const dialog = await dialogOf(page, 'Delete the record of all jobs');
        assert.ok(existsSync(record));
        await press(page, answer);
        await dialog.waitFor({ state: 'detached' });
        if (!isThere) await until(() => !existsSync(record));
        assert.equal(existsSync(record), isThere, answer);
      }
    },
  ],
];

async function beginSwap(page: Page, workspace: string): Promise<void> {
  await uiActions.chooseInExplorer(page, 'clip.mp4|Swap Face in Video');
  await uiActions.answerFileDialog(page, path.join(workspace, 'ann.jpg'));
}

async function dialogOf(page: Page, title: string) {
  const dialog = page.locator('.monaco-dialog-box', { hasText: title });
  await dialog.waitFor();
  return dialog;
}

async function buttonsOf(page: Page): Promise<string[]> {
  const texts = await page.locator('.monaco-dialog-box .dialog-buttons .monaco-button').allInnerTexts();
  return texts.map((text) => text.trim());
}

async function press(page: Page, button: string): Promise<void> {
  await page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).click();
}

/** What the output channel "Face Swap" has been told. */
function saidIn(home: string): string {
  const logs = path.join(home, 'user-data', 'logs');
  return readdirSync(logs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('Face Swap.log'))
    .map((file) => readFileSync(path.join(logs, file), 'utf8'))
    .join('');
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();
