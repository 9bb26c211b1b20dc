/** Lowest and highest number that a value of a network takes. */
export type Range = readonly [number, number];

/** Ranges by the name of the node that makes the value. */
export type Ranges = Readonly<Record<string, Range>>;

/** How 256 steps cover a range and zero, which has a byte of its own: number = (byte − zero) × step. */
export function stepsOver([lowest, highest]: Range): { step: number; zero: number } {
  const [from, to] = [Math.min(0, lowest), Math.max(0, highest)];
  const step = Math.fround((to - from) / 255);
  return { step, zero: Math.round((0 - from) / step) };
}
