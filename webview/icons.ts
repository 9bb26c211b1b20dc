import { svg } from './dom';

/** Lines on a grid of 16 × 16. */
const paths = {
  close: 'M4 4l8 8M12 4l-8 8',
  up: 'M3.5 9.5L8 5l4.5 4.5',
  down: 'M3.5 6.5L8 11l4.5-4.5',
  back: 'M10 3.5L5.5 8l4.5 4.5',
  forth: 'M6 3.5L10.5 8L6 12.5',
  reset: 'M3.5 8a4.5 4.5 0 1 0 1.6-3.4M3.2 2.6v2.9h2.9',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  dot: 'M8 7.9v.2',
  play: 'M5 3.2v9.6L12.5 8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  warning: 'M8 2.2L14.2 13H1.8zM8 6.2v3.4M8 11.2v.4',
} as const;
export type IconName = keyof typeof paths;

/** A sign in the colour of the text around it; nothing for those who hear the page. */
export function icon(name: IconName): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true' },
    svg('path', { d: paths[name] }),
  );
}
