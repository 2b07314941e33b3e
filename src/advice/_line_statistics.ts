/**
 * How long lines and documents are, and which lines come again.
 *
 * @module
 */

/** A range of lengths and how many there are. */
export interface LengthBin {
  /** Shortest length in characters. */
  readonly from: number;
  /** Longest length in characters. */
  readonly to: number;
  /** How many have a length of this range. */
  readonly count: number;
}

/** Lengths in UTF-16 units, which are characters in all but rare texts. */
export interface Lengths {
  /** How many there are. */
  readonly count: number;
  /** Half of them are no longer. */
  readonly median: number;
  /** Nine of ten are no longer. */
  readonly ninetieth: number;
  /** The longest. */
  readonly longest: number;
  /** Ranges that double: 0, 1, 2 to 3, 4 to 7 and so on, from the first to the last that has any. */
  readonly bins: readonly LengthBin[];
}

/** A line that comes more than once. */
export interface RepeatedLine {
  /** The line. */
  readonly line: string;
  /** How often it comes. */
  readonly count: number;
}

/** Lines that come again, among the first 5 million. */
export interface LineRepeats {
  /** Lines that are not empty and came before already. */
  readonly count: number;
  /** Their share of all lines that are not empty. */
  readonly share: number;
  /** The ones that come most often. */
  readonly most: readonly RepeatedLine[];
}

/** Lines that are looked at: a map holds 16 million at most, and far fewer tell as much. */
const LOOKED_AT = 5_000_000;

/** Repeated lines that are kept. */
const SHOWN = 5;

/**
 * Sums up lengths.
 *
 * @param lengths The lengths.
 * @returns Their summary.
 */
export function summarizeLengths(lengths: readonly number[]): Lengths {
  const sorted = Float64Array.from(lengths).sort();
  const bins: LengthBin[] = [];
  for (const length of sorted) {
    const from = length === 0 ? 0 : 2 ** Math.floor(Math.log2(length));
    const last = bins.at(-1);
    if (last?.from === from) {
      bins[bins.length - 1] = { ...last, count: last.count + 1 };
    } else {
      for (let next = after(last?.from, from); next < from; next *= 2) {
        bins.push({ from: next, to: 2 * next - 1, count: 0 });
      }
      bins.push({ from, to: Math.max(0, 2 * from - 1), count: 1 });
    }
  }
  return {
    count: sorted.length,
    median: atShare(sorted, 0.5),
    ninetieth: atShare(sorted, 0.9),
    longest: sorted.at(-1) ?? 0,
    bins,
  };
}

/** Start of the range after another one. */
function after(last: number | undefined, from: number): number {
  return last === undefined ? from : Math.max(1, 2 * last);
}

/** The smallest value that a share of all does not exceed. */
function atShare(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/**
 * Finds lines that come again.
 *
 * @param lines All lines.
 * @param limit Lines that are not empty to look at.
 * @returns How many, and the most frequent.
 */
export function findRepeats(
  lines: Iterable<string>,
  limit: number = LOOKED_AT,
): LineRepeats {
  const counts = new Map<string, number>();
  let total = 0;
  for (const line of lines) {
    const key = line.trim();
    if (key === "") continue;
    if (total === limit) break;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    total++;
  }
  const count = total - counts.size;
  const most = [...counts].filter(([, count]) => count > 1)
    .sort(([, a], [, b]) => b - a).slice(0, SHOWN)
    .map(([line, count]) => ({ line, count }));
  return { count, share: total === 0 ? 0 : count / total, most };
}
