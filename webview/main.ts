import './page.css';
import './main.css';
import type { HostToPanel } from '../src/protocol/comparePanel';
import { BeforeAfter } from './divider';
import { make } from './dom';
import { loadState, onMessage, saveState, send } from './host';
import { t } from './texts';
import { Timeline } from './timeline';
import { button, progressRing } from './toolkit';

const state = loadState();
const pictures = new BeforeAfter(state.position, (position) => {
  state.position = position;
  saveState(state);
});
const timeline = new Timeline(seek);
const names = make('h1');
const loading = progressRing(t('Loading the pictures'));
const problem = make('p', { class: 'problem', role: 'alert' });

/** The request under way, and where the slider has gone meanwhile: one request at a time, the latest wish next. */
let pending: number | undefined;
let wished: number | undefined;
let requests = 0;

function seek(seconds: number): void {
  state.seconds = seconds;
  saveState(state);
  wished = seconds;
  requestNext();
}

function requestNext(): void {
  if (pending !== undefined || wished === undefined) return;
  pending = ++requests;
  send({ type: 'stills', id: pending, seconds: wished });
  wished = undefined;
  loading.hidden = false;
}

function settle(): void {
  pending = undefined;
  loading.hidden = true;
  requestNext();
}

async function receive(message: HostToPanel): Promise<void> {
  if (message.type === 'show') {
    const { originalName, resultName, durationSeconds, frameSeconds } = message.videos;
    names.textContent = `${originalName} · ${resultName}`;
    pending = undefined;
    timeline.open(durationSeconds, frameSeconds, state.seconds);
    return;
  }
  problem.textContent = message.type === 'failed' ? message.message : '';
  if (message.type === 'stills' && message.id === pending) {
    const isShown = await pictures.show(message.original, message.result);
    pictures.element.classList.toggle('shown', isShown);
    if (!isShown) problem.textContent = t('The pictures cannot be displayed.');
  }
  settle();
}

timeline.element.hidden = true;
document.body.append(
  make(
    'header',
    {},
    names,
    loading,
    button(t('Open Result'), 'primary', () => send({ type: 'open' })),
    button(t('Reveal'), 'secondary', () => send({ type: 'reveal' })),
  ),
  problem,
  make('main', {}, pictures.element),
  timeline.element,
);
onMessage((message) => void receive(message));
send({ type: 'ready' });
