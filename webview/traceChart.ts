import type { VramTrace } from '../src/protocol/verify';
import { make, svg } from './dom';
import { t } from './texts';

const [width, height] = [600, 160];

/** GPU memory in use while the networks were tried, with a numbered line for each thing that happened, and the list of those. */
export function traceChart({ totalMb, samples, marks }: VramTrace): HTMLElement {
  const end = Math.max(samples.at(-1)?.seconds ?? 0, marks.at(-1)?.seconds ?? 0, 0.001);
  const peak = Math.max(...samples.map(({ usedMb }) => usedMb), 1);
  const x = (seconds: number): number => (width * seconds) / end;
  // The peak fills the height: of a large GPU's whole memory little would be seen.
  const y = (mb: number): number => height - (height * mb) / peak;
  const points = samples.map(({ seconds, usedMb }) => `${x(seconds).toFixed(1)},${y(usedMb).toFixed(1)}`);
  const first = x(samples[0]?.seconds ?? 0);
  const words = t('GPU memory in use over {0} s: at most {1} of {2} MB', end.toFixed(1), peak, totalMb);
  const events = {
    begin: t('begins'),
    loaded: t('is loaded'),
    released: t('is released'),
    ended: t('is ended'),
  };
  return make(
    'figure',
    {},
    make('figcaption', {}, words),
    svg(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': words },
      svg('polygon', { class: 'area', points: `${first},${height} ${points.join(' ')} ${width},${height}` }),
      svg('polyline', { class: 'line', points: points.join(' ') }),
      ...marks.map(({ seconds, event }) =>
        svg('line', { class: `mark ${event}`, x1: x(seconds), x2: x(seconds), y1: 0, y2: height }),
      ),
    ),
    make(
      'ol',
      {},
      ...marks.map(({ seconds, step, event }) => {
        const label = `${seconds.toFixed(1)} s: ${step} ${events[event]}`;
        return make('li', { class: event }, label);
      }),
    ),
  );
}
