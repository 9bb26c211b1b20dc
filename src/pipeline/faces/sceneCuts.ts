import type { Frame } from '../image/frame';

/** Blocks per axis and brightness classes of a frame's signature. */
const BLOCKS = 3;
const BINS = 16;
/** Samples per axis: enough for a stable histogram, few enough to cost nothing. */
const SAMPLES = 96;
/** Share of the samples that must change their class for a cut (0–1). */
const CUT = 0.42;

/** Brightness histograms of 3 × 3 blocks of the frame, each summing to 1 / 9. */
export function signature(frame: Frame): number[] {
  const { width, height } = frame.format;
  const luma = frame.planes[0];
  const bins = new Array<number>(BLOCKS * BLOCKS * BINS).fill(0);
  const unit = 1 / (SAMPLES * SAMPLES);
  for (let j = 0; j < SAMPLES; j++) {
    const row = Math.floor(((j + 0.5) * height) / SAMPLES) * width;
    const blockRow = Math.floor((j * BLOCKS) / SAMPLES) * BLOCKS;
    for (let i = 0; i < SAMPLES; i++) {
      const value = luma[row + Math.floor(((i + 0.5) * width) / SAMPLES)];
      bins[(blockRow + Math.floor((i * BLOCKS) / SAMPLES)) * BINS + (value >> 4)] += unit;
    }
  }
  return bins;
}

/** Whether two neighbouring frames belong to different scenes. */
export function isCut(before: readonly number[], after: readonly number[]): boolean {
  let moved = 0;
  for (let i = 0; i < after.length; i++) moved += Math.abs(after[i] - before[i]);
  return moved / 2 > CUT;
}
