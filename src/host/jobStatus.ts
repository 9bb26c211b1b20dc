import { providerName } from '../protocol/job';
import type { Progress, Stage } from '../protocol/report';
import { english, type Translate } from '../protocol/translate';

/** What is done in a stage, for people. */
export function stageTitle(stage: Stage, t: Translate = english): string {
  const titles: Record<Stage, string> = {
    probe: t('Looking at the video'),
    analyse: t('Looking for faces'),
    models: t('Loading the models'),
    source: t('Reading the source face'),
    swap: t('Swapping'),
    join: t('Joining the parts'),
    verify: t('Checking the result'),
  };
  return titles[stage];
}

/** Whole percent of the frames; 0 while the length is unknown. */
export const percentOf = ({ stage, frame, total }: Progress): number => {
  if (stage === 'join' || stage === 'verify') return 100;
  return stage === 'swap' && total > 0 ? Math.min(100, Math.floor((100 * frame) / total)) : 0;
};

/** `CUDA 42 % · 31 fps · VRAM 5.2/24.0 GB`, as far as each is known: the status bar's text. */
export function shortStatus(progress: Progress, t: Translate = english): string {
  const provider = progress.provider === undefined ? '' : `${providerName(progress.provider)} `;
  const speed = progress.stage === 'swap' && progress.fps > 0 ? ` · ${rate(progress.fps, t)}` : '';
  const memory = progress.vram ? ` · ${vramText(progress.vram)}` : '';
  return `${provider}${percentOf(progress)} %${speed}${memory}`;
}

/** `VRAM 5.2/24.0 GB`. */
export function vramText({ usedMb, totalMb }: { usedMb: number; totalMb: number }): string {
  const gigabytes = (mb: number) => (mb / 1024).toFixed(1);
  return `VRAM ${gigabytes(usedMb)}/${gigabytes(totalMb)} GB`;
}

/** `42 % · 31 fps · 2 min 5 s left`, or the stage's name while no frame has been swapped yet. */
export function longStatus(progress: Progress, t: Translate = english): string {
  if (progress.stage !== 'swap') return stageTitle(progress.stage, t);
  return [`${percentOf(progress)} %`, pace(progress, ' · ', t)].filter((part) => part !== '').join(' · ');
}

/** Speed, time left and provider, as far as each is known. */
export function pace({ fps, secondsLeft, provider }: Progress, separator = ', ', t = english): string {
  const parts = fps > 0 ? [rate(fps, t)] : [];
  if (secondsLeft !== undefined) parts.push(t('{0} left', duration(secondsLeft)));
  if (provider !== undefined) parts.push(t('on {0}', providerName(provider)));
  return parts.join(separator);
}

export const rate = (fps: number, t: Translate = english): string =>
  t('{0} fps', fps >= 10 ? fps.toFixed(0) : fps.toFixed(1));

/** `5 s`, `2 min 5 s`, `1 h 2 min`: the same in both languages. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}
