import type { FrameSpan } from '../src/protocol/analysis';

/** The frame under a point, `at` of the way along a timeline of `frames`. */
export function frameAt(at: number, frames: number): number {
  return clampFrame(Math.floor(at * frames), frames);
}

/** Frames that lie wholly within any pixel of a timeline of some width, 1 at least. */
export const framesPerPixel = (frames: number, width: number): number =>
  width > 0 ? Math.max(1, Math.floor(frames / width)) : 1;

/** Where the middle of a frame lies, 0–1. */
export const positionOf = (frame: number, frames: number): number =>
  frames > 0 ? (clampFrame(frame, frames) + 0.5) / frames : 0;

export const clampFrame = (frame: number, frames: number): number =>
  Math.max(0, Math.min(Math.max(0, frames - 1), Math.round(frame)));

/** Where a key on the timeline leads; undefined for keys that are not its own. `fps` frames make a large step. */
export function frameAfterKey(
  key: string,
  isLarge: boolean,
  frame: number,
  { frames, fps, cuts }: { frames: number; fps: number; cuts: readonly number[] },
): number | undefined {
  const second = Math.max(1, Math.round(fps));
  const step = isLarge ? second : 1;
  const targets: Partial<Record<string, number>> = {
    ArrowLeft: frame - step,
    ArrowDown: frame - step,
    ArrowRight: frame + step,
    ArrowUp: frame + step,
    PageDown: cuts.filter((cut) => cut < frame).at(-1) ?? 0,
    PageUp: cuts.find((cut) => cut > frame) ?? frames - 1,
    Home: 0,
    End: frames - 1,
  };
  const target = targets[key];
  return target === undefined ? undefined : clampFrame(target, frames);
}

/** Stretches in which faces were seen, from what a look in progress has told so far: equal parts of the whole, and faces in each. */
export function spansOfGlance(glance: readonly number[], parts: number, frames: number): FrameSpan[] {
  const spans: FrameSpan[] = [];
  glance.forEach((faces, i) => {
    if (faces === 0) return;
    const first = Math.floor((i * frames) / parts);
    const last = Math.max(first, Math.floor(((i + 1) * frames) / parts) - 1);
    const before = spans.at(-1);
    if (before && before[1] >= first - 1) before[1] = last;
    else spans.push([first, last]);
  });
  return spans;
}

/** The complement of spans that are in order and do not touch. */
export function gapsBetween(spans: readonly FrameSpan[], frames: number): FrameSpan[] {
  const gaps: FrameSpan[] = [];
  let next = 0;
  for (const [first, last] of spans) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next < frames) gaps.push([next, frames - 1]);
  return gaps;
}
