import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { uiActions, UiActionName } from '../support/uiActions';
import { eventually } from './waiting';

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
export const notification = (text: string): Promise<string> =>
  eventually(async () => {
    await vscode.commands.executeCommand('notifications.showList');
    const found = await ui('notification', text);
    if (found === null) assert.fail(`No notification says “${text}”, but ${await ui('allNotifications')}`);
    return found;
  });

/** Waits until the window answers with this, or with a text like this. */
export const becomes = <A extends UiActionName>(
  action: A,
  argument: string,
  expected: Answer<A> | RegExp,
): Promise<void> =>
  eventually(async () => {
    const seen = await ui(action, argument);
    if (expected instanceof RegExp) assert.match(seen as string, expected);
    else assert.deepEqual(seen, expected);
  });

/** Waits until the row of a view with a text is read out like this: `view|text`. */
export const rowSays = (row: string, how: RegExp): Promise<void> =>
  eventually(async () => assert.match((await ui('viewRow', row)).spoken, how));

/** Clicks a button of the notification with a text. */
export async function clickInNotification(text: string, button: string): Promise<void> {
  await notification(text);
  await ui('clickInNotification', `${text}|${button}`);
}
