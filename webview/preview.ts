import './preview.css';
import type { HostMessage } from '../src/protocol/panel';
import type { Preview as Pictures, PreviewFace } from '../src/protocol/preview';
import { BeforeAfter } from './divider';
import { make, svg } from './dom';
import { Lanes } from './lanes';
import { isRunning, isUnreadable, model, secondsOf } from './model';
import { keep, send, view } from './panelHost';
import { Section } from './section';
import { t } from './texts';
import { button, progressRing } from './toolkit';

type Shown = Extract<HostMessage, { type: 'preview' }>;

/** Wider pictures would take longer than they show more. */
const mostWidth = 1280;
const zooms = [0, 100, 200, 400] as const;

/** The frame at the playhead, before and after, with what the engine sees in it. */
export class PreviewPane {
  private readonly section: Section;
  readonly element: HTMLElement;
  readonly lanes = new Lanes(
    view.frame,
    (frame, pointed) => this.seek(frame, pointed),
    (frame) => this.expect(frame),
  );
  private readonly pictures = new BeforeAfter(view.divider, (divider) => keep({ divider }));
  private readonly mask = make('img', { class: 'mask', alt: '' });
  private readonly drawing = svg('svg', { class: 'seen', 'aria-hidden': 'true' });
  private readonly stage = make('div', { class: 'stage', tabindex: '-1' });
  private readonly hint = make('p', { class: 'quiet hint-line', role: 'status' });
  private readonly loading = progressRing(t('Making the preview'));
  /** The first frame, until there is a preview. */
  private readonly poster = make('img', { class: 'poster', alt: '' });
  private shown: Pictures | undefined;
  /** It is the original alone, in which nobody has been looked for. */
  private isUnseen = false;
  /** Why no swap is to be seen. */
  private problem = '';
  /** The request under way, and whether somebody has moved on since. */
  private pending: number | undefined;
  /** The playhead was put where it is with the pointer: other frames of its pixel will do. */
  private isPointed = false;
  private isStale = false;
  private requests = 0;
  private subject = '';
  /** Width of the target by its height. */
  private ratio = 16 / 9;

  constructor() {
    this.section = new Section('preview', t('Preview'), this.loading, ...this.toggles());
    this.element = this.section.element;
    this.pictures.element.append(this.mask, this.drawing);
    this.poster.hidden = true;
    this.stage.append(this.poster, this.pictures.element);
    this.section.body.append(this.stage, this.hint, this.lanes.element);
    this.loading.hidden = true;
    this.applyZoom();
    new ResizeObserver(() => this.applyZoom()).observe(this.stage);
  }

  /** Asks for new pictures when what they depend on has changed. */
  update(): void {
    const { job, analysis } = model;
    this.element.hidden = job === undefined || job.target === '' || isUnreadable();
    const { width, height } = analysis.facts ?? { width: 16, height: 9 };
    this.stage.style.setProperty('--ratio', String(width / height));
    this.ratio = width / height;
    this.applyZoom();
    if (analysis.poster !== undefined && this.poster.hidden) {
      this.poster.src = `data:image/jpeg;base64,${analysis.poster}`;
      this.poster.hidden = this.shown !== undefined || view.frame > 0;
    }
    this.lanes.update();
    this.hint.textContent = this.advice();
    const { target, sources, people, settings, problems } = job ?? {};
    const subject = JSON.stringify([
      target,
      sources,
      people,
      settings,
      problems,
      analysis.facts,
      isRunning(),
    ]);
    if (subject === this.subject || !job || job.target === '' || !analysis.facts) return;
    this.subject = subject;
    this.ask();
  }

  seek(frame: number, pointed = false): void {
    this.isPointed = pointed;
    this.lanes.show(frame);
    keep({ frame });
    this.ask();
  }

  async show({ id, preview: pictures, problem = '', unseen = false }: Shown): Promise<void> {
    if (id !== this.pending) return;
    if (this.isPointed && !this.isStale) this.settleOn(pictures.frame);
    this.shown = pictures;
    this.isUnseen = unseen;
    this.problem = problem;
    const isShown = await this.pictures.show(pictures.original, pictures.swapped);
    this.pictures.element.classList.toggle('shown', isShown);
    this.pictures.element.classList.toggle('original-only', pictures.original === pictures.swapped);
    this.poster.hidden = true;
    this.mask.src = pictures.mask === '' ? '' : `data:image/png;base64,${pictures.mask}`;
    this.draw();
    this.settle();
    this.hint.textContent = this.advice();
  }

  fail(id: number, message: string): void {
    if (id !== this.pending) return;
    this.problem = message;
    this.hint.textContent = message;
    this.settle();
  }

  /** One request at a time, the latest wish next. */
  private ask(): void {
    if (this.pending !== undefined) {
      this.isStale = true;
      return;
    }
    this.isStale = false;
    this.pending = ++this.requests;
    this.loading.hidden = false;
    const maxWidth = Math.min(
      mostWidth,
      Math.round(Math.max(320, this.stage.clientWidth) * devicePixelRatio),
    );
    const { frame, mask } = view;
    const which = {
      frame,
      seconds: secondsOf(frame),
      perPixel: this.lanes.perPixel,
      pointed: this.isPointed,
    };
    send({ type: 'preview', id: this.pending, ...which, maxWidth, mask });
  }

  /** The playhead is where the picture is. */
  private settleOn(frame: number): void {
    this.isPointed = false;
    this.lanes.show(frame);
    keep({ frame });
  }

  /** What may be wanted next is decoded, unless somebody waits for a frame. */
  private expect(frame: number): void {
    if (this.pending === undefined) send({ type: 'hover', frame, perPixel: this.lanes.perPixel });
  }

  private settle(): void {
    this.pending = undefined;
    this.loading.hidden = true;
    if (this.isStale) this.ask();
  }

  private advice(): string {
    const { job } = model;
    if (!job || job.target === '') return '';
    if (this.problem !== '') return this.problem;
    if (isRunning()) return t('While a job runs, the preview shows the original only.');
    if (job.sources.length === 0 && job.people.every(({ sources }) => sources.length === 0))
      return t('Add a source photo to see the swap.');
    if (this.shown && this.shown.faces.length > 0 && !this.shown.faces.some(({ swapped }) => swapped))
      return t('No face of this frame is chosen.');
    return this.shown?.faces.length === 0 && !this.isUnseen ? t('No face is seen in this frame.') : '';
  }

  private toggles(): HTMLElement[] {
    const toggle = (name: 'mask' | 'landmarks' | 'boxes', text: string): HTMLElement => {
      const element = button(text, 'secondary', () => {
        keep({ [name]: !view[name] });
        press();
        this.draw();
        // It is made for those who look at it.
        if (name === 'mask' && view.mask && this.shown?.mask === '') this.ask();
      });
      const press = (): void => {
        element.setAttribute('aria-pressed', String(view[name]));
        element.classList.toggle('pressed', view[name]);
      };
      press();
      return element;
    };
    const zoom = button(zoomText(), 'secondary', () => {
      keep({ zoom: zooms[(zooms.indexOf(view.zoom as 0) + 1) % zooms.length] });
      zoom.textContent = zoomText();
      this.applyZoom();
    });
    zoom.title = t('Zoom');
    return [
      make(
        'div',
        { class: 'tools', role: 'toolbar', 'aria-label': t('Preview') },
        toggle('mask', t('Mask')),
        toggle('landmarks', t('Landmarks')),
        toggle('boxes', t('Boxes')),
        zoom,
      ),
    ];
  }

  /** 0 fits; otherwise per cent of what fits, because a preview has no pixels of its own to count. */
  private applyZoom(): void {
    const isFit = view.zoom === 0;
    this.stage.classList.toggle('zoomed', !isFit);
    const fitting = Math.min(this.stage.clientWidth, this.stage.clientHeight * this.ratio);
    this.pictures.element.style.width = isFit ? '' : `${(view.zoom / 100) * fitting}px`;
  }

  private draw(): void {
    this.mask.hidden = !view.mask || !this.shown || this.shown.mask === '';
    if (!this.shown) return;
    const { width, height, faces } = this.shown;
    this.drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.drawing.replaceChildren(...faces.flatMap(drawFace));
  }
}

function drawFace({ box, lines, swapped }: PreviewFace): SVGElement[] {
  const kind = swapped ? 'face-mark swapped' : 'face-mark';
  const { x, y, width, height } = box;
  const boxes = view.boxes ? [svg('rect', { class: kind, x, y, width, height })] : [];
  const outlines = view.landmarks
    ? lines.map((points) => svg('polyline', { class: kind, points: points.join(' ') }))
    : [];
  return [...boxes, ...outlines];
}

const zoomText = (): string => (view.zoom === 0 ? t('Fit') : t('{0} %', view.zoom));
