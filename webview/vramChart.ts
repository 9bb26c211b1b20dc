import './vramChart.css';
import type { RunView } from '../src/protocol/panel';
import { make, svg } from './dom';
import { t } from './texts';

const [width, height] = [300, 60];
const gigabytes = (mb: number): string => (mb / 1024).toFixed(1);

/** GPU memory in use over the time of a job, and a mark wherever a processor has given its memory back. Undefined without readings. */
export function vramChart({ vram, releases }: RunView): HTMLElement | undefined {
  const [first, last] = [vram.at(0), vram.at(-1)];
  if (!first || !last) return undefined;
  const seconds = Math.max(last.second, 1);
  const x = (second: number): number => (width * second) / seconds;
  const y = (mb: number): number => height - (height * mb) / last.totalMb;
  const points = vram.map(({ second, usedMb }) => `${x(second).toFixed(1)},${y(usedMb).toFixed(1)}`);
  const peak = Math.max(...vram.map(({ usedMb }) => usedMb));
  const words = [
    t('VRAM {0} of {1} GB, at most {2} GB', gigabytes(last.usedMb), gigabytes(last.totalMb), gigabytes(peak)),
    ...releases.map(({ processor, freedMb, outcome }) => {
      if (outcome === 'back') return t('{0} gave back {1} GB', processor, gigabytes(freedMb));
      if (outcome === 'held') return t('{0}: memory did not come back', processor);
      return t('{0}: memory not waited for, or no longer readable', processor);
    }),
  ];
  return make(
    'figure',
    { class: 'vram' },
    svg(
      'svg',
      {
        viewBox: `0 0 ${width} ${height}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': words.join('. '),
      },
      svg('polygon', {
        class: 'area',
        points: `${x(first.second)},${height} ${points.join(' ')} ${x(last.second)},${height}`,
      }),
      svg('polyline', { class: 'line', points: points.join(' ') }),
      ...releases.map(({ second, outcome }) =>
        svg('line', {
          class: outcome === 'held' ? 'release held' : 'release',
          x1: x(second),
          x2: x(second),
          y1: 0,
          y2: height,
        }),
      ),
    ),
    make('figcaption', { class: 'quiet' }, words.join(' · ')),
  );
}
