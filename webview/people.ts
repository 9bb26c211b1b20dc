import type { JobSource } from '../src/protocol/jobFile';
import { photoName, sameSources } from '../src/protocol/jobSources';
import { keyed, make, rebuild } from './dom';
import { takeDrops } from './drop';
import { durationText, shortClock } from './format';
import { change, groups, isUnreadable, model, secondsOf } from './model';
import { command, send } from './panelHost';
import { assigned, framesSeen, merged, named, split, toPeople, type Group } from './peopleModel';
import { Section } from './section';
import { t } from './texts';
import { button, checkbox, dropdown, setDisabled, textField, type Choice } from './toolkit';

const leave = 'leave';
const everybody = 'everybody';
const another = 'another';

/** Who is seen in the target, and whose face each of them gets. */
export class People {
  private readonly section = new Section('people', t('People'));
  readonly element = this.section.element;
  /** Whose appearances are unfolded to be split, and which of them are marked. */
  private splitting: { index: number; marked: Set<number> } | undefined;

  /** @param onJump shows a frame */
  constructor(private readonly onJump: (frame: number) => void) {}

  update(): void {
    const { job, analysis } = model;
    this.element.hidden = job === undefined || job.target === '' || isUnreadable();
    const all = groups();
    this.section.remark = remark(all.length);
    const status = looking();
    const reset = (job?.people.length ?? 0) > 0 ? [this.resetButton()] : [];
    const cards = all.map((group, i) => this.card(all, group, i));
    const list = cards.length > 0 ? [make('ul', { class: 'cards' }, ...cards)] : [];
    const nobody =
      analysis.state === 'done' && all.length === 0
        ? [make('p', { class: 'quiet' }, t('Nobody was found in this target.'))]
        : [];
    rebuild(this.section.body, ...status, ...nobody, ...list, ...reset);
  }

  private set(all: readonly Group[]): void {
    this.splitting = undefined;
    change({ path: ['people'], value: toPeople(all).map((person) => ({ ...person })) as never });
  }

  private resetButton(): HTMLElement {
    const reset = button(t('Forget Assignments'), 'secondary', () => change({ path: ['people'] }));
    return make('div', { class: 'row' }, keyed('forget', reset));
  }

  private card(all: readonly Group[], group: Group, i: number): HTMLElement {
    const title = titleOf(group, i);
    const seen = framesSeen(group.tracks);
    const first = group.tracks.at(0);
    const card = make(
      'li',
      { class: 'card person' },
      make(
        'button',
        { class: 'thumbs', 'aria-label': t('Show {0} in the preview', title), 'data-key': `show ${i}` },
        ...(group.thumbnails.length > 0
          ? group.thumbnails
              .slice(0, 4)
              .map((jpeg) => make('img', { class: 'thumb', alt: '', src: `data:image/jpeg;base64,${jpeg}` }))
          : [make('span', { class: 'thumb empty' })]),
      ),
      make(
        'div',
        { class: 'words' },
        keyed(
          `name ${i}`,
          textField(t('Name of {0}', title), title, (name) =>
            this.set(named(all, i, name === defaultTitle(i) ? '' : name.trim())),
          ),
        ),
        make(
          'div',
          { class: 'quiet' },
          seen === 0 || first === undefined
            ? t('not seen yet')
            : group.tracks.length === 1
              ? t('{0} from {1}', durationText(secondsOf(seen)), shortClock(secondsOf(first.span[0])))
              : t('{0} in {1} appearances', durationText(secondsOf(seen)), group.tracks.length),
        ),
        keyed(`source ${i}`, this.assignment(all, group, i)),
        this.actions(all, group, i),
      ),
    );
    card.querySelector('button')?.addEventListener('click', () => this.onJump(group.faces[0]?.frame ?? 0));
    if (this.splitting?.index === i) card.append(this.splitList(all, group, this.splitting.marked));
    if ((model.job?.people.length ?? 0) > i) takeDrops(card, 'source', { person: i });
    return card;
  }

  private assignment(all: readonly Group[], group: Group, i: number): HTMLElement {
    const pool = photoPool();
    const general = model.job?.sources ?? [];
    const value = valueOf(group.sources, general);
    const own =
      group.sources.length > 1 && value === 'own' ? [{ value: 'own', text: namesOf(group.sources) }] : [];
    const choices: Choice[] = [
      { value: leave, text: t('Leave as is') },
      ...(general.length > 0 ? [{ value: everybody, text: t('Source: {0}', namesOf(general)) }] : []),
      ...own,
      ...pool
        .filter((source) => !sameSources([source], general))
        .map((source) => ({ value: JSON.stringify(source), text: namesOf([source]) })),
      { value: another, text: t('Choose photo…') },
    ];
    return dropdown(t('Face for {0}', titleOf(group, i)), choices, value, (choice) => {
      if (choice === another) {
        // The photo is added to the person in the file, who therefore has to be in it.
        if ((model.job?.people.length ?? 0) <= i) this.set(assigned(all, i, []));
        send({ type: 'pick', what: 'source', person: i });
        this.update();
        return;
      }
      this.set(assigned(all, i, sourcesOf(choice, general)));
    });
  }

  private actions(all: readonly Group[], group: Group, i: number): HTMLElement {
    const others = all.flatMap((other, j) =>
      j === i ? [] : [{ value: String(j), text: titleOf(other, j) }],
    );
    const row = make('div', { class: 'row' });
    if (others.length > 0) {
      const merge = dropdown(
        t('Merge {0} with', titleOf(group, i)),
        [{ value: '', text: t('Merge with…') }, ...others],
        '',
        (other) => this.set(merged(all, i, Number(other))),
      );
      merge.classList.add('small');
      row.append(keyed(`merge ${i}`, merge));
    }
    if (group.tracks.length > 1) {
      const isOpen = this.splitting?.index === i;
      const toggle = button(t('Split…'), 'secondary', () => {
        this.splitting = isOpen ? undefined : { index: i, marked: new Set() };
        this.update();
      });
      toggle.setAttribute('aria-expanded', String(isOpen));
      row.append(keyed(`split ${i}`, toggle));
    }
    return row;
  }

  private splitList(all: readonly Group[], group: Group, marked: Set<number>): HTMLElement {
    const apply = keyed(
      'apply split',
      button(t('Make Another Person'), 'primary', () =>
        this.set(split(all, this.splitting?.index ?? 0, marked)),
      ),
    );
    const refresh = (): void => setDisabled(apply, marked.size === 0 || marked.size === group.tracks.length);
    refresh();
    const entries = group.tracks.map(({ id, span: [first, last], place }) => {
      const range = `${shortClock(secondsOf(first))} – ${shortClock(secondsOf(last))}`;
      const mark = checkbox(range, marked.has(id), (isMarked) => {
        if (isMarked) marked.add(id);
        else marked.delete(id);
        refresh();
      });
      const show = button(t('Show'), 'secondary', () => this.onJump(place.frame));
      show.setAttribute('aria-label', t('Show the appearance at {0}', shortClock(secondsOf(first))));
      return make('li', { class: 'row' }, keyed(`mark ${id}`, mark), keyed(`appearance ${id}`, show));
    });
    return make(
      'div',
      { class: 'split' },
      make('p', { class: 'quiet' }, t('Mark the appearances that show somebody else.')),
      make('ul', { class: 'plain' }, ...entries),
      apply,
    );
  }
}

const defaultTitle = (i: number): string => t('Person {0}', i + 1);
const titleOf = ({ name }: Group, i: number): string => (name === '' ? defaultTitle(i) : name);

const remark = (count: number): string => (count === 0 ? '' : String(count));

/** What the search for people is doing. */
function looking(): HTMLElement[] {
  const { state, done, message, withoutGpu } = model.analysis;
  if (state === 'running') {
    const bar = make('progress', { max: '1', value: String(done), 'aria-label': t('Looking for people') });
    const stop = keyed(
      'stop',
      button(t('Stop'), 'secondary', () => command('stopAnalysis')),
    );
    const percent = make('span', { class: 'quiet' }, t('Looking for people, {0} %', Math.floor(done * 100)));
    const left = withoutGpu
      ? [make('p', { class: 'quiet' }, t('While a job runs, people are looked for without the GPU.'))]
      : [];
    return [make('div', { class: 'looking' }, percent, stop, bar), ...left];
  }
  if (state === 'done') return [];
  const again = keyed(
    'look',
    button(t('Find People'), 'secondary', () => command('analyse')),
  );
  const trouble = message === '' ? [] : [make('p', { class: 'trouble', role: 'alert' }, message)];
  return [...trouble, make('div', { class: 'row' }, again)];
}

/** Every photo of the job once. */
function photoPool(): JobSource[] {
  const all = [...(model.job?.sources ?? []), ...(model.job?.people ?? []).flatMap(({ sources }) => sources)];
  return [...new Map(all.map((source) => [JSON.stringify(source), source])).values()];
}

function valueOf(sources: readonly JobSource[], general: readonly JobSource[]): string {
  if (sources.length === 0) return leave;
  if (sameSources(sources, general)) return everybody;
  return sources.length === 1 ? JSON.stringify(sources[0]) : 'own';
}

function sourcesOf(choice: string, general: readonly JobSource[]): JobSource[] {
  if (choice === leave) return [];
  return choice === everybody ? [...general] : [JSON.parse(choice) as JobSource];
}

function namesOf(sources: readonly JobSource[]): string {
  const name = (source: JobSource): string => {
    const base = photoName(source).split('/').at(-1) ?? '';
    return typeof source === 'string' ? base : t('{0}, face {1}', base, source.face + 1);
  };
  return sources.map(name).join(', ');
}
