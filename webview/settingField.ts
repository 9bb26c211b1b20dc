import type { Json } from '../src/protocol/check';
import { isList, isText } from '../src/protocol/check';
import type { SettingField } from '../src/protocol/panel';
import { keyed, make } from './dom';
import { send } from './panelHost';
import { t } from './texts';
import { button, checkbox, dropdown, iconButton, setDisabled, textField } from './toolkit';

/** `outputVideoQuality` → `Output Video Quality`, as VS Code's own settings editor writes names. */
export function titleOf(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('.', ': ');
  return words.replace(
    /(^|[\s:] ?)([a-z])/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  );
}

/** One setting with its text, its control, and the way back to what it was; `value` is undefined where the job has none of its own. */
export function settingRow(
  field: SettingField,
  value: Json | undefined,
  onChange: (value: Json | undefined) => void,
): HTMLElement {
  const title = titleOf(field.name);
  const reset = keyed(
    `reset ${field.name}`,
    iconButton('reset', t('Reset {0}', title), () => onChange(undefined)),
  );
  reset.classList.toggle('unseen', value === undefined);
  setDisabled(reset, value === undefined);
  const control = controlFor(field, title, value ?? field.inherited, onChange);
  return make(
    'div',
    { class: value === undefined ? 'setting' : 'setting own' },
    make('div', { class: 'setting-head' }, make('span', { class: 'name' }, title), reset),
    make('div', { class: 'quiet' }, field.description),
    control,
    ...(field.cost === undefined ? [] : [make('div', { class: 'cost' }, field.cost)]),
  );
}

function controlFor(
  field: SettingField,
  title: string,
  value: Json,
  onChange: (value: Json) => void,
): HTMLElement {
  const key = `setting ${field.name}`;
  switch (field.kind) {
    case 'flag':
      return keyed(key, checkbox(t('On'), value === true, onChange, `${title}: ${t('On')}`));
    case 'one':
      return choice(field, title, textOf(value), onChange);
    case 'list':
      return orderedList(field, title, isList(isText)(value) ? value : [], onChange);
    case 'number':
    case 'whole':
      return keyed(key, numberField(field, title, value, onChange));
    case 'numbers':
      return keyed(key, numbersField(title, value, onChange));
    case 'model':
      return modelChoice(field, title, textOf(value), onChange);
    case 'text':
      return keyed(key, textField(title, textOf(value), onChange));
  }
}

function choice(
  field: SettingField,
  title: string,
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const choices = field.options.map((option) => ({ value: option.value, text: option.value }));
  const explained = field.options.find((option) => option.value === value)?.description ?? '';
  return make(
    'div',
    {},
    keyed(`setting ${field.name}`, dropdown(title, choices, value, onChange)),
    ...(explained === '' ? [] : [make('div', { class: 'quiet' }, explained)]),
  );
}

const otherFile = 'other file';

/** A model by its id, those that are there first, or a file; with what the chosen one is, and the way to one that is not there. */
function modelChoice(
  { name, options }: SettingField,
  title: string,
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const chosen = options.find((option) => option.value === value);
  const choices = options.map(({ value: id, text = id, missing }) => ({
    value: id,
    text: missing ? t('{0} (not installed)', text) : text,
  }));
  const own = chosen ? [] : [{ value, text: value.split(/[\\/]/).at(-1) ?? value }];
  const another = { value: otherFile, text: t('Another file…') };
  const list = dropdown(title, [...choices, ...own, another], value, (picked) => {
    if (picked !== otherFile) {
      onChange(picked);
      return;
    }
    (list as HTMLElement & { value: string }).value = value;
    send({ type: 'pickModel', setting: name });
  });
  const get = (): HTMLElement =>
    keyed(
      `get ${name}`,
      button(t('Get {0}', value), 'secondary', () => send({ type: 'getModel', id: value })),
    );
  return make(
    'div',
    { class: 'model' },
    keyed(`setting ${name}`, list),
    ...(chosen ? [make('div', { class: 'quiet' }, chosen.description)] : []),
    ...(chosen?.missing ? [make('div', { class: 'trouble' }, t('Not installed yet.')), get()] : []),
  );
}

/** Values in the order of their use: those that are chosen first, each of which can be moved or taken out. */
function orderedList(
  field: SettingField,
  title: string,
  chosen: readonly string[],
  onChange: (value: string[]) => void,
): HTMLElement {
  const rest = field.options.map(({ value }) => value).filter((value) => !chosen.includes(value));
  const items = [...chosen, ...rest].map((value, i) => {
    const isChosen = i < chosen.length;
    const choose = (isOn: boolean): void =>
      onChange(isOn ? [...chosen, value] : chosen.filter((other) => other !== value));
    const box = checkbox(value, isChosen, choose, `${title}: ${value}`);
    // A list must not be empty.
    setDisabled(box, isChosen && chosen.length === 1);
    const swapWith = (j: number) => () => onChange(chosen.with(i, chosen[j]).with(j, value));
    const up = iconButton('up', t('Move {0} up', value), swapWith(i - 1));
    const down = iconButton('down', t('Move {0} down', value), swapWith(i + 1));
    setDisabled(up, !isChosen || i === 0);
    setDisabled(down, !isChosen || i === chosen.length - 1);
    const explained = field.options.find((option) => option.value === value)?.description ?? '';
    const item = make(
      'li',
      { class: 'row' },
      keyed(`${field.name} ${value}`, box),
      ...(field.options.length > 1
        ? [keyed(`${field.name} ${value} up`, up), keyed(`${field.name} ${value} down`, down)]
        : []),
    );
    item.title = explained;
    return item;
  });
  return make('ul', { class: 'plain ordered', 'aria-label': title }, ...items);
}

function numberField(
  field: SettingField,
  title: string,
  value: Json,
  onChange: (value: number) => void,
): HTMLElement {
  const { minimum, maximum, kind } = field;
  const isWhole = kind === 'whole';
  const accept = (number: number): void => {
    if (!Number.isFinite(number)) return;
    const bounded = Math.min(maximum ?? Infinity, Math.max(minimum ?? -Infinity, number));
    onChange(isWhole ? Math.round(bounded) : bounded);
  };
  const isRange = minimum !== undefined && maximum !== undefined && maximum - minimum <= 100;
  if (!isRange) return textField(title, textOf(value), (text) => accept(Number(text)));
  const range = make('input', {
    type: 'range',
    min: String(minimum),
    max: String(maximum),
    step: isWhole ? '1' : '0.05',
    value: textOf(value),
    'aria-label': title,
  });
  const shown = make('output', { class: 'value' }, textOf(value));
  range.addEventListener('input', () => (shown.textContent = range.value));
  range.addEventListener('change', () => accept(range.valueAsNumber));
  return make('div', { class: 'row range' }, range, shown);
}

/** Several numbers in one field, separated by commas. */
function numbersField(title: string, value: Json, onChange: (value: number[]) => void): HTMLElement {
  const text = Array.isArray(value) ? value.map(textOf).join(', ') : '';
  return textField(title, text, (entered) => {
    const numbers = entered
      .split(/[\s,;]+/)
      .filter((part) => part !== '')
      .map(Number);
    if (Array.isArray(value) && numbers.length === value.length && numbers.every(Number.isFinite))
      onChange(numbers);
  });
}

const textOf = (value: Json): string => (typeof value === 'object' ? '' : String(value));
