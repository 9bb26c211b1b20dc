import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { escaped, pageTexts } from '../texts';

/**
 * The page of a webview: nothing from the network, no script or style but our own two files, media only from the folders that
 * the webview may read. Script and style stand in the page: files beside it would go through VS Code's service worker and the window
 * before anything can be drawn, which takes longest when the machine has much to do.
 * @param name of the bundle in dist/webview
 * @param title in the reader's language
 * @param first what the page is to show at once, before it has asked for anything
 */
export function webviewPage(
  webview: vscode.Webview,
  extension: vscode.Uri,
  name: string,
  title: string,
  first: readonly unknown[] = [],
): string {
  const nonce = randomBytes(16).toString('base64');
  const text = (ending: string): string =>
    readFileSync(vscode.Uri.joinPath(extension, 'dist', 'webview', `${name}.${ending}`).fsPath, 'utf8');
  const policy = [
    `default-src 'none'`,
    `img-src data:`,
    `media-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html ${pageTexts()} data-page="${nonce}" data-first="${escaped(JSON.stringify(first))}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <style nonce="${nonce}">${text('css')}</style>
    <title>${title}</title>
  </head>
  <body>
    <script nonce="${nonce}">${text('js')}</script>
  </body>
</html>`;
}
