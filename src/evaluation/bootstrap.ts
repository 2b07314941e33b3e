/**
 * How sure a mean over a text is: the bootstrap over blocks.
 *
 * Tokens near each other are alike, so single tokens must not be drawn: whole blocks are, with replacement, as many as
 * there are (Carlstein, "The use of subseries values for estimating the variance of a general statistic from a stationary
 * sequence", 1986), or whole documents. The interval lies between the percentiles of the values of the draws (Efron and
 * Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3).
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";

/** The bounds of an interval, the lower one first. */
export type Interval = readonly [low: number, high: number];

/** Options of {@linkcode bootstrap}. */
export interface BootstrapOptions {
  /** Draws. */
  resamples: number;

  /** Share of the draws that the interval holds, between 0 and 1. */
  confidence: number;

  /** Chooses the draws. */
  seed: number;
}

/**
 * @param sums Sums over each block, by name; all of one length, the number of blocks.
 * @param statistics Values that follow from the sums over all blocks drawn, by name.
 * @param options Number of draws, width of the intervals, seed.
 * @returns The interval of each value; none where there are fewer than two blocks, which say nothing about each other.
 */
export function bootstrap<Sum extends string>(
  sums: Readonly<Record<Sum, Float64Array>>,
  statistics: Readonly<
    Record<string, (total: Readonly<Record<Sum, number>>) => number>
  >,
  { resamples, confidence, seed }: BootstrapOptions,
): Record<string, Interval> {
  const names = Object.keys(sums) as Sum[];
  const blocks = sums[names[0]!].length;
  if (blocks < 2) return {};
  const random = new RandomStream(seed, "bootstrap");
  const values = Object.keys(statistics).map((name) =>
    [name, new Float64Array(resamples)] as const
  );
  const times = new Uint32Array(blocks);
  for (let draw = 0; draw < resamples; draw++) {
    times.fill(0);
    for (let i = 0; i < blocks; i++) times[random.integer(blocks)]!++;
    const total = {} as Record<Sum, number>;
    for (const name of names) {
      const column = sums[name];
      let sum = 0;
      for (let i = 0; i < blocks; i++) sum += times[i]! * column[i]!;
      total[name] = sum;
    }
    for (const [name, column] of values) {
      column[draw] = statistics[name]!(total);
    }
  }
  return Object.fromEntries(values.map(([name, column]) => {
    column.sort();
    const tail = (1 - confidence) / 2;
    return [name, [percentile(column, tail), percentile(column, 1 - tail)]];
  }));
}

/** The percentile of sorted values, by linear interpolation as NumPy does. */
function percentile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
