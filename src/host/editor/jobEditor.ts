import type * as vscode from 'vscode';
import type { Host } from '../host';
import { JobPanel } from './jobPanel';

/** Opens the panel of a job file; VS Code keeps the document, with undo, saving and hot exit. */
export function openJobEditor(host: Host, document: vscode.TextDocument, webview: vscode.WebviewPanel): void {
  const panel = new JobPanel(host, document, webview);
  webview.onDidDispose(() => panel.dispose());
}
