import './header.css';
import { keyed, make, rebuild } from './dom';
import { model } from './model';
import { command } from './panelHost';
import { runLine } from './run';
import { t } from './texts';
import { button, setDisabled } from './toolkit';

/** Always to be seen: what the job is, how far it is, and what can be done with it now. */
export class Header {
  readonly element = make('header', { class: 'bar' });
  private readonly title = make('h1');
  private readonly line = make('span', { class: 'line' });
  private readonly actions = make('div', { class: 'row' });
  private shown = '';

  constructor() {
    this.element.append(this.title, this.line, this.actions);
  }

  update(): void {
    const { job, run } = model;
    const target = job?.target.split('/').at(-1) ?? '';
    this.title.textContent = target === '' ? t('New swap') : target;
    this.line.textContent = run ? runLine(run) : '';
    const isReady = (job?.problems.length ?? 1) === 0;
    // Buttons that are built anew under the mouse do not hear its click.
    const shown = `${run?.state ?? ''} ${isReady}`;
    if (shown === this.shown) return;
    this.shown = shown;
    rebuild(this.actions, ...this.buttons(run?.state, isReady));
  }

  private buttons(state: string | undefined, isReady: boolean): HTMLElement[] {
    const cancel = keyed(
      'cancel',
      button(t('Cancel'), 'secondary', () => command('cancel')),
    );
    switch (state) {
      case 'waiting':
        return [cancel];
      case 'running':
        return [
          keyed(
            'pause',
            button(t('Pause'), 'secondary', () => command('pause')),
          ),
          cancel,
        ];
      case 'paused':
        return [
          keyed(
            'pause',
            button(t('Resume'), 'primary', () => command('resume')),
          ),
          cancel,
        ];
      default: {
        const text = state === undefined ? t('Swap Face') : t('Run Again');
        const start = keyed(
          'start',
          button(text, 'primary', () => command('start')),
        );
        setDisabled(start, !isReady);
        return [start];
      }
    }
  }
}
