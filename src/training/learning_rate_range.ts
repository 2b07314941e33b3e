/**
 * What a learning-rate range test found: losses over rates, and the rate that they suggest.
 *
 * @module
 */
import { formatRate, rateChart } from "../display/rate_chart.ts";

/** Share of the past in the smoothed loss. */
const MEMORY = 0.9;

/** Losses over learning rates. Prints as text, and shows a chart in a notebook. */
export class LearningRateRange {
  /** The rates that were tried, from the lowest to the highest. */
  readonly rates: readonly number[];
  /** The loss of the step with each, before the step, in nats per token. */
  readonly losses: readonly number[];
  /** The losses, smoothed. */
  readonly smoothed: readonly number[];
  /** The rate at which the smoothed loss falls fastest, which is a good first choice. */
  readonly suggestion: number;
  /** The rate at which the smoothed loss is lowest, which is too high already. */
  readonly lowest: number;

  /**
   * Keeps the losses and finds the rates.
   *
   * @param rates Rates, from the lowest to the highest.
   * @param losses A loss for each, three at least.
   */
  constructor(rates: readonly number[], losses: readonly number[]) {
    this.rates = rates;
    this.losses = losses;
    this.smoothed = smooth(losses);
    const lowest = indexOfLowest(this.smoothed);
    this.lowest = rates[lowest]!;
    this.suggestion = rates[steepest(this.smoothed, rates, lowest)]!;
  }

  /**
   * Writes what was found.
   *
   * @returns A line.
   */
  toString(): string {
    const [first, last] = [this.rates[0]!, this.rates.at(-1)!];
    return `learning rate ${
      formatRate(this.suggestion)
    } suggested: the loss falls fastest there; it is lowest at ${
      formatRate(this.lowest)
    }, of ${this.rates.length} rates from ${formatRate(first)} to ${
      formatRate(last)
    }`;
  }

  /**
   * Shows the chart in a notebook.
   *
   * @returns The line as plain text, and the chart.
   */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const svg = rateChart(this);
    const source = new TextEncoder().encode(svg).toBase64();
    return {
      "text/plain": this.toString(),
      "text/html":
        `<img alt="${this.toString()}" width="640" height="260" style="max-width:100%;height:auto" ` +
        `src="data:image/svg+xml;base64,${source}">`,
    };
  }
}

/**
 * A running mean whose beginning at 0 is taken out again, as Adam does (Kingma and Ba, 2015, section 3).
 *
 * @param losses Losses in their order.
 * @returns The running mean after each.
 */
export function smooth(losses: readonly number[]): number[] {
  let mean = 0;
  return losses.map((loss, i) => {
    mean = MEMORY * mean + (1 - MEMORY) * loss;
    return mean / (1 - MEMORY ** (i + 1));
  });
}

function indexOfLowest(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}

/** Where a curve over the logarithm of the rates falls fastest, before its lowest point. */
function steepest(
  losses: readonly number[],
  rates: readonly number[],
  lowest: number,
): number {
  let [best, slopeThere] = [0, Infinity];
  for (let i = 1; i < lowest; i++) {
    const slope = (losses[i + 1]! - losses[i - 1]!) /
      Math.log(rates[i + 1]! / rates[i - 1]!);
    if (slope < slopeThere) [best, slopeThere] = [i, slope];
  }
  return best;
}
