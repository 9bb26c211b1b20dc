import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';
import { again } from './again';
import { waitForText } from './waitForText';

export const webview = (page: Page): FrameLocator =>
  page.locator('iframe.webview.ready').last().contentFrame().frameLocator('#active-frame');

/** The page inside the webview that was opened last. */
export async function frameOf(page: Page): Promise<Frame> {
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
  await again(async () => {
    const colours = JSON.stringify(await page.evaluate<string>(read('.monaco-workbench')));
    const frame = await frameOf(page);
    await frame.waitForFunction(`${read('body')} === ${colours}`, undefined, { timeout: 3000 });
  });
}

/**
 * Functions inside the panel. `tabStep` tells what has the focus now, and whether what had it at the last call looks different without;
 * `tabStops` names everything that Tab has to reach.
 */
const tabOrderScript = `(() => {
  const looks = (e) => [e, ...(e.shadowRoot?.querySelectorAll('*') ?? [])].map((part) => {
    const s = getComputedStyle(part);
    const after = getComputedStyle(part, '::after');
    return [s.outline, s.boxShadow, s.borderColor, after.outline].join();
  }).join();
  const nameOf = (e) => e.getAttribute('aria-label') ?? e.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60);
  let last, held;
  window.tabStep = () => {
    const isSeen = last !== undefined && looks(last) !== held;
    const now = document.activeElement;
    const isOut = !document.hasFocus() || now === document.body || now === null;
    last = isOut ? undefined : now;
    held = last && looks(last);
    return { key: last ? nameOf(last) : '', isSeen, isOut };
  };
  window.tabStops = () => [...document.querySelectorAll(
    'button, a[href], input, summary, [tabindex="0"], vscode-button, vscode-checkbox, vscode-dropdown, vscode-text-field',
  )].filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.getAttribute('tabindex') !== '-1'
      && e.getAttribute('aria-disabled') !== 'true').map(nameOf);
})()`;

const split = (argument: string): [string, string] => {
  const at = argument.indexOf('|');
  return [argument.slice(0, at), argument.slice(at + 1)];
};

/** The palette with some letters in its field; whatever takes the focus in between closes it again. */
const openPalette = (page: Page, letters: string): Promise<Locator> =>
  again(async () => {
    await page.keyboard.press('F1');
    const palette = page.locator('.quick-input-widget:visible');
    await palette.locator('input[type="text"]').fill(`>${letters}`, { timeout: 3000 });
    return palette;
  });

/** What tests can do to the panel of a job file; selectors are Playwright's, inside the panel. */
export const panelActions = {
  /** Waits for an element; its text. */
  panelText: (page: Page, selector: string) => webview(page).locator(selector).first().innerText(),

  /** What can be heard in the player: whether each video is muted, bytes of sound decoded, and what it says about that. */
  panelSound: async (page: Page) =>
    (await frameOf(page)).evaluate<{
      original: boolean;
      result: boolean;
      decoded: number;
      note: string;
    }>(`(() => {
      const [original, result] = ['original', 'result'].map((name) => document.querySelector('.player video.' + name));
      return { original: original.muted, result: result.muted, decoded: result.webkitAudioDecodedByteCount,
        note: document.querySelector('.player [role="status"]').textContent };
    })()`),

  /** Width and height of an element in pixels. */
  panelSize: async (page: Page, selector: string): Promise<{ width: number; height: number }> =>
    (await webview(page).locator(selector).first().boundingBox()) ?? { width: 0, height: 0 },

  /** Texts of all elements there are now. */
  panelTexts: (page: Page, selector: string) =>
    webview(page).locator(selector).filter({ visible: true }).allInnerTexts(),

  /** Texts of all elements there are now, those that are not to be seen as well. */
  panelTextContents: (page: Page, selector: string) => webview(page).locator(selector).allTextContents(),

  /** When the panel that was opened last was first drawn, in milliseconds since 1970. */
  panelDrawn: async (page: Page) =>
    (await frameOf(page)).evaluate<number>(`new Promise((resolve) =>
      new PerformanceObserver((list) => resolve(performance.timeOrigin + list.getEntries()[0].startTime))
        .observe({ type: 'paint', buffered: true }))`),

  /** How many elements there are now. */
  panelCount: (page: Page, selector: string) => webview(page).locator(selector).count(),

  /** Waits until an element contains a text: argument `selector|text`; gives all of its text. */
  panelWait: async (page: Page, argument: string) => {
    const [selector, text] = split(argument);
    return waitForText(webview(page).locator(selector), text, (found) =>
      found.innerText({ timeout: 60_000 }),
    );
  },

  /** Value of an attribute: argument `selector|name`. */
  panelAttribute: (page: Page, argument: string) => {
    const [selector, name] = split(argument);
    return webview(page).locator(selector).first().getAttribute(name);
  },

  /** A property of an element, as text: argument `selector|name`. */
  panelProperty: async (page: Page, argument: string) => {
    const [selector, name] = split(argument);
    return webview(page)
      .locator(selector)
      .first()
      .evaluate<string, string>((element, key) => String(Reflect.get(element as object, key)), name);
  },

  /** Waits until an element is not to be seen. */
  panelHidden: async (page: Page, selector: string) => {
    await webview(page).locator(selector).first().waitFor({ state: 'hidden', timeout: 60_000 });
  },

  panelClick: async (page: Page, selector: string) => {
    await webview(page).locator(selector).first().click();
  },

  /** Presses the pointer on an element, some share of its width from the left: argument `selector|share`. */
  panelPoint: async (page: Page, argument: string) => {
    const [selector, at] = split(argument);
    const element = webview(page).locator(selector).first();
    const { width, height } = (await element.boundingBox())!;
    await element.click({ position: { x: Number(at) * width, y: height / 2 } });
  },

  /** The number that the original shows in so many black and white stripes, its last bit first. */
  panelStripes: async (page: Page, bits: string) =>
    (await frameOf(page)).evaluate<number>(`(async () => {
      const image = document.querySelector('.pictures img:not(.result):not(.mask)');
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: ${bits}, height: 1 });
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0, ${bits}, 1);
      const { data } = context.getImageData(0, 0, ${bits}, 1);
      return data.reduce((sum, value, i) => sum + (i % 4 === 0 && value > 127 ? 2 ** (i / 4) : 0), 0);
    })()`),

  /** Presses a key on an element: argument `selector|key`. */
  panelPress: async (page: Page, argument: string) => {
    const [selector, key] = split(argument);
    await webview(page).locator(selector).first().press(key);
  },

  /** Chooses in a list that unfolds, by its label: argument `label|text`. */
  panelChoose: async (page: Page, argument: string) => {
    const [label, text] = split(argument);
    const list = webview(page).locator(`vscode-dropdown[aria-label="${label}"]`);
    // Drawn anew in between, the list folds up again.
    await again(async () => {
      await list.click();
      await list.locator('vscode-option', { hasText: text }).click({ timeout: 3000 });
    });
  },

  /** Presses keys, one after the other, wherever the focus is: argument `Tab Tab Enter`. */
  keys: async (page: Page, argument: string) => {
    for (const key of argument.split(' ')) await page.keyboard.press(key);
  },

  /** Types a text wherever the focus is. */
  type: async (page: Page, text: string) => {
    await page.keyboard.type(text);
  },

  /**
   * Goes once through everything in the panel with Tab, from its first control on, wherever the focus was, until the focus leaves it:
   * what was passed, each with whether it looks different while it has the focus.
   */
  panelTabOrder: async (page: Page) => {
    const frame = await frameOf(page);
    await frame.evaluate(tabOrderScript);
    await frame.evaluate(
      `(({ body }) => { body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex'); })(document)`,
    );
    const passed: { key: string; isSeen: boolean }[] = [];
    for (let i = 0; i < 200; i++) {
      await page.keyboard.press('Tab');
      const step = await frame.evaluate<{ key: string; isSeen: boolean; isOut: boolean }>('tabStep()');
      if (i > 0 && passed.length > 0) passed[passed.length - 1].isSeen = step.isSeen;
      if (step.isOut) return { passed, expected: await frame.evaluate<string[]>('tabStops()') };
      passed.push({ key: step.key, isSeen: false });
    }
    throw new Error(`The focus never leaves the panel: ${passed.map(({ key }) => key).join(', ')}`);
  },

  /** Presses Tab until something in the panel whose name begins like this has the focus. */
  panelTabTo: async (page: Page, name: string) => {
    const frame = await frameOf(page);
    await frame.evaluate(tabOrderScript);
    const passed: string[] = [];
    while (passed.length < 200) {
      await page.keyboard.press('Tab');
      const { key } = await frame.evaluate<{ key: string }>('tabStep()');
      if (key.startsWith(name)) return;
      passed.push(key);
    }
    throw new Error(`Tab does not reach "${name}", but ${[...new Set(passed)].join(', ')}.`);
  },

  /** What has the focus inside the panel: its label or text. */
  panelFocus: async (page: Page) =>
    (await frameOf(page)).evaluate<string>(
      `(() => { const e = document.activeElement; return e?.getAttribute('aria-label') ?? e?.textContent ?? ''; })()`,
    ),

  /** Presses a key on the timeline; milliseconds until the preview shows another picture. */
  previewAfter: async (page: Page, key: string) => {
    await webview(page).locator('.preview vscode-progress-ring').first().waitFor({ state: 'hidden' });
    return (await frameOf(page)).evaluate<number>(`new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('The preview shows no other picture after ${key}.')), 60_000);
      const image = document.querySelector('.pictures img.result');
      const began = performance.now();
      new MutationObserver((_, observer) => {
        observer.disconnect();
        image.decode().then(() => resolve(performance.now() - began), reject);
      }).observe(image, { attributes: true, attributeFilter: ['src'] });
      document.querySelector('.scrub').dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true }));
    })`);
  },

  /** The commands that the palette offers for some letters. */
  paletteOffers: async (page: Page, letters: string) => {
    const picker = await openPalette(page, letters);
    await picker.locator('.monaco-list-row', { hasText: letters }).first().waitFor();
    const rows = await picker.locator('.monaco-list-row .label-name').allInnerTexts();
    await page.keyboard.press('Escape');
    return rows.map((row) => row.trim());
  },

  /** Picks a command in the palette by its name. */
  palette: async (page: Page, name: string) => {
    const picker = await openPalette(page, name);
    await picker.locator('.monaco-list-row', { hasText: name }).first().click();
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
    // VS Code has followed, and what is in it has been drawn in its new size.
    await page.waitForFunction(`document.querySelector('.monaco-workbench').clientWidth === ${width}`);
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  },

  /** By how many pixels something in the panel is wider than the panel. */
  panelOverflow: async (page: Page) =>
    (await frameOf(page)).evaluate<number>('document.documentElement.scrollWidth - innerWidth'),

  /** How much of an element's height is to be seen, from 0 to 1. */
  panelInSight: async (page: Page, selector: string) =>
    (await frameOf(page)).evaluate<number>(`(() => {
      const { top, bottom, height } = document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect() ?? { height: 0 };
      return height > 0 ? Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)) / height : 0;
    })()`),

  /** Scrolls an element of the panel into view. */
  panelScroll: async (page: Page, selector: string) => {
    await webview(page).locator(selector).first().scrollIntoViewIfNeeded();
  },
};
