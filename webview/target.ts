import type { TargetFacts } from '../src/protocol/analysis';
import { keyed, make, rebuild } from './dom';
import { takeDrops } from './drop';
import { plainNumber, shortClock } from './format';
import { change, isUnreadable, model } from './model';
import { command, send } from './panelHost';
import { Section } from './section';
import { t } from './texts';
import { button, iconButton } from './toolkit';

/** The video: its facts, and where the result goes. */
export class Target {
  private readonly section = new Section(
    'target',
    t('Target'),
    keyed(
      'choose',
      button(t('Choose…'), 'secondary', () => send({ type: 'pick', what: 'target' })),
    ),
  );
  readonly element = this.section.element;

  constructor() {
    takeDrops(this.element, 'target');
  }

  update(): void {
    const { target = '', output = '', ownOutput = false } = model.job ?? {};
    if (target === '') {
      rebuild(
        this.section.body,
        make(
          'div',
          { class: 'place' },
          make('p', {}, t('In which video or picture? Choose a file, or drop it here.')),
        ),
      );
      return;
    }
    rebuild(
      this.section.body,
      make('div', { class: 'name', title: target }, target.split('/').at(-1) ?? target),
      ...(isUnreadable() ? trouble(model.analysis.message) : [factsLine(model.analysis.facts)]),
      make(
        'div',
        { class: 'output' },
        make('span', { class: 'quiet' }, t('Result')),
        make('span', { class: 'name', title: output }, output === '' ? '–' : output),
        keyed(
          'output',
          button(t('Change…'), 'secondary', () => send({ type: 'pick', what: 'output' })),
        ),
        ...(ownOutput
          ? [
              keyed(
                'own name',
                iconButton('reset', t('Name the result after source and target'), () =>
                  change({ path: ['output'] }),
                ),
              ),
            ]
          : []),
      ),
    );
  }
}

/** What is wrong with the file; somebody may have mended it meanwhile. */
function trouble(message: string): HTMLElement[] {
  const again = button(t('Try Again'), 'secondary', () => command('analyse'));
  return [
    make('p', { class: 'trouble', role: 'alert' }, message),
    make('div', { class: 'row' }, keyed('again', again)),
  ];
}

/** `1280 × 720 · 0:36 · 25 fps · h264 · aac`. */
function factsLine(facts: TargetFacts | undefined): HTMLElement {
  if (!facts) return make('div', { class: 'quiet' }, t('Looking at the file…'));
  const isVideo = facts.kind === 'video';
  const audio = facts.audio.length > 0 ? t('{0} sound', facts.audio.join(', ')) : t('no sound');
  const parts = [
    `${facts.width} × ${facts.height}`,
    ...(isVideo ? [shortClock(facts.durationSeconds), t('{0} fps', plainNumber(facts.fps))] : []),
    facts.codec,
    ...(isVideo ? [audio] : []),
  ];
  return make('div', { class: 'facts' }, ...parts.map((part) => make('span', {}, part)));
}
