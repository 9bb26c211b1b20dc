import type { FrameSpan } from '../../protocol/analysis';

/** The same frames in as few stretches as there can be, in order. */
export function joinSpans(spans: readonly FrameSpan[]): FrameSpan[] {
  const joined: FrameSpan[] = [];
  for (const [first, last] of [...spans].sort((a, b) => a[0] - b[0])) {
    const before = joined.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

/** The frames of 0 … `frames` − 1 that are in none of the spans. */
export function gapsBetween(spans: readonly FrameSpan[], frames: number): FrameSpan[] {
  const gaps: FrameSpan[] = [];
  let next = 0;
  for (const [first, last] of joinSpans(spans)) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next < frames) gaps.push([next, frames - 1]);
  return gaps;
}

export const lengthOf = (spans: readonly FrameSpan[]): number =>
  spans.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export const overlaps = (a: FrameSpan, b: FrameSpan): boolean => a[0] <= b[1] && b[0] <= a[1];
