import './lanes.css';
import type { FrameSpan } from '../src/protocol/analysis';
import { make, svg } from './dom';
import { clockText } from './format';
import { frameCount, frameRate, groups, model, secondsOf } from './model';
import { joined } from './peopleModel';
import { t } from './texts';
import {
  clampFrame,
  frameAfterKey,
  frameAt,
  framesPerPixel,
  gapsBetween,
  positionOf,
  spansOfGlance,
} from './timelineMath';
import { iconButton } from './toolkit';

/** Parts in which a look in progress tells what it has seen. */
const glanceParts = 256;
/** A pointer that rests for so long may be about to click. */
const restMs = 50;

/**
 * The time of the target as a slider: a strip that shows where faces are, marks for cuts, a lane for each person, and the playhead over
 * all of them. Arrow keys move by a frame, with Shift by a second, Page keys by a scene.
 */
export class Lanes {
  readonly element: HTMLElement;
  private resting: number | undefined;
  private readonly rows = make('div', { class: 'lanes' });
  private readonly playhead = make('div', { class: 'playhead' });
  private readonly slider = make('div', {
    class: 'scrub',
    role: 'slider',
    tabindex: '0',
    'aria-label': t('Frame'),
    'aria-valuemin': '0',
  });
  private readonly clock = make('output', { class: 'clock', 'aria-label': t('Time') });

  constructor(
    private frame: number,
    private readonly onSeek: (frame: number, pointed: boolean) => void,
    private readonly onHover: (frame: number) => void,
  ) {
    const back = iconButton('back', t('Previous frame'), () => this.seek(this.frame - 1));
    const forth = iconButton('forth', t('Next frame'), () => this.seek(this.frame + 1));
    this.slider.append(this.rows, this.playhead);
    this.element = make(
      'div',
      { class: 'time' },
      this.slider,
      make('div', { class: 'row transport' }, back, forth, this.clock),
    );
    this.slider.addEventListener('pointerdown', (event) => this.grab(event));
    this.slider.addEventListener('pointermove', (event) => this.drag(event));
    this.slider.addEventListener('pointerleave', () => clearTimeout(this.resting));
    this.slider.addEventListener('keydown', (event) => this.key(event));
  }

  update(): void {
    const frames = frameCount();
    this.element.hidden = frames < 2;
    if (frames < 2) return;
    this.rows.replaceChildren(...this.strips(frames));
    this.slider.setAttribute('aria-valuemax', String(frames - 1));
    this.show(this.frame);
  }

  /** Moves the playhead without telling anybody. */
  show(frame: number): void {
    const frames = frameCount();
    this.frame = frames > 0 ? clampFrame(frame, frames) : frame;
    const text = clockText(secondsOf(this.frame));
    this.clock.textContent = text;
    this.playhead.style.left = `${100 * positionOf(this.frame, frames)}%`;
    this.slider.setAttribute('aria-valuenow', String(this.frame));
    this.slider.setAttribute('aria-valuetext', t('{0}, frame {1}', text, this.frame));
  }

  /** Frames that a pixel stands for. */
  get perPixel(): number {
    return framesPerPixel(frameCount(), this.slider.clientWidth);
  }

  private seek(frame: number, pointed = false): void {
    this.show(frame);
    this.onSeek(this.frame, pointed);
  }

  private strips(frames: number): Node[] {
    const { analysis, glance } = model.analysis;
    const seen = analysis
      ? gapsBetween(joined(analysis.withoutFace), frames)
      : spansOfGlance(glance ?? [], glanceParts, frames);
    const problems = (model.run?.problems ?? []).map(({ frame }): FrameSpan => [frame, frame]);
    return [
      strip('faces', t('Faces'), seen, frames, analysis?.cuts ?? [], problems),
      ...(analysis
        ? groups().map(({ name, tracks, sources, thumbnails: [face] }, i) =>
            strip(
              sources.length > 0 ? 'person swapped' : 'person',
              name === '' ? t('Person {0}', i + 1) : name,
              joined(tracks.map(({ span }) => span)),
              frames,
              [],
              [],
              face,
            ),
          )
        : []),
    ];
  }

  private grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.slider.focus();
    this.slider.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  private drag(event: PointerEvent): void {
    clearTimeout(this.resting);
    const { left, width } = this.slider.getBoundingClientRect();
    const frame = frameAt((event.clientX - left) / width, frameCount());
    // What is shown may be another frame of the same pixel.
    if (this.frame >= frame && this.frame < frame + this.perPixel) return;
    if (this.slider.hasPointerCapture(event.pointerId)) this.seek(frame, true);
    else this.resting = window.setTimeout(() => this.onHover(frame), restMs);
  }

  private key(event: KeyboardEvent): void {
    const clip = { frames: frameCount(), fps: frameRate(), cuts: model.analysis.analysis?.cuts ?? [] };
    const frame = frameAfterKey(event.key, event.shiftKey, this.frame, clip);
    if (frame === undefined) return;
    event.preventDefault();
    this.seek(frame);
  }
}

/** One row: its name for those who look closely, and its spans on a scale of frames. */
function strip(
  kind: string,
  title: string,
  spans: readonly FrameSpan[],
  frames: number,
  cuts: readonly number[],
  problems: readonly FrameSpan[],
  face?: string,
): HTMLElement {
  const rect = (name: string, [first, last]: FrameSpan): SVGElement =>
    svg('rect', { class: name, x: first, y: 0, width: last - first + 1, height: 1 });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${frames} 1`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...spans.map((span) => rect('span', span)),
    ...problems.map((span) => rect('problem', span)),
    ...cuts.map((cut) => svg('line', { class: 'cut', x1: cut, x2: cut, y1: 0, y2: 1 })),
  );
  const label = face === undefined ? title : make('img', { alt: '', src: `data:image/jpeg;base64,${face}` });
  return make('div', { class: `lane ${kind}`, title }, drawing, make('span', { class: 'label' }, label));
}
