import type { Locator } from 'playwright-core';

/**
 * Waits until one of the elements is to be seen with a text, and gives what is read from it in that very moment; fails with the texts
 * that stood there instead.
 */
export async function waitForText<T>(
  elements: Locator,
  text: string,
  read: (found: Locator) => Promise<T>,
): Promise<T> {
  try {
    return await read(elements.filter({ hasText: text, visible: true }).first());
  } catch (cause) {
    const instead = (await elements.allInnerTexts()).map((one) => `“${one.trim()}”`).join(', ');
    throw new Error(`No “${text}” is to be seen, but ${instead || 'nothing'}.\n${String(cause)}`, { cause });
  }
}
