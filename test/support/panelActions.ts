import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Frame, FrameLocator, Page } from 'playwright-core';

export const webview = (page: Page): FrameLocator =>
  page.locator('iframe.webview.ready').last().contentFrame().frameLocator('#active-frame');

/** The page inside the webview that was opened last. */
async function frameOf(page: Page): Promise<Frame> {
  const inner = page.locator('iframe.webview.ready').last().contentFrame().locator('#active-frame');
  const frame = await (await inner.elementHandle()).contentFrame();
  if (!frame) throw new Error('There is no webview.');
  return frame;
}

/** Waits until the webview has the colours of the window around it: they arrive after the name of their theme. */
export async function sameColours(page: Page): Promise<void> {
  const names = ['--vscode-editor-background', '--vscode-foreground', '--vscode-errorForeground'];
  const read = (selector: string) =>
    `JSON.stringify(${JSON.stringify(names)}.map((name) =>
      getComputedStyle(document.querySelector('${selector}')).getPropertyValue(name)))`;
  const colours = await page.evaluate<string>(read('.monaco-workbench'));
  await (await frameOf(page)).waitForFunction(`${read('body')} === ${JSON.stringify(colours)}`);
}

const split = (argument: string): [string, string] => {
  const at = argument.indexOf('|');
  return [argument.slice(0, at), argument.slice(at + 1)];
};

/** What tests can do to the panel of a job file; selectors are Playwright's, inside the panel. */
export const panelActions = {
  /** Waits for an element; its text. */
  panelText: (page: Page, selector: string) => webview(page).locator(selector).first().innerText(),

  /** How many elements there are now. */
  panelCount: (page: Page, selector: string) => webview(page).locator(selector).count(),

  /** Waits until an element contains a text: argument `selector|text`; gives all of its text. */
  panelWait: async (page: Page, argument: string) => {
    const [selector, text] = split(argument);
    const found = webview(page).locator(selector).filter({ hasText: text }).first();
    await found.waitFor({ timeout: 60_000 });
    return found.innerText();
  },

  /** Value of an attribute: argument `selector|name`. */
  panelAttribute: (page: Page, argument: string) => {
    const [selector, name] = split(argument);
    return webview(page).locator(selector).first().getAttribute(name);
  },

  /** Waits until an element is not to be seen. */
  panelHidden: async (page: Page, selector: string) => {
    await webview(page).locator(selector).first().waitFor({ state: 'hidden', timeout: 60_000 });
  },

  panelClick: async (page: Page, selector: string) => {
    await webview(page).locator(selector).first().click();
  },

  /** Presses a key on an element: argument `selector|key`. */
  panelPress: async (page: Page, argument: string) => {
    const [selector, key] = split(argument);
    await webview(page).locator(selector).first().press(key);
  },

  /** Chooses in a list that unfolds, by its label: argument `label|text`. */
  panelChoose: async (page: Page, argument: string) => {
    const [label, text] = split(argument);
    const list = webview(page).locator(`vscode-dropdown[aria-label="${label}"]`);
    await list.click();
    await list.locator('vscode-option', { hasText: text }).click();
  },

  /** Presses keys, one after the other, wherever the focus is: argument `Tab Tab Enter`. */
  keys: async (page: Page, argument: string) => {
    for (const key of argument.split(' ')) await page.keyboard.press(key);
  },

  /** What has the focus inside the panel: its label or text. */
  panelFocus: async (page: Page) =>
    (await frameOf(page)).evaluate<string>(
      `(() => { const e = document.activeElement; return e?.getAttribute('aria-label') ?? e?.textContent ?? ''; })()`,
    ),

  /** Presses a key on the timeline; milliseconds until the preview shows another picture. */
  previewAfter: async (page: Page, key: string) => {
    await webview(page).locator('.preview vscode-progress-ring').first().waitFor({ state: 'hidden' });
    return (await frameOf(page)).evaluate<number>(`new Promise((resolve) => {
      const image = document.querySelector('.pictures img.result');
      const began = performance.now();
      new MutationObserver((_, observer) => {
        observer.disconnect();
        image.decode().then(() => resolve(performance.now() - began));
      }).observe(image, { attributes: true, attributeFilter: ['src'] });
      document.querySelector('.scrub').dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true }));
    })`);
  },

  /** Picks a command in the palette by its name. */
  palette: async (page: Page, name: string) => {
    await page.keyboard.press('F1');
    const input = page.locator('.quick-input-widget:visible input[type="text"]');
    await input.fill(`>${name}`);
    await page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: name }).first().waitFor();
    await page.keyboard.press('Enter');
  },

  /** Serious findings of axe in the panel, each with where it is. */
  panelAxe: async (page: Page) => {
    const source = readFileSync(
      createRequire(path.join(__dirname, 'x.js')).resolve('axe-core/axe.min.js'),
      'utf8',
    );
    const frame = await frameOf(page);
    await frame.evaluate(source);
    return frame.evaluate<string[]>(`axe.run(document).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`);
  },

  /** Sets the size of the window: argument `1280x800`. */
  windowSize: async (page: Page, argument: string) => {
    const [width, height] = argument.split('x').map(Number);
    await page.setViewportSize({ width, height });
  },

  /** Whether anything in the panel is wider than the panel. */
  panelOverflow: async (page: Page) =>
    (await frameOf(page)).evaluate<number>('document.documentElement.scrollWidth - innerWidth'),

  /** Scrolls an element of the panel into view. */
  panelScroll: async (page: Page, selector: string) => {
    await webview(page).locator(selector).first().scrollIntoViewIfNeeded();
  },
};
