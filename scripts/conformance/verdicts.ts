import type { PixelTolerance } from './referenceSet';

/** One line of the table. */
export interface Verdict {
  item: string;
  cases: number;
  /** The worst case in words, and the case it came from. */
  worst: string;
  worstCase: string;
  tolerance: string;
  passed: boolean;
}

interface Measured {
  where: string;
  /** Sorts the cases: the larger, the worse. */
  badness: number;
  text: string;
  passed: boolean;
}

/** Collects what was measured and says for every item how its worst case stands. */
export class Verdicts {
  private readonly items = new Map<string, { tolerance: string; measured: Measured[] }>();

  /** Largest difference of two lists of numbers. Lists of different lengths fail. */
  numbers(
    item: string,
    where: string,
    ours: ArrayLike<number>,
    theirs: ArrayLike<number>,
    most: number,
  ): void {
    let worst = ours.length === theirs.length ? 0 : Infinity;
    // Not-a-number differs from everything.
    for (let i = 0; i < ours.length; i++) {
      const difference = Math.abs(ours[i] - theirs[i]);
      if (!(difference <= worst)) worst = Number.isNaN(difference) ? Infinity : difference;
    }
    this.add(item, `≤ ${most}`, { where, badness: worst, text: worst.toPrecision(2), passed: worst <= most });
  }

  /** Levels of two pictures (0–255), all of them or those at the places `only`. */
  levels(
    item: string,
    where: string,
    ours: ArrayLike<number>,
    theirs: ArrayLike<number>,
    tolerance: PixelTolerance,
    only?: (i: number) => boolean,
  ): void {
    let [max, sum, outside, count] = [0, 0, 0, 0];
    for (let i = 0; i < theirs.length; i++) {
      if (only && !only(i)) continue;
      const difference = Math.abs(ours[i] - theirs[i]);
      max = Math.max(max, difference);
      sum += difference;
      if (difference > tolerance.within) outside++;
      count++;
    }
    const share = count === 0 ? 1 : 1 - outside / count;
    const mean = count === 0 ? 0 : sum / count;
    const { within, share: least, max: most, mean: meanMost = Infinity } = tolerance;
    const passed =
      ours.length === theirs.length &&
      max <= most &&
      share >= least &&
      mean <= meanMost &&
      !Number.isNaN(sum);
    const limits = `max ≤ ${most}, ≥ ${percent(least)} within ${within}`;
    this.add(item, meanMost < Infinity ? `${limits}, mean ≤ ${meanMost}` : limits, {
      where,
      badness: max / most + (1 - share) / (1 - least) + (meanMost < Infinity ? mean / meanMost : 0),
      text: `max ${max}, ${percent(share)} within ${within}, mean ${mean.toFixed(3)}`,
      passed,
    });
  }

  /** Exact agreement. */
  equal(item: string, where: string, ours: unknown, theirs: unknown): void {
    const passed = JSON.stringify(ours) === JSON.stringify(theirs);
    const text = passed ? 'equal' : `${JSON.stringify(ours)} for ${JSON.stringify(theirs)}`;
    this.add(item, 'exact', { where, badness: passed ? 0 : 1, text, passed });
  }

  list(): Verdict[] {
    return [...this.items].map(([item, { tolerance, measured }]) => {
      const worst = measured.reduce((a, b) =>
        b.passed === a.passed ? (b.badness > a.badness ? b : a) : b.passed ? a : b,
      );
      return {
        item,
        cases: measured.length,
        worst: worst.text,
        worstCase: worst.where,
        tolerance,
        passed: measured.every(({ passed }) => passed),
      };
    });
  }

  private add(item: string, tolerance: string, measured: Measured): void {
    const known = this.items.get(item);
    if (known) known.measured.push(measured);
    else this.items.set(item, { tolerance, measured: [measured] });
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** The table as text with aligned columns. */
export function formatTable(verdicts: readonly Verdict[]): string {
  const rows = [
    ['item', 'cases', 'worst difference', 'in', 'tolerance', 'verdict'],
    ...verdicts.map((v) => [
      v.item,
      String(v.cases),
      v.worst,
      v.worstCase,
      v.tolerance,
      v.passed ? 'pass' : 'FAIL',
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
