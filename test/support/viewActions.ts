import type { Locator, Page } from 'playwright-core';
import { again } from './again';
import { waitForText } from './waitForText';

/** The pane of a view by its title; the container is open. */
const pane = (page: Page, title: string): Locator =>
  page.locator('.split-view-view', { has: page.locator(`.pane-header[aria-label^="${title}"]`) }).last();

const rowsOf = (page: Page, view: string): Locator => pane(page, view).locator('.monaco-list-row');

const rowOf = (page: Page, view: string, text: string): Locator =>
  rowsOf(page, view).filter({ hasText: text }).first();

/** Parts of a row that are read by scripts inside the window. */
interface RowElement {
  innerText: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): RowElement | null;
}

const parts = (argument: string): [string, string, string] => {
  const [view = '', row = '', rest = ''] = argument.split('|');
  return [view, row, rest];
};

/** What tests can do to the views of the container. Arguments are `view|text in the row|…`. */
export const viewActions = {
  /** Waits for a row; what it says to eyes and to screen readers, and the classes of its icon. */
  viewRow: async (page: Page, argument: string) => {
    const [view, text] = parts(argument);
    const read = (element: unknown) => {
      const row = element as RowElement;
      // Groups have no icon.
      const icon = row.querySelector('.custom-view-tree-node-item-icon')?.getAttribute('class') ?? '';
      return { text: row.innerText, spoken: row.getAttribute('aria-label') ?? '', icon };
    };
    return waitForText(rowsOf(page, view), text, (row) => row.evaluate(read, undefined, { timeout: 60_000 }));
  },

  /** Texts of all rows, from top to bottom. */
  viewRows: (page: Page, view: string) =>
    rowsOf(page, view).evaluateAll((elements) =>
      (elements as unknown as RowElement[])
        .map((row) => ({ at: Number(row.getAttribute('data-index')), text: row.innerText }))
        .sort((a, b) => a.at - b.at)
        .map(({ text }) => text.replace(/\s+/g, ' ').trim()),
    ),

  /** Waits until no row has a text. */
  viewLacks: async (page: Page, argument: string) => {
    const [view, text] = parts(argument);
    await rowOf(page, view, text).waitFor({ state: 'detached', timeout: 60_000 });
  },

  /** Folds a view, or unfolds it. */
  viewFold: async (page: Page, view: string) => {
    await page.locator(`.pane-header[aria-label^="${view}"]`).click();
  },

  /** Waits until an empty view says a text; all that it says then. */
  viewWelcome: async (page: Page, argument: string) => {
    const [view, text] = parts(argument);
    return waitForText(pane(page, view).locator('.welcome-view-content'), text, (found) => found.innerText());
  },

  /** Presses an inline button of a row by its label. */
  viewPress: async (page: Page, argument: string) => {
    const [view, text, label] = parts(argument);
    const row = rowOf(page, view, text);
    // The buttons are there only while the mouse is over the row, which is drawn anew, and may move, when a job tells something.
    await again(async () => {
      await row.hover();
      await row.locator(`.actions .action-label[aria-label^="${label}"]`).click({ timeout: 2000 });
    });
  },

  /** What stands beside the title of a view. */
  viewDescription: async (page: Page, view: string) => {
    const description = pane(page, view).locator('.pane-header .description');
    return (await description.count()) === 0 ? '' : description.innerText();
  },

  /** Presses an inline button of a row, keeps it pressed until its view says something else, and lets it go. */
  viewHold: async (page: Page, argument: string) => {
    const [view, text, label] = parts(argument);
    const row = rowOf(page, view, text);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${label}"]`).hover();
    const before = await pane(page, view).innerText();
    await page.mouse.down();
    await again(async () => {
      if ((await pane(page, view).innerText()) === before) throw new Error(`Still ${before}`);
    });
    await page.mouse.up();
  },

  /** Opens a row's context menu and takes an entry. */
  viewMenu: async (page: Page, argument: string) => {
    const [view, text, entry] = parts(argument);
    await rowOf(page, view, text).click({ button: 'right' });
    const menu = page.locator('.context-view .monaco-menu');
    await menu.locator('.action-item', { hasText: entry }).hover();
    await page.keyboard.press('Enter');
    await menu.waitFor({ state: 'detached' });
  },

  /** Drags a row onto another one. */
  viewDrag: async (page: Page, argument: string) => {
    const [view, from, onto] = parts(argument);
    await rowOf(page, view, from).dragTo(rowOf(page, view, onto));
  },
};
