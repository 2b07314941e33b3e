/**
 * The charts of the report on a corpus, as bars that a terminal and a notebook draw each in its way.
 *
 * @module
 */
import type { Bar } from "../display/bar_chart.ts";
import { formatRate } from "../display/format.ts";
import type { CorpusFindings } from "./corpus_report.ts";
import type { Lengths } from "./_line_statistics.ts";

/** Bars with a heading. */
export interface CorpusChart {
  /** The heading. */
  readonly title: string;
  /** What the labels count. */
  readonly axis: string;
  /** The bars from left to right. */
  readonly bars: readonly Bar[];
}

/** Bars of one chart at most; longer lengths share the last one. */
const MOST_BARS = 10;

/**
 * The charts of a report: lines and documents by length, and entropies.
 *
 * @param findings What was found.
 * @returns The bars of each chart.
 */
export function chartsOf(
  { lines, documents, entropies }: CorpusFindings,
): CorpusChart[] {
  const charts = [
    {
      title: "Lines by length",
      axis: "characters, at least",
      bars: barsOf(lines),
    },
    {
      title: "Entropy of a character",
      axis: "characters before it",
      bars: entropies.map((bits, order) => ({
        label: String(order),
        value: bits,
        caption: `${bits.toFixed(2)} bits`,
      })),
    },
  ];
  if (documents.count > 1) {
    charts.splice(1, 0, {
      title: "Documents by length",
      axis: "characters, at least",
      bars: barsOf(documents),
    });
  }
  return charts;
}

function barsOf({ bins }: Lengths): Bar[] {
  const shown = bins.length > MOST_BARS
    ? [
      ...bins.slice(0, MOST_BARS - 1),
      bins.slice(MOST_BARS - 1).reduce((sum, bin) => ({
        from: sum.from,
        to: Infinity,
        count: sum.count + bin.count,
      })),
    ]
    : bins;
  return shown.map(({ from, to, count }) => ({
    label: short(from) + (to === Infinity ? "+" : ""),
    value: count,
    caption: short(count),
  }));
}

/** A whole number in few characters. */
function short(count: number): string {
  return count < 1000 ? String(count) : formatRate(count);
}
