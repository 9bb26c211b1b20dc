/**
 * The one door to @vscode/webview-ui-toolkit, which is no longer maintained: should it ever have to go, only this file changes.
 */
import {
  Checkbox,
  ProgressRing,
  provideVSCodeDesignSystem,
  TextField,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { icon, type IconName } from './icons';

// These name themselves anew whenever they are put into a page, a ring as an alert; what we have said of them counts.
const said = ['aria-label', 'aria-live', 'role'] as const;
for (const { prototype } of [Checkbox, ProgressRing, TextField]) {
  const connect = Reflect.get<typeof prototype, 'connectedCallback'>(prototype, 'connectedCallback');
  prototype.connectedCallback = function (this: HTMLElement): void {
    const values = said.map((name) => this.getAttribute(name));
    connect.call(this);
    values.forEach((value, i) => {
      if (value !== null) this.setAttribute(said[i], value);
    });
  };
}

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

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

/** A button with a sign in place of words, and words for those who hear it. */
export function iconButton(name: IconName, label: string, onClick: () => void): HTMLElement {
  const element = button('', 'icon', onClick);
  element.append(icon(name));
  element.setAttribute('aria-label', label);
  element.title = label;
  return element;
}

/** Turns any button of this file off and on. */
export function setDisabled(element: HTMLElement, isDisabled: boolean): void {
  element.toggleAttribute('disabled', isDisabled);
}

/** A ring that turns while something is on its way. */
export function progressRing(label: string): HTMLElement {
  const element = document.createElement('vscode-progress-ring');
  element.setAttribute('aria-label', label);
  element.setAttribute('aria-live', 'off');
  element.setAttribute('role', 'progressbar');
  return element;
}

/** `name` tells those who hear it more than the words beside the box. */
export function checkbox(
  label: string,
  isChecked: boolean,
  onChange: (isChecked: boolean) => void,
  name = label,
): HTMLElement {
  const element = document.createElement('vscode-checkbox') as HTMLElement & { checked: boolean };
  element.textContent = label;
  element.setAttribute('aria-label', name);
  element.toggleAttribute('checked', isChecked);
  // It also tells of the state that it starts with.
  element.addEventListener('change', () => {
    if (element.checked !== isChecked) onChange(element.checked);
  });
  return element;
}

export interface Choice {
  value: string;
  text: string;
}

/** A list that unfolds. `label` names it for those who hear it: a `label` element does not reach inside. */
export function dropdown(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const element = document.createElement('vscode-dropdown') as HTMLElement & { value: string };
  element.setAttribute('aria-label', label);
  for (const choice of choices) {
    const option = document.createElement('vscode-option');
    option.setAttribute('value', choice.value);
    option.toggleAttribute('selected', choice.value === value);
    option.textContent = choice.text;
    element.append(option);
  }
  element.addEventListener('change', () => {
    if (element.value !== value) onChange(element.value);
  });
  return element;
}

/** A field for text or a number; tells what is in it when it is left or Enter is pressed. */
export function textField(label: string, value: string, onChange: (value: string) => void): HTMLElement {
  const element = document.createElement('vscode-text-field') as HTMLElement & { value: string };
  element.setAttribute('aria-label', label);
  element.setAttribute('value', value);
  element.addEventListener('change', () => {
    if (element.value !== value) onChange(element.value);
  });
  return element;
}
