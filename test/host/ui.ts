import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { uiActions, UiActionName } from '../support/uiActions';

type Answer<A extends UiActionName> = Awaited<ReturnType<(typeof uiActions)[A]>>;

const address = process.env['TEST_UI'];

/** True where a browser is the window; a desktop VS Code has nobody who clicks. */
export const hasUi = address !== undefined;

/** Does one thing in the window this extension host belongs to, and returns what it answers. */
export async function ui<A extends UiActionName>(action: A, argument = ''): Promise<Answer<A>> {
  if (address === undefined) throw new Error('No window to act on.');
  const response = await fetch(address, { method: 'POST', body: JSON.stringify({ action, argument }) });
  const { value, error } = (await response.json()) as { value: Answer<A>; error?: string };
  if (error !== undefined) throw new Error(error);
  return value;
}

/** Tab reaches everything in the panel that can be used, in its order, and each shows that it has the focus: gives their names. */
export async function reachedByTab(): Promise<string[]> {
  const { passed, expected } = await ui('panelTabOrder');
  const names = passed.map(({ key }) => key);
  assert.deepEqual(names, expected);
  const unseen = passed.filter(({ isSeen }) => !isSeen).map(({ key }) => key);
  assert.deepEqual(unseen, [], 'have no focus that can be seen');
  assert.ok(!names.includes(''), `have a name: ${names.join(', ')}`);
  return names;
}

/**
 * Waits for a notification with a text; returns all of its text. The test driver suppresses toasts, so the list is opened, and
 * opened again, because it closes when it is empty.
 */
export async function notification(text: string): Promise<string> {
  for (let attempt = 0; attempt < 15; attempt++) {
    await vscode.commands.executeCommand('notifications.showList');
    const found = await ui('notification', text);
    if (found !== null) return found;
  }
  await ui('screenshot', 'failed-notification');
  throw new Error(`No notification says "${text}".`);
}

/** Clicks a button of the notification with a text. */
export async function clickInNotification(text: string, button: string): Promise<void> {
  await notification(text);
  await ui('clickInNotification', `${text}|${button}`);
}
