import type { Locator, Page } from 'playwright-core';
import { waitForText } from './waitForText';

/** The pane of a view by its title; the container is open. */
const pane = (page: Page, title: string): Locator =>
  page.locator('.split-view-view', { has: page.locator(`.pane-header[aria-label^="${title}"]`) }).last();

const rowOf = (page: Page, view: string, text: string): Locator =>
  pane(page, view).locator('.monaco-list-row', { hasText: text }).first();

const parts = (argument: string): [string, string, string] => {
  const [view = '', row = '', rest = ''] = argument.split('|');
  return [view, row, rest];
};

/** What tests can do to the views of the container. Arguments are `view|text in the row|…`. */
export const viewActions = {
  /** Waits for a row; what it says to eyes and to screen readers, and the classes of its icon. */
  viewRow: async (page: Page, argument: string) => {
    const [view, text] = parts(argument);
    const row = rowOf(page, view, text);
    await row.waitFor({ timeout: 60_000 });
    const spoken = (await row.getAttribute('aria-label')) ?? '';
    // Groups have none.
    const icons = row.locator('.custom-view-tree-node-item-icon');
    const icon = (await icons.count()) === 0 ? null : await icons.first().getAttribute('class');
    return { text: await row.innerText(), spoken, icon: icon ?? '' };
  },

  /** Texts of all rows, from top to bottom. */
  viewRows: async (page: Page, view: string) => {
    const rows = await pane(page, view).locator('.monaco-list-row').all();
    const found = rows.map(async (row): Promise<[number, string]> => {
      const text = (await row.innerText()).replace(/\s+/g, ' ').trim();
      return [Number(await row.getAttribute('data-index')), text];
    });
    return (await Promise.all(found)).sort(([a], [b]) => a - b).map(([, text]) => text);
  },

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
    return (await waitForText(pane(page, view).locator('.welcome-view-content'), text)).innerText();
  },

  /** Presses an inline button of a row by its label. */
  viewPress: async (page: Page, argument: string) => {
    const [view, text, label] = parts(argument);
    const row = rowOf(page, view, text);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${label}"]`).click();
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
