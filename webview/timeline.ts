import { make } from './dom';
import { clockText } from './format';
import { t } from './texts';
import { button } from './toolkit';

/** A slider over the length of the video with buttons for single frames. Arrow keys on the slider move by a frame. */
export class Timeline {
  readonly element: HTMLElement;
  private readonly range = make('input', { type: 'range', min: '0', value: '0', 'aria-label': t('Time') });
  private readonly clock = make('output', { class: 'clock' });
  private frameSeconds = 0;

  constructor(private readonly onSeek: (seconds: number) => void) {
    const back = button('◀', 'icon', () => this.stepBy(-1));
    const forth = button('▶', 'icon', () => this.stepBy(1));
    back.setAttribute('aria-label', t('Previous frame'));
    forth.setAttribute('aria-label', t('Next frame'));
    this.element = make('div', { class: 'timeline' }, back, this.range, forth, this.clock);
    this.range.addEventListener('input', () => this.moved());
  }

  get seconds(): number {
    return this.range.valueAsNumber * this.frameSeconds;
  }

  /** Sets the length; hidden for images, which have none. */
  open(durationSeconds: number, frameSeconds: number, seconds: number): void {
    const frames = frameSeconds > 0 ? Math.max(1, Math.round(durationSeconds / frameSeconds)) : 1;
    this.frameSeconds = frameSeconds;
    this.range.max = String(frames - 1);
    this.range.valueAsNumber = frameSeconds > 0 ? Math.round(seconds / frameSeconds) : 0;
    this.element.hidden = frames < 2;
    this.moved();
  }

  private stepBy(frames: number): void {
    this.range.valueAsNumber += frames;
    this.moved();
  }

  private moved(): void {
    const text = clockText(this.seconds);
    this.clock.textContent = text;
    this.range.setAttribute('aria-valuetext', t('{0}, frame {1}', text, this.range.value));
    this.onSeek(this.seconds);
  }
}
