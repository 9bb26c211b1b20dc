import './page.css';
import './jobPanel.css';
import './cards.css';
import type { HostMessage } from '../src/protocol/panel';
import { make } from './dom';
import { takePastes } from './drop';
import { Header } from './header';
import { model } from './model';
import { command, firstMessages, keep, onMessage, send, view } from './panelHost';
import { People } from './people';
import { PreviewPane } from './preview';
import { Run } from './run';
import { said, say } from './said';
import { Settings } from './settings';
import { Sources } from './sources';
import { Target } from './target';
import { t } from './texts';
import { button } from './toolkit';

const header = new Header();
const preview = new PreviewPane();
const jump = (frame: number): void => {
  preview.seek(frame);
  preview.element.scrollIntoView({ block: 'nearest' });
};
const sources = new Sources();
const target = new Target();
const people = new People(jump);
const settings = new Settings();
const run = new Run(jump);

/** What has just happened, for those who hear the page. */
const news = make('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
const content = make(
  'main',
  {},
  make(
    'div',
    { class: 'columns' },
    make('div', { class: 'column' }, sources.element, target.element, people.element),
    make('div', { class: 'column wide' }, preview.element, run.element),
  ),
  settings.element,
);
const brokenText = make('p');
const broken = make(
  'main',
  { class: 'broken', role: 'alert' },
  brokenText,
  button(t('Open as Text'), 'primary', () => command('openAsText')),
);

let spokenState = '';
/** Says stages and quarters, not every frame. */
function speakOfRun(): void {
  const { run: current } = model;
  if (!current) return;
  const quarter = Math.floor(current.percent / 25) * 25;
  const state = `${current.state} ${current.stage} ${quarter}`;
  if (state === spokenState) return;
  spokenState = state;
  const words = { waiting: t('waiting'), running: current.stage, paused: t('paused') };
  const over = { done: t('Done'), failed: current.message, cancelled: t('Cancelled') };
  const text = { ...words, ...over }[current.state];
  news.textContent = current.state === 'running' && quarter > 0 ? t('{0}, {1} %', text, quarter) : text;
}

/** Takes in what the page as a whole is about; false for everything else, and for what it knows already. */
function learn(message: HostMessage): boolean {
  switch (message.type) {
    case 'job': {
      const isNew = !isSame(model.job, message.job);
      model.job = message.job;
      broken.hidden = true;
      content.hidden = false;
      return isNew;
    }
    case 'broken':
      model.job = undefined;
      brokenText.textContent = message.message;
      broken.hidden = false;
      content.hidden = true;
      return true;
    case 'settings': {
      const isNew = !isSame(model.fields, message.fields);
      model.fields = message.fields;
      return isNew;
    }
    default:
      return false;
  }
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function receive(message: HostMessage): void {
  if (learn(message)) {
    say('');
    updateAll();
    return;
  }
  switch (message.type) {
    case 'photo': {
      const { report, problem } = message;
      model.photos.set(message.photo, {
        ...(report && { report }),
        ...(problem !== undefined && { problem }),
      });
      sources.update();
      return;
    }
    case 'analysis':
      model.analysis = message;
      target.update();
      people.update();
      preview.update();
      return;
    case 'preview':
      void preview.show(message);
      return;
    case 'previewFailed':
      preview.fail(message.id, message.message);
      return;
    case 'run': {
      const before = model.run?.state;
      const isNews = before !== message.run?.state;
      model.run = message.run;
      run.update();
      header.update();
      speakOfRun();
      if (isNews) preview.update();
      if (isNews && hasHeardOfRun) showRun();
      hasHeardOfRun = true;
      return;
    }
    case 'live':
      run.showLive(message.jpeg);
      return;
    case 'jump':
      jump(message.frame);
      return;
    case 'said':
      say(message.text);
  }
}

function updateAll(): void {
  for (const part of [header, sources, target, people, preview, settings, run]) part.update();
  restoreScroll();
}

/** What the page was opened with is no news. */
let hasHeardOfRun = false;
/** A job that starts or ends below the edge of the window is brought into sight, unless somebody is at work elsewhere on the page. */
function showRun(): void {
  if (content.contains(document.activeElement)) return;
  const isOver = model.run?.state === 'done' || model.run?.state === 'failed';
  if (isOver || model.run?.state === 'running')
    run.element.scrollIntoView({ block: isOver ? 'start' : 'nearest' });
}

let hasScrolled = false;
/** Once, when everything that has a height is there. */
function restoreScroll(): void {
  if (hasScrolled || !model.job) return;
  hasScrolled = true;
  requestAnimationFrame(() => {
    window.scrollTo(0, view.scroll);
    window.addEventListener('scroll', () => keep({ scroll: window.scrollY }), { passive: true });
  });
}

broken.hidden = true;
for (const message of firstMessages()) {
  learn(message);
  if (message.type === 'run') model.run = message.run;
}
document.body.append(header.element, said, content, broken, news);
updateAll();
takePastes();
onMessage(receive);
send({ type: 'ready' });
