import type { Locator } from 'playwright-core';

/** Waits until one of the elements contains a text, and gives it; fails with the texts that stood there instead. */
export async function waitForText(elements: Locator, text: string, timeout = 15_000): Promise<Locator> {
  const found = elements.filter({ hasText: text }).first();
  try {
    await found.waitFor({ timeout });
  } catch (cause) {
    const instead = (await elements.allInnerTexts()).map((one) => `“${one.trim()}”`).join(', ');
    throw new Error(`No “${text}” is to be seen, but ${instead || 'nothing'}.\n${String(cause)}`, { cause });
  }
  return found;
}
