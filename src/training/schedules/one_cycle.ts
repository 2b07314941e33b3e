/**
 * One cycle: the rate rises to its peak, and falls to far below where it began.
 *
 * Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018, in the two
 * phases of PyTorch's `OneCycleLR`: of N steps, counted from 0, the peak lies at wN − 1, the end at N − 1, the last step.
 *
 * @module
 */
import {
  checkOptions,
  FRACTION,
  POSITIVE,
  type Range,
} from "../option_checks.ts";
import { type ScheduleFunction, USUAL_RATE } from "./schedule.ts";

/** Options of a one-cycle schedule. */
export interface OneCycleOptions {
  /**
   * The highest rate.
   *
   * @default {0.002}
   */
  peak?: number;

  /**
   * How much of the run the rate rises, between 0 and 1; PyTorch's `pct_start`.
   *
   * @default {0.3}
   */
  warmup?: number;

  /**
   * How many times lower than the peak the rate begins, from 1; PyTorch's `div_factor`.
   *
   * @default {25}
   */
  startDivisor?: number;

  /**
   * How many times lower than it began the rate ends; PyTorch's `final_div_factor`.
   *
   * @default {10000}
   */
  endDivisor?: number;

  /**
   * How the rate rises and falls: along half a cosine or in a straight line.
   *
   * @default {"cosine"}
   */
  anneal?: "cosine" | "linear";
}

const DIVISOR: Range = {
  rule: "a number from 1",
  has: (value) => value >= 1 && value < Infinity,
};

/** From the share of the way that is done to how much of it is left. */
const LEFT: Record<"cosine" | "linear", (share: number) => number> = {
  cosine: (share) => (1 + Math.cos(Math.PI * share)) / 2,
  linear: (share) => 1 - share,
};

/**
 * @param options Options of a one-cycle schedule.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkOneCycle(options: OneCycleOptions): void {
  checkOptions("a one-cycle schedule", options, {
    numbers: {
      peak: POSITIVE,
      warmup: FRACTION,
      startDivisor: DIVISOR,
      endDivisor: DIVISOR,
    },
    words: { anneal: ["cosine", "linear"] },
  });
}

/**
 * @param options Options of a one-cycle schedule.
 * @returns The rate of every step.
 */
export function oneCycle(options: OneCycleOptions): ScheduleFunction {
  const { peak = USUAL_RATE, warmup = 0.3, anneal = "cosine" } = options;
  const { startDivisor = 25, endDivisor = 1e4 } = options;
  const start = peak / startDivisor;
  const end = start / endDivisor;
  const between = (from: number, to: number, share: number): number => {
    const left = LEFT[anneal](share);
    return from * left + to * (1 - left); // exact at both ends
  };
  return (step, totalSteps) => {
    const top = warmup * totalSteps - 1; // below 0 where the run is too short to rise
    if (step <= top) {
      return between(start, peak, top > 0 ? step / top : 1);
    }
    return between(
      peak,
      end,
      Math.min(1, (step - top) / (totalSteps - 1 - top)),
    );
  };
}
