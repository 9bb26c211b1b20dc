import * as vscode from 'vscode';
import type { Translate } from '../protocol/translate';

/** Texts in VS Code's display language. The output channel stays English: people send it to other people. */
export const t: Translate = (text, ...args) => vscode.l10n.t(text, ...args);

/** Attributes of a page's `html` element: the language, and the texts that the page's own `t` looks up. */
export function pageTexts(): string {
  const texts = JSON.stringify(vscode.l10n.bundle ?? {});
  return `lang="${escaped(vscode.env.language)}" data-texts="${escaped(texts)}"`;
}

/** A text as the value of an attribute in HTML. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
