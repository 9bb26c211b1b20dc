import { providerName } from '../src/protocol/job';
import './run.css';
import type { RunView } from '../src/protocol/panel';
import { keyed, make, rebuild } from './dom';
import { durationText, rateText, sizeText } from './format';
import { model } from './model';
import { command } from './panelHost';
import { Player } from './player';
import { Section } from './section';
import { t } from './texts';
import { button } from './toolkit';
import { vramChart } from './vramChart';

type Result = NonNullable<RunView['result']>;

/** The job while it runs and when it is over. */
export class Run {
  private readonly section = new Section('run', t('Run'));
  readonly element = this.section.element;
  private readonly facts = make('dl', { class: 'figures' });
  private readonly bar = make('progress', { max: '100', 'aria-label': t('Progress') });
  private readonly live = make('img', { class: 'live', alt: t('The frame that was finished last') });
  private readonly chart = make('div');
  private readonly problems = make('div');
  private readonly outcome = make('div', { class: 'outcome' });
  private player: { of: string; element: HTMLElement } | undefined;

  constructor(private readonly onJump: (frame: number) => void) {
    this.live.hidden = true;
    this.section.body.append(
      this.bar,
      make('div', { class: 'progress-row' }, this.live, this.facts),
      this.outcome,
      this.chart,
      this.problems,
    );
  }

  update(): void {
    const { run } = model;
    this.element.hidden = !run;
    if (!run) return;
    this.section.remark = stateText(run);
    this.bar.value = run.percent;
    const isOver = run.state === 'done' || run.state === 'failed' || run.state === 'cancelled';
    this.bar.hidden = isOver;
    this.live.hidden = isOver || this.live.src === '';
    this.facts.replaceChildren(...(isOver ? [] : figures(run)));
    const chart = vramChart(run);
    this.chart.replaceChildren(...(chart ? [chart] : []));
    this.showProblems(run);
    this.showOutcome(run);
  }

  showLive(jpeg: string): void {
    this.live.src = `data:image/jpeg;base64,${jpeg}`;
    this.live.hidden = model.run?.state !== 'running' && model.run?.state !== 'paused';
  }

  private showProblems({ problems }: RunView): void {
    const entries = problems.map(({ frame, text }, i) => {
      const jump = make('button', { class: 'link', 'data-key': `problem ${i}` }, text);
      jump.addEventListener('click', () => this.onJump(frame));
      return make('li', {}, jump);
    });
    rebuild(
      this.problems,
      ...(entries.length > 0
        ? [make('h3', {}, t('Worth a look')), make('ul', { class: 'plain problems' }, ...entries)]
        : []),
    );
  }

  private showOutcome(run: RunView): void {
    const { message, result, state } = run;
    const kind = state === 'failed' ? 'trouble' : 'note-line';
    const words = message === '' ? [] : [make('p', { class: kind }, message)];
    const log =
      state === 'failed'
        ? [
            make(
              'div',
              { class: 'row' },
              keyed(
                'log',
                button(t('Show Log'), 'secondary', () => command('showLog')),
              ),
            ),
          ]
        : [];
    if (!result) {
      this.player = undefined;
      rebuild(this.outcome, ...words, ...log);
      return;
    }
    rebuild(this.outcome, resultLine(result), ...words, resultActions(), ...this.playerOf(result));
  }

  /** Made once for every result: a video that is built anew starts anew. */
  private playerOf({ originalUri, resultUri, sound }: Result): HTMLElement[] {
    if (resultUri === '') return [];
    const of = `${originalUri} ${resultUri}`;
    if (this.player?.of !== of) {
      const place = make('div', { class: 'player-place' });
      const giveUp = (): void =>
        place.replaceChildren(
          make(
            'p',
            { class: 'quiet' },
            t('This window cannot play the format; compare single frames instead.'),
          ),
        );
      place.append(new Player(originalUri, resultUri, sound, giveUp).element);
      this.player = { of, element: place };
    }
    return [this.player.element];
  }
}

function stateText({ state, ahead }: RunView): string {
  const texts: Record<RunView['state'], string> = {
    waiting: waitingText(ahead),
    running: t('running'),
    paused: t('paused'),
    done: t('done'),
    failed: t('failed'),
    cancelled: t('cancelled'),
  };
  return texts[state];
}

/** Nobody is ahead of a job whose turn it is, while people are asked for the terms. */
function waitingText(ahead: number): string {
  if (ahead === 0) return t('about to start');
  return ahead === 1 ? t('waiting for 1 other job to end') : t('waiting for {0} other jobs to end', ahead);
}

/** `42 % · 31 fps · 2 min 5 s left`: the job in a line. */
export function runLine(run: RunView): string {
  if (run.state !== 'running') return stateText(run);
  if (run.total === 0 || run.fps === 0) return run.stage;
  const left = run.secondsLeft === undefined ? [] : [t('{0} left', durationText(run.secondsLeft))];
  return [t('{0} %', run.percent), rateText(run.fps), ...left].join(' · ');
}

function figures(run: RunView): HTMLElement[] {
  const { stage, frame, total, fps, secondsLeft, provider, fellBack } = run;
  const left = secondsLeft === undefined ? '–' : durationText(secondsLeft);
  const rows: [string, string][] = [
    [t('Stage'), stage],
    [t('Frames'), total > 0 ? t('{0} of {1}', frame, total) : '–'],
    [t('Speed'), fps > 0 ? rateText(fps) : '–'],
    [t('Time left'), run.state === 'paused' ? t('paused') : left],
    [
      t('Runs on'),
      provider === '' ? '–' : `${providerName(provider)}${fellBack ? ` (${t('fell back')})` : ''}`,
    ],
  ];
  return rows.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]);
}

function resultLine({ name, bytes, seconds, frames, width, height }: Result): HTMLElement {
  const facts = [
    `${width} × ${height}`,
    ...(frames > 1 ? [t('{0} frames', frames)] : []),
    sizeText(bytes),
    t('made in {0}', durationText(seconds)),
  ];
  return make(
    'div',
    {},
    make('div', { class: 'name' }, name),
    make('div', { class: 'facts' }, ...facts.map((fact) => make('span', {}, fact))),
  );
}

function resultActions(): HTMLElement {
  return make(
    'div',
    { class: 'row' },
    keyed(
      'open',
      button(t('Open'), 'primary', () => command('open')),
    ),
    keyed(
      'reveal',
      button(t('Reveal'), 'secondary', () => command('reveal')),
    ),
    keyed(
      'compare',
      button(t('Compare Frames'), 'secondary', () => command('compare')),
    ),
  );
}
