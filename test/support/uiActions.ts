import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { again } from './again';
import { dropActions } from './dropActions';
import { panelActions, sameColours, webview } from './panelActions';
import { viewActions } from './viewActions';
import { waitForText } from './waitForText';

const screenshots = path.resolve(__dirname, '..', '..', 'out', 'screenshots');

const explorerRow = (page: Page, file: string) =>
  page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: new RegExp(`^${file}$`) });

const isHidden = (locator: Locator, timeout: number) =>
  locator.waitFor({ state: 'hidden', timeout }).then(
    () => true,
    () => false,
  );

/** Sends away what has been opened, which hears the keyboard only once it has the focus. */
const escape = (page: Page, opened: Locator): Promise<void> =>
  again(async () => {
    await page.keyboard.press('Escape');
    await opened.waitFor({ state: 'hidden', timeout: 2000 });
  });

/** Entries of the context menu that has been opened, which it closes. */
async function readMenu(page: Page): Promise<string[]> {
  const labels = page.locator('.context-view .monaco-menu .action-label');
  await labels.first().waitFor();
  const texts = await labels.allInnerTexts();
  await escape(page, labels.first());
  return texts.map((text) => text.trim());
}

/** What tests can do to the window, and read from it. Each takes one string and answers with JSON. */
export const uiActions = {
  /** Saves the window as `out/screenshots/<name>.png`. */
  screenshot: async (page: Page, name: string) => {
    await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  },

  /** Waits until a text is to be seen in the window. */
  windowText: async (page: Page, text: string) => {
    await page.getByText(text).filter({ visible: true }).first().waitFor();
  },

  /** Entries of the Explorer's context menu on a file of the workspace's root. */
  explorerMenu: async (page: Page, file: string) => {
    await explorerRow(page, file).click({ button: 'right' });
    return readMenu(page);
  },

  /** Entries of the context menu of an editor's tab. */
  tabMenu: async (page: Page, file: string) => {
    await page.locator('.tabs-container .tab', { hasText: file }).click({ button: 'right' });
    return readMenu(page);
  },

  /** Names of the files and folders that the Explorer shows, once it shows `file`. */
  explorerShows: async (page: Page, file: string) => {
    await explorerRow(page, file).waitFor();
    return page.locator('.explorer-folders-view .monaco-list-row').allInnerTexts();
  },

  /** Opens the Explorer's context menu on `file` and clicks `entry`: argument `file|entry`. */
  chooseInExplorer: async (page: Page, argument: string) => {
    const [file = '', entry = ''] = argument.split('|');
    await explorerRow(page, file).click({ button: 'right' });
    const menu = page.locator('.context-view .monaco-menu');
    // Not by a click: for a moment after it opened, a menu takes the mouse button for the one that opened it.
    await menu.locator('.action-item', { hasText: entry }).hover();
    await page.keyboard.press('Enter');
    await menu.waitFor({ state: 'detached' });
  },

  /** Answers VS Code's own file dialog with a path; returns the dialog's title. */
  answerFileDialog: async (page: Page, file: string) => {
    const dialog = page.locator('.quick-input-widget:visible');
    // It writes the folder into its field once it has listed it.
    await dialog.locator('.monaco-list-row').first().waitFor();
    const title = await dialog.locator('.quick-input-title', { hasText: /\S/ }).innerText();
    const field = dialog.locator('input[type="text"]');
    // Another dialog may follow at once: its title is another one.
    const itsTitle = dialog.locator('.quick-input-title').filter({ hasText: title });
    // While it lists a folder it ignores the button, and may put that folder in place of the path.
    for (let attempt = 0; attempt < 5; attempt++) {
      if ((await field.inputValue()) !== file) await field.fill(file);
      await dialog.locator('.quick-input-action .monaco-button').first().click();
      if (await isHidden(itsTitle, 3000)) return title;
    }
    throw new Error(`The file dialog "${title}" does not take ${file}.`);
  },

  /** Waits for a dialog of VS Code's own, and sends it away. */
  dismissQuickInput: async (page: Page) => {
    const dialog = page.locator('.quick-input-widget:visible');
    await dialog.locator('.monaco-list-row').first().waitFor();
    await escape(page, dialog);
  },

  /** Answers it without a mouse. */
  typeIntoFileDialog: async (page: Page, file: string) => {
    const dialog = page.locator('.quick-input-widget:visible');
    await dialog.locator('.monaco-list-row').first().waitFor();
    const title = await dialog.locator('.quick-input-title', { hasText: /\S/ }).innerText();
    const itsTitle = dialog.locator('.quick-input-title').filter({ hasText: title });
    for (let attempt = 0; attempt < 5; attempt++) {
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(file);
      await page.keyboard.press('Enter');
      if (await isHidden(itsTitle, 3000)) return;
    }
    throw new Error(`The file dialog "${title}" does not take ${file} from the keyboard.`);
  },

  /** Takes the first entry of the palette once it is the one with a text. */
  palettePick: async (page: Page, text: string) => {
    const rows = page.locator('.quick-input-widget:visible .monaco-list-row.focused');
    await rows.filter({ hasText: text }).first().waitFor();
    await page.keyboard.press('Enter');
  },

  /** Takes the first entry of the quick pick. */
  pickFirst: async (page: Page) => {
    await page.locator('.quick-input-widget:visible .monaco-list-row').first().click();
  },

  /** Waits for our status bar item to contain a text; returns the item's text and colours. */
  statusBar: async (page: Page, text: string) => {
    const item = page.locator('.statusbar-item[id="face-swap.face-swap.faceSwap.status"]');
    return waitForText(item, text, (found) =>
      found.evaluate((element) => {
        const { innerText, className } = element as unknown as { innerText: string; className: string };
        return { text: innerText.trim(), warns: className.includes('warning-kind') };
      }),
    );
  },

  statusBarIsHidden: async (page: Page) => {
    await page
      .locator('.statusbar-item[id="face-swap.face-swap.faceSwap.status"]')
      .waitFor({ state: 'detached' });
  },

  /** Text of the notification with a text in it, or null when it is not to be seen within a second. */
  notification: async (page: Page, text: string) => {
    const items = page.locator('.notification-list-item').filter({ hasText: text, visible: true });
    return items
      .first()
      .innerText({ timeout: 1000 })
      .catch(() => null);
  },

  /** Texts of all notifications in the list that is open. */
  allNotifications: async (page: Page) =>
    (await page.locator('.notification-list-item').allInnerTexts()).join('\n'),

  /** Clicks a button of a notification: argument `text of the notification|button`. */
  clickInNotification: async (page: Page, argument: string) => {
    const [text, button] = argument.split('|');
    const toast = page.locator('.notification-list-item', { hasText: text }).first();
    await toast.locator('.monaco-button', { hasText: button }).click();
  },

  /** Waits until the Compare panel shows pictures; returns what can be read off it. */
  comparePanel: async (page: Page) => {
    const frame = webview(page);
    await frame.locator('.pictures.shown').waitFor();
    const divider = frame.locator('.divider');
    return {
      heading: await frame.locator('h1').innerText(),
      divider: Number(await divider.getAttribute('aria-valuenow')),
      clock: await frame.locator('.clock').innerText(),
      pictures: await frame
        .locator('img')
        .evaluateAll((images) =>
          images.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
        ),
      problem: await frame.locator('.problem').innerText(),
    };
  },

  /** Unfolds a step of the walkthrough by its title. */
  walkthroughStep: async (page: Page, title: string) => {
    await page.locator('.getting-started-step .step-title', { hasText: title }).click();
    await page.locator('.getting-started-step.expanded', { hasText: title }).waitFor();
  },

  /** Waits for the picture of the step; its width in pixels of its own. */
  walkthroughPicture: async (page: Page) => {
    const width =
      await page.waitForFunction<number>(`[...document.querySelectorAll('.getting-started-media img')]
      .find((image) => image.checkVisibility() && image.complete && image.naturalWidth > 0)?.naturalWidth`);
    return width.jsonValue();
  },

  /** Follows a link, or presses a button, of the step that is unfolded. */
  walkthroughLink: async (page: Page, text: string) => {
    await page.locator('.getting-started-step.expanded').getByText(text).click();
  },

  /** Puts the mouse where it changes nothing. */
  pointAway: async (page: Page) => {
    await page.mouse.move(640, 2);
  },

  ...panelActions,
  ...dropActions,
  ...viewActions,

  /** Waits until the Compare panel has taken over a theme, by its id. */
  comparePanelTheme: async (page: Page, id: string) => {
    await webview(page).locator(`body[data-vscode-theme-id="${id}"]`).waitFor();
    await sameColours(page);
  },

  /** Focuses the divider of the Compare panel and presses a key. */
  pressOnDivider: async (page: Page, key: string) => {
    await webview(page).locator('.divider').press(key);
  },

  /** Drags the divider to a percentage of the picture's width. */
  dragDivider: async (page: Page, percent: string) => {
    const box = await webview(page).locator('.pictures').boundingBox();
    if (!box) throw new Error('The pictures are not shown.');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(box.x + (box.width * Number(percent)) / 100, y, { steps: 4 });
    await page.mouse.up();
  },

  /** Presses a key on the time slider of the Compare panel and waits until the pictures of that moment are there. */
  pressOnTimeline: async (page: Page, key: string) => {
    const frame = webview(page);
    await frame.locator('.timeline input').press(key);
    await frame.locator('vscode-progress-ring').waitFor({ state: 'hidden' });
  },
};

export type UiActionName = keyof typeof uiActions;
