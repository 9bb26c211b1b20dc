import * as vscode from 'vscode';

/** What a keybinding, a task or another extension may pass to `faceSwap.swap` instead of clicking: absolute paths. */
export interface SwapRequest {
  sources: string[];
  target: string;
  output?: string;
}

export function isSwapRequest(value: unknown): value is SwapRequest {
  if (typeof value !== 'object' || value === null || value instanceof vscode.Uri) return false;
  const { sources, target, output } = value as Record<string, unknown>;
  return (
    Array.isArray(sources) &&
    sources.length > 0 &&
    sources.every((source) => typeof source === 'string') &&
    typeof target === 'string' &&
    (output === undefined || typeof output === 'string')
  );
}

/** Paths of the files a context menu was opened on: VS Code passes the clicked one and all selected ones. */
export function clickedFiles(clicked: unknown, selected: unknown): string[] {
  const all = Array.isArray(selected) && selected.length > 0 ? (selected as unknown[]) : [clicked];
  return all.filter((file) => file instanceof vscode.Uri && file.scheme === 'file').map(pathOf);
}

/** Paths of what is dropped. The Explorer of a remote window hands over addresses of that machine, which is where this host runs. */
export function droppedFiles(uris: readonly string[]): string[] {
  return uris
    .map((uri) => vscode.Uri.parse(uri))
    .filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote')
    .map((uri) => uri.with({ scheme: 'file', authority: '' }).fsPath);
}

const pathOf = (file: unknown): string => (file as vscode.Uri).fsPath;
