import type { Frame } from '../image/frame';

/** Blocks per axis and brightness classes of a frame's signature. */
const BLOCKS = 3;
const BINS = 16;
/** Samples per axis: enough for a stable histogram, few enough to cost nothing. */
const SAMPLES = 96;
/** Share of the samples that change their class at a cut, whatever came before. */
const CUT = 0.42;
/** The same where the frames before hardly changed: at least this much, and so many times their change. */
const QUIET_CUT = 0.16;
const QUIET_RATIO = 5;

/** What the cut detector remembers. */
export interface SceneMemory {
  /** Brightness histograms of 3 × 3 blocks of the last frame, in samples. */
  histogram: number[];
  /** Running mean of the change from frame to frame, 0–1. */
  unrest: number;
}

/** Looks at the next frame: does it start a new scene? The first frame does. */
export function nextScene(
  memory: SceneMemory | undefined,
  frame: Frame,
): { memory: SceneMemory; startsScene: boolean } {
  const histogram = blockHistograms(frame);
  if (!memory) return { memory: { histogram, unrest: 0.05 }, startsScene: true };
  let moved = 0;
  for (let i = 0; i < histogram.length; i++) moved += Math.abs(histogram[i] - memory.histogram[i]);
  const change = moved / 2 / (SAMPLES * SAMPLES);
  const startsScene = change > CUT || (change > QUIET_CUT && change > QUIET_RATIO * memory.unrest);
  const unrest = startsScene ? memory.unrest : memory.unrest * 0.8 + change * 0.2;
  return { memory: { histogram, unrest }, startsScene };
}

function blockHistograms(frame: Frame): number[] {
  const { width, height } = frame.format;
  const luma = frame.planes[0];
  const bins = new Array<number>(BLOCKS * BLOCKS * BINS).fill(0);
  for (let j = 0; j < SAMPLES; j++) {
    const row = Math.floor(((j + 0.5) * height) / SAMPLES) * width;
    const blockRow = Math.floor((j * BLOCKS) / SAMPLES) * BLOCKS;
    for (let i = 0; i < SAMPLES; i++) {
      const value = luma[row + Math.floor(((i + 0.5) * width) / SAMPLES)];
      bins[(blockRow + Math.floor((i * BLOCKS) / SAMPLES)) * BINS + (value >> 4)]++;
    }
  }
  return bins;
}
