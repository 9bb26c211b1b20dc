import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { eventually } from './waiting';

export const extension = (): vscode.Extension<unknown> => {
  const found = vscode.extensions.getExtension('face-swap.face-swap');
  if (!found) throw new Error('The extension is not installed.');
  return found;
};

/** Path of a file in the opened folder. */
export function inWorkspace(name: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('No folder is open.');
  return path.join(folder.uri.fsPath, name);
}

export const workspaceFiles = (): string[] => readdirSync(inWorkspace('')).sort();

/** What the output channel "Face Swap" has been told, from all windows of this run. */
export function outputChannel(): string {
  const logs = path.join(process.env['TEST_USER_DATA'] ?? '', 'logs');
  const files = readdirSync(logs, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('Face Swap.log'))
    .map((file) => readFileSync(path.join(logs, file), 'utf8'))
    .join('');
}

/** Waits until the output channel has been told something like this, after so many letters of it. */
export const outputSays = (how: RegExp, after = 0): Promise<string> =>
  eventually(() => {
    const told = outputChannel().slice(after);
    const found = how.exec(told)?.[0];
    if (found === undefined)
      assert.fail(`The output channel does not say ${how}; its end: ${told.slice(-2000)}`);
    return found;
  });

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Living descendants of this extension host, from /proc. */
export function descendants(): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
  const family = new Set([process.pid]);
  const found: Process[] = [];
  for (let grew = true; grew;) {
    const next = all.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    for (const child of next) family.add(child.pid);
    found.push(...next);
    grew = next.length > 0;
  }
  return found;
}

function readProcess(pid: number): Process[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const isZombie = /^State:\s*Z/m.test(status);
    return isZombie ? [] : [{ pid, command, parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]) }];
  } catch {
    // It ended between the two looks.
    return [];
  }
}

export const workers = (): Process[] => descendants().filter(({ command }) => command.includes('worker.js'));

/** Workers that run a job: ffmpeg works for them. Those of panels, for photos and previews, may stay for a while. */
export function workersAtWork(): Process[] {
  const ffmpegs = descendants().filter(({ command }) => /ffmpeg/.test(command));
  return workers().filter(({ pid }) => ffmpegs.some(({ parent }) => parent === pid));
}

/** Waits until nothing of this extension host decodes or encodes any more. */
export const ffmpegsEnd = (): Promise<void> =>
  eventually(() => {
    const commands = descendants().map(({ command }) => command);
    assert.deepEqual(
      commands.filter((command) => command.includes('ffmpeg')),
      [],
    );
  });

/** What is told about a place of a document that somebody points at. */
export async function hoverTexts(uri: vscode.Uri, at: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, at);
  const contents = hovers.flatMap(({ contents }) => contents);
  return contents.map((one) => (one instanceof vscode.MarkdownString ? one.value : '')).join('\n');
}
