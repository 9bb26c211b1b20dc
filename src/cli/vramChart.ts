import type { VramTrace } from '../protocol/verify';

const rows = 8;
const eighths = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const events = { begin: 'begins', loaded: 'is loaded', released: 'is released', ended: 'is ended' };

/** Memory in use over time as text of at most `columns` characters, with letters for what happened. */
export function vramChart({ totalMb, samples, marks }: VramTrace, columns: number): string[] {
  const end = Math.max(samples.at(-1)!.seconds, marks.at(-1)?.seconds ?? 0, 0.001);
  const most = Math.max(...samples.map(({ usedMb }) => usedMb), 1);
  const margin = `${most} MB `.length;
  const width = Math.max(10, columns - margin - 1);
  const columnOf = (seconds: number) => Math.min(width - 1, Math.floor((seconds / end) * width));
  const heights = columnsOf(samples, width, columnOf).map((usedMb) => Math.round((8 * rows * usedMb) / most));
  const lines = Array.from({ length: rows }, (_, row) => {
    const floor = 8 * (rows - 1 - row);
    const label = row === 0 ? `${most} MB ` : row === rows - 1 ? '0 MB ' : '';
    const bar = heights.map((height) => eighths[Math.max(0, Math.min(8, height - floor))] || ' ').join('');
    return `${label.padStart(margin)}│${bar}`.trimEnd();
  });
  const axis = Array.from({ length: width }, () => '─');
  marks.forEach(({ seconds }, i) => (axis[columnOf(seconds)] = letter(i)));
  lines.push(`${' '.repeat(margin)}└${axis.join('')} ${end.toFixed(1)} s`);
  marks.forEach(({ seconds, step, event }, i) => {
    lines.push(`${' '.repeat(margin)}${letter(i)} ${seconds.toFixed(1)} s: ${step} ${events[event]}`);
  });
  return [`GPU memory in use, of ${totalMb} MB:`, ...lines];
}

const letter = (index: number): string => String.fromCharCode(97 + (index % 26));

/** The most in use in each column; a column without a reading repeats the one before it. */
function columnsOf(
  samples: VramTrace['samples'],
  width: number,
  columnOf: (seconds: number) => number,
): number[] {
  const most = new Map<number, number>();
  for (const { seconds, usedMb } of samples) {
    const column = columnOf(seconds);
    most.set(column, Math.max(usedMb, most.get(column) ?? 0));
  }
  let last = samples[0].usedMb;
  return Array.from({ length: width }, (_, column) => (last = most.get(column) ?? last));
}
