/**
 * The one door to @vscode/webview-ui-toolkit, which is no longer maintained: should it ever have to go, only this file changes.
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());

/** A button that looks like VS Code's own. */
export function button(
  text: string,
  appearance: 'primary' | 'secondary' | 'icon',
  onClick: () => void,
): HTMLElement {
  const element = document.createElement('vscode-button');
  element.setAttribute('appearance', appearance);
  element.textContent = text;
  element.addEventListener('click', onClick);
  return element;
}

/** A ring that turns while something is on its way. */
export function progressRing(label: string): HTMLElement {
  const element = document.createElement('vscode-progress-ring');
  element.setAttribute('aria-label', label);
  return element;
}
