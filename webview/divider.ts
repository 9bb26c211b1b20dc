import './divider.css';
import { make } from './dom';
import { t } from './texts';

const step = 2;
const largeStep = 10;

/**
 * Two pictures on top of each other and a line between them: left of it the original, right of it the result. The line follows
 * the mouse and, with the focus on it, the arrow keys. `position` is in percent of the width.
 */
export class BeforeAfter {
  readonly element: HTMLElement;
  private readonly original = make('img', { alt: t('Original'), draggable: 'false' });
  private readonly result = make('img', { alt: t('Swapped'), draggable: 'false', class: 'result' });
  private readonly line = make('div', {
    class: 'divider',
    role: 'slider',
    tabindex: '0',
    'aria-label': t('Divider between original and swapped picture'),
    'aria-orientation': 'horizontal',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
  });

  constructor(
    private position: number,
    private readonly onMove: (position: number) => void,
  ) {
    this.element = make(
      'div',
      { class: 'pictures' },
      this.original,
      this.result,
      make('span', { class: 'tag left', 'aria-hidden': 'true' }, t('Original')),
      make('span', { class: 'tag right', 'aria-hidden': 'true' }, t('Swapped')),
      this.line,
    );
    this.element.addEventListener('pointerdown', (event) => this.grab(event));
    this.element.addEventListener('pointermove', (event) => this.drag(event));
    this.line.addEventListener('keydown', (event) => this.key(event));
    this.moveTo(position);
  }

  /** Shows two base64 JPEGs of the same moment; resolves to whether both can be seen. */
  async show(original: string, result: string): Promise<boolean> {
    this.original.src = `data:image/jpeg;base64,${original}`;
    this.result.src = `data:image/jpeg;base64,${result}`;
    const decoded = await Promise.allSettled([this.original.decode(), this.result.decode()]);
    return decoded.every(({ status }) => status === 'fulfilled');
  }

  private moveTo(position: number): void {
    this.position = Math.min(100, Math.max(0, position));
    const percent = `${this.position}%`;
    // Set through the object model, which a content security policy without inline styles allows.
    this.result.style.clipPath = `inset(0 0 0 ${percent})`;
    this.line.style.left = percent;
    const rounded = Math.round(this.position);
    this.line.setAttribute('aria-valuenow', String(rounded));
    this.line.setAttribute('aria-valuetext', t('{0} percent original', rounded));
    this.onMove(this.position);
  }

  private grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.line.focus();
    this.element.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  private drag(event: PointerEvent): void {
    if (!this.element.hasPointerCapture(event.pointerId)) return;
    const { left, width } = this.element.getBoundingClientRect();
    this.moveTo((100 * (event.clientX - left)) / width);
  }

  private key(event: KeyboardEvent): void {
    const by = event.shiftKey ? largeStep : step;
    const targets: Partial<Record<string, number>> = {
      ArrowLeft: this.position - by,
      ArrowDown: this.position - by,
      ArrowRight: this.position + by,
      ArrowUp: this.position + by,
      PageDown: this.position - largeStep,
      PageUp: this.position + largeStep,
      Home: 0,
      End: 100,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.moveTo(target);
  }
}
