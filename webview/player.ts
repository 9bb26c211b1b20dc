import './player.css';
import { make } from './dom';
import { clockText } from './format';
import { t } from './texts';
import { button, iconButton } from './toolkit';
import { icon } from './icons';

/** Farther apart than this the two are set on the same moment again. */
const mostApartSeconds = 0.08;
/** So much of a video has been played when its sound has been decoded, or will not be. */
const heardSeconds = 0.3;

/**
 * Original and result played together: one over the other with a line to wipe between them, or side by side. The sound is that of
 * the result. `onTrouble` is told when this window cannot play them: VS Code knows fewer formats than we write.
 */
export class Player {
  readonly element: HTMLElement;
  private readonly original: HTMLVideoElement;
  private readonly result: HTMLVideoElement;
  private readonly seeker = make('input', {
    type: 'range',
    min: '0',
    max: '1000',
    value: '0',
    'aria-label': t('Time'),
  });
  private readonly wipe = make('input', {
    type: 'range',
    min: '0',
    max: '100',
    value: '50',
    'aria-label': t('Original to the left, result to the right'),
  });
  private readonly silence = make('p', { class: 'quiet', role: 'status' });
  private readonly clock = make('output', { class: 'clock' });
  private readonly play = iconButton('play', t('Play'), () => void this.toggle());

  constructor(
    originalUri: string,
    resultUri: string,
    private readonly hasSound: boolean,
    onTrouble: () => void,
  ) {
    const video = (uri: string, name: string, label: string): HTMLVideoElement =>
      make('video', { src: uri, class: name, 'aria-label': label, preload: 'auto', playsinline: '' });
    this.original = video(originalUri, 'original', t('Original'));
    this.result = video(resultUri, 'result', t('Result'));
    this.original.muted = true;
    const tag = (side: string, text: string): HTMLElement =>
      make('span', { class: `tag ${side}`, 'aria-hidden': 'true' }, text);
    const tags = [tag('left', t('Original')), tag('right', t('Result'))];
    const screens = make('div', { class: 'screens' }, this.original, this.result, ...tags);
    const together = button(t('Side by Side'), 'secondary', () => {
      const isSide = screens.classList.toggle('side');
      together.setAttribute('aria-pressed', String(isSide));
      this.wipe.hidden = isSide;
      this.showWipe(isSide);
    });
    together.setAttribute('aria-pressed', 'false');
    const sound = button(t('Mute'), 'secondary', () => {
      this.result.muted = !this.result.muted;
      sound.setAttribute('aria-pressed', String(this.result.muted));
    });
    sound.setAttribute('aria-pressed', 'false');
    sound.hidden = !hasSound;
    this.element = make(
      'div',
      { class: 'player', role: 'group', 'aria-label': t('Original and result') },
      screens,
      this.wipe,
      make('div', { class: 'row' }, this.play, this.seeker, this.clock),
      make('div', { class: 'row' }, together, sound),
      this.silence,
    );
    this.wipe.addEventListener('input', () => this.showWipe(false));
    this.seeker.addEventListener('input', () =>
      this.seekTo((this.seeker.valueAsNumber / 1000) * this.length),
    );
    for (const one of [this.original, this.result]) one.addEventListener('error', onTrouble, { once: true });
    this.result.addEventListener('timeupdate', () => this.follow());
    this.result.addEventListener('loadedmetadata', () => this.follow());
    this.result.addEventListener('ended', () => this.showPlaying(false));
    this.showWipe(false);
  }

  private get length(): number {
    return Number.isFinite(this.result.duration) ? this.result.duration : 0;
  }

  private async toggle(): Promise<void> {
    if (!this.result.paused) {
      this.original.pause();
      this.result.pause();
      this.showPlaying(false);
      return;
    }
    this.original.currentTime = this.result.currentTime;
    await Promise.allSettled([this.original.play(), this.result.play()]);
    this.showPlaying(!this.result.paused);
  }

  private showPlaying(isPlaying: boolean): void {
    this.play.replaceChildren(icon(isPlaying ? 'pause' : 'play'));
    this.play.setAttribute('aria-label', isPlaying ? t('Pause') : t('Play'));
  }

  private seekTo(seconds: number): void {
    this.original.currentTime = seconds;
    this.result.currentTime = seconds;
  }

  /** The result leads; the original is set on its moment when it has drifted away. */
  private follow(): void {
    const { currentTime } = this.result;
    if (Math.abs(this.original.currentTime - currentTime) > mostApartSeconds)
      this.original.currentTime = currentTime;
    if (this.hasSound && !this.result.paused && currentTime > heardSeconds) this.tellSilence();
    if (this.length > 0) this.seeker.valueAsNumber = (1000 * currentTime) / this.length;
    const text = clockText(currentTime);
    this.clock.textContent = text;
    this.seeker.setAttribute('aria-valuetext', text);
  }

  /** VS Code for the desktop decodes H.264 and no AAC: pictures without a sound. Where nothing counts the sound, nothing is said. */
  private tellSilence(): void {
    const isSilent = Reflect.get(this.result, 'webkitAudioDecodedByteCount') === 0;
    this.silence.textContent = isSilent
      ? t('This window cannot play the sound of this format; open the result elsewhere to hear it.')
      : '';
  }

  private showWipe(isSide: boolean): void {
    this.result.style.clipPath = isSide ? '' : `inset(0 0 0 ${this.wipe.value}%)`;
  }
}
