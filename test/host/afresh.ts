import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { inWorkspace, workspaceFiles } from './surroundings';
import { hasUi, ui } from './ui';

/** Puts away what the first try of a test has left behind: jobs, menus, dialogs, and files that were not there before it. */
export async function beginAfresh(filesBefore: readonly string[]): Promise<void> {
  await vscode.commands.executeCommand('faceSwap.cancel', 'all');
  if (hasUi) await ui('statusBarIsHidden');
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  await vscode.commands.executeCommand('notifications.clearAll');
  if (hasUi) await ui('keys', 'Escape');
  const left = workspaceFiles().filter((name) => !filesBefore.includes(name));
  for (const name of left) rmSync(inWorkspace(name), { recursive: true, force: true });
}
