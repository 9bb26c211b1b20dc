import './page.css';
import './verify.css';
import { parseHostToVerify, type VerifyToHost, type VerifyView } from '../src/protocol/verifyPanel';
import { make } from './dom';
import { icon } from './icons';
import { traceChart } from './traceChart';
import { t } from './texts';
import { button, progressRing, setDisabled } from './toolkit';
import { vscode } from './vscodeApi';

const send = (type: VerifyToHost['type']): void => vscode.postMessage({ type });

const headline = make('h1');
const copy = button(t('Copy for a Bug Report'), 'primary', () => send('copy'));
const again = button(t('Verify Again'), 'secondary', () => send('again'));
const ring = progressRing(t('Trying the networks'));
const line = make('p', { class: 'quiet', role: 'status' });
const report = make('main');
document.body.append(
  make('header', {}, headline, copy, again),
  make('div', { class: 'busy' }, ring, line),
  report,
);

function busy(text: string): void {
  headline.textContent = t('Verify GPU Setup');
  headline.className = '';
  ring.hidden = false;
  line.textContent = text;
  setDisabled(copy, true);
  setDisabled(again, true);
  report.replaceChildren();
}

function rest(words: string): void {
  ring.hidden = true;
  line.textContent = words;
  setDisabled(again, false);
}

const marks = { good: 'check', warning: 'warning', bad: 'close', plain: 'dot' } as const;
const outcomes = { wanted: 'good', fallback: 'warning', unusable: 'bad' } as const;
const spoken = { good: t('Good'), warning: t('Warning'), bad: t('Bad'), plain: '' };

function sectionOf({ title, rows, table }: VerifyView['sections'][number]): HTMLElement {
  const items = rows.map(({ mark, text, cure }) =>
    make(
      'li',
      { class: mark },
      make('span', { class: 'mark' }, icon(marks[mark])),
      make(
        'div',
        {},
        ...(spoken[mark] === '' ? [] : [make('span', { class: 'spoken' }, `${spoken[mark]}: `)]),
        text,
        ...(cure === undefined ? [] : [make('p', { class: 'cure' }, cure)]),
      ),
    ),
  );
  return make(
    'section',
    {},
    make('h2', {}, title),
    ...(items.length > 0 ? [make('ul', {}, ...items)] : []),
    ...(table ? [tableOf(title, table)] : []),
  );
}

function tableOf(
  title: string,
  { head, rows }: NonNullable<VerifyView['sections'][number]['table']>,
): HTMLElement {
  const headRow = make('tr', {}, ...head.map((text) => make('th', { scope: 'col' }, text)));
  const body = rows.map(([first, ...others]) =>
    make('tr', {}, make('th', { scope: 'row' }, first), ...others.map((text) => make('td', {}, text))),
  );
  const table = make(
    'table',
    { 'aria-label': title },
    make('thead', {}, headRow),
    make('tbody', {}, ...body),
  );
  // Narrow panels scroll the table, and not the page.
  return make('div', { class: 'scrolls', tabindex: '0', role: 'region', 'aria-label': title }, table);
}

function show({ outcome, headline: text, sections, trace }: VerifyView): void {
  rest('');
  const mark = outcomes[outcome];
  headline.className = mark;
  headline.replaceChildren(make('span', { class: 'mark' }, icon(marks[mark])), text);
  setDisabled(copy, false);
  report.replaceChildren(...sections.map(sectionOf), ...(trace ? [traceChart(trace)] : []));
}

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = parseHostToVerify(data);
  if (message?.type === 'busy') busy(message.line);
  else if (message?.type === 'show') show(message.view);
  else if (message?.type === 'copied') line.textContent = t('Copied.');
  else if (message?.type === 'failed') rest(message.message);
});
send('ready');
