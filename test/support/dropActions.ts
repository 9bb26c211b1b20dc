import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { frameOf, webview } from './panelActions';

const types: Partial<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.mp4': 'video/mp4',
};

/** A script that makes `transfer`, with the file in it as programs outside VS Code hand it over: its content, and no path. */
function transferOf(file: string): string {
  const [name, type] = [path.basename(file), types[path.extname(file)] ?? ''];
  return `const bytes = Uint8Array.from(atob('${readFileSync(file).toString('base64')}'), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], ${JSON.stringify(name)}, { type: '${type}' }));`;
}

/** Ways of bringing files into the panel without a dialog. */
export const dropActions = {
  /** Drags a file of the Explorer onto the panel while Shift is held, as VS Code wants it for webviews: argument `file|selector`. */
  dragIntoPanel: async (page: Page, argument: string) => {
    const [file = '', selector = ''] = argument.split('|');
    const row = page
      .locator('.explorer-folders-view .monaco-list-row')
      .filter({ hasText: new RegExp(`^${file}$`) });
    // Where it stands still, and nothing lies over it.
    await row.hover();
    const [from, to] = [await row.boundingBox(), await webview(page).locator(selector).first().boundingBox()];
    if (!from || !to) throw new Error(`${file} or ${selector} is not to be seen.`);
    const [x, y] = [to.x + to.width / 2, to.y + to.height / 2];
    await page.mouse.move(from.x + 40, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(x - 10, y, { steps: 5 });
    await page.keyboard.down('Shift');
    await page.mouse.move(x, y, { steps: 5 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
  },

  /** Drops a file from outside VS Code: argument `path|selector`; whether the place takes it. */
  dropFromOutside: async (page: Page, argument: string) => {
    const [file = '', selector = ''] = argument.split('|');
    return (await frameOf(page)).evaluate<boolean>(`(() => {
      ${transferOf(file)}
      const place = document.querySelector(${JSON.stringify(selector)});
      const tell = (type) => place.dispatchEvent(
        new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      return !['dragenter', 'dragover', 'drop'].map(tell).at(1);
    })()`);
  },

  /** Pastes a picture that somebody has copied elsewhere. */
  pastePicture: async (page: Page, file: string) => {
    await (
      await frameOf(page)
    ).evaluate(`(() => {
      ${transferOf(file)}
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true }));
    })()`);
  },
};
