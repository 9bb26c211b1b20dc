import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { escaped, pageTexts } from '../texts';

/**
 * The page of a webview: nothing from the network, no script or style but our own two files, media only from the folders that
 * the webview may read. Nothing is inline: what the policy lets run is files of the extension.
 * @param name of the bundle in dist/webview
 * @param title in the reader's language
 * @param first what the page is to show at once, before it has asked for anything
 */
export function webviewPage(
  webview: vscode.Webview,
  files: vscode.Uri,
  name: string,
  title: string,
  first: readonly unknown[] = [],
): string {
  const nonce = randomBytes(16).toString('base64');
  const file = (ending: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(files, `${name}.${ending}`)).toString();
  const policy = [
    `default-src 'none'`,
    `img-src data:`,
    `media-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html ${pageTexts()} data-page="${nonce}" data-first="${escaped(JSON.stringify(first))}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${file('css')}" />
    <title>${title}</title>
  </head>
  <body>
    <script nonce="${nonce}" src="${file('js')}"></script>
  </body>
</html>`;
}

export const webviewFiles = (extension: vscode.Uri): vscode.Uri =>
  vscode.Uri.joinPath(extension, 'dist', 'webview');
