import type { Rational } from './mediaInfo';

/** Reads `30000/1001` or `16:15`; undefined for `0/0`, `0:1`, `N/A`. */
export function parseRational(text: string | undefined): Rational | undefined {
  const match = /^(\d+)[/:](\d+)$/.exec(text ?? '');
  if (!match) return undefined;
  const num = Number(match[1]);
  const den = Number(match[2]);
  return num > 0 && den > 0 ? { num, den } : undefined;
}

/** Frame rates that cameras and editors use, for telling a rounded rate from a real one. */
const commonRates: Rational[] = [
  ...[24000, 30000, 48000, 60000, 120000].map((num) => ({ num, den: 1001 })),
  ...[5, 6, 8, 10, 12, 12.5, 15, 16, 18, 20, 24, 25, 30, 48, 50, 60, 72, 90, 100, 120, 144, 240].map(
    (rate) => ({
      num: rate * 2,
      den: 2,
    }),
  ),
].map(reduced);

export function reduced({ num, den }: Rational): Rational {
  let a = Math.round(num);
  let b = Math.round(den);
  while (b !== 0) [a, b] = [b, a % b];
  return { num: Math.round(num) / a, den: Math.round(den) / a };
}

export interface FrameTiming {
  frameRate: Rational;
  variable: boolean;
}

/**
 * Tells constant from variable frame rate by the timestamps themselves. A rate counts as constant when every frame
 * lies within one tick of an even grid: containers such as Matroska round 1/30 s to 33, 67, 100 ms.
 * @param timestamps in ticks of `timeBase`, ascending
 * @param declared rates the container names, most trusted first
 */
export function frameTiming(
  timestamps: Float64Array,
  timeBase: Rational,
  declared: (Rational | undefined)[],
): FrameTiming {
  const fallback = declared.find((rate) => rate !== undefined) ?? { num: 25, den: 1 };
  if (timestamps.length < 2) return { frameRate: fallback, variable: false };
  const ticks = (timestamps[timestamps.length - 1] - timestamps[0]) / (timestamps.length - 1);
  const mean = timeBase.den / (timeBase.num * ticks);
  const candidates = [...declared.filter((rate) => rate !== undefined), ...commonRates];
  for (const rate of candidates) {
    if (Math.abs(rate.num / rate.den / mean - 1) < 0.01 && liesOnGrid(timestamps, timeBase, rate)) {
      return { frameRate: rate, variable: false };
    }
  }
  const measured = reduced({ num: Math.round(mean * 1000), den: 1000 });
  if (liesOnGrid(timestamps, timeBase, { num: timeBase.den, den: timeBase.num * ticks })) {
    const exact = Number.isInteger(ticks)
      ? reduced({ num: timeBase.den, den: timeBase.num * ticks })
      : measured;
    return { frameRate: exact, variable: false };
  }
  const named = declared.find((rate) => rate && Math.abs(rate.num / rate.den / mean - 1) < 0.005);
  return { frameRate: named ?? measured, variable: true };
}

function liesOnGrid(timestamps: Float64Array, timeBase: Rational, rate: Rational): boolean {
  const step = (rate.den * timeBase.den) / (rate.num * timeBase.num);
  // The first stamp is rounded too, hence a little more than one tick.
  const tolerance = Math.min(1.01, step / 4);
  for (let n = 0; n < timestamps.length; n++) {
    if (Math.abs(timestamps[n] - timestamps[0] - n * step) > tolerance) return false;
  }
  return true;
}

/**
 * Timestamps with those that are missing at the end continued at the same pace: AVI stores none for frames that are shown
 * in another order than they are decoded, and decoders know the last of them only by counting on.
 * @returns undefined when others are missing or those that are known are not evenly spaced
 */
export function withoutGaps(timestamps: readonly (number | undefined)[]): Float64Array | undefined {
  const end = timestamps.indexOf(undefined);
  if (end < 0) return Float64Array.from(timestamps as number[]);
  const known = timestamps.slice(0, end) as number[];
  const pace = known[1] - known[0];
  const isEven = known.every((time, n) => time === known[0] + n * pace);
  if (known.length < 2 || !isEven || timestamps.slice(end).some((time) => time !== undefined))
    return undefined;
  return Float64Array.from(timestamps, (_, n) => known[0] + n * pace);
}
