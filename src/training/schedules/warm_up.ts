/**
 * Schedules that rise to their highest rate in a straight line, and then stay there, fall in a straight line, or fall along
 * half a cosine.
 *
 * Warm-up: Goyal et al., "Accurate, Large Minibatch SGD", 2017, section 2.2; cosine: Loshchilov and Hutter, "SGDR: Stochastic
 * Gradient Descent with Warm Restarts", 2017, equation 5, without restarts. With w steps of warm-up of N:
 *
 *     rate(t) = start + (peak − start) · t / w                  for t < w
 *     rate(t) = end + (peak − end) · fall((t − w) / (N − w))    from there
 *
 * where fall(x) is 1 (constant), 1 − x (linear), or (1 + cos πx) / 2 (cosine). These are PyTorch's `LinearLR` followed by
 * `LinearLR` or `CosineAnnealingLR`, and Keras's `PolynomialDecay` and `CosineDecay`. `end` would be the rate of step N, the
 * one after the last.
 *
 * @module
 */
import {
  checkOptions,
  NOT_NEGATIVE,
  type Range,
  show,
} from "../option_checks.ts";
import { type ScheduleFunction, USUAL_RATE } from "./schedule.ts";

/** Options of a schedule that begins with a warm-up. */
export interface WarmUpOptions {
  /**
   * The highest rate, after the warm-up.
   *
   * @default {0.002}
   */
  peak?: number;

  /**
   * How long the rate rises: whole steps, or, below 1, a share of the run.
   *
   * @default {0}
   */
  warmup?: number;

  /**
   * The rate of the first step of a warm-up.
   *
   * @default {0}
   */
  start?: number;
}

/** Options of a schedule that rises and falls. */
export interface WarmUpAndFallOptions extends WarmUpOptions {
  /**
   * The rate at the end.
   *
   * @default {0}
   */
  end?: number;
}

/** How the rate falls after the warm-up. */
export type Fall = "constant" | "linear" | "cosine";

/** Above 0, below 1 a share, else whole. */
const LENGTH: Range = {
  rule: "a whole number of steps, or a share of the run below 1",
  has: (value) => value >= 0 && (value < 1 || Number.isSafeInteger(value)),
};
const RATE: Range = {
  rule: "a positive number",
  has: (value) => value > 0 && value < Infinity,
};

/** From the share of the fall that is over, how much is left of it. */
const LEFT: Record<Fall, (share: number) => number> = {
  constant: () => 1,
  linear: (share) => 1 - share,
  cosine: (share) => (1 + Math.cos(Math.PI * share)) / 2,
};

/**
 * @param name Which of the three.
 * @param options Its options.
 * @throws {TypeError} If an option is unknown, of the wrong type, or has no effect.
 * @throws {RangeError} If an option is out of range.
 */
export function checkWarmUp(name: Fall, options: WarmUpAndFallOptions): void {
  const what = `a ${name} schedule`;
  checkOptions(what, options, {
    numbers: {
      peak: RATE,
      warmup: LENGTH,
      start: NOT_NEGATIVE,
      ...(name !== "constant" && { end: NOT_NEGATIVE }),
    },
  });
  const { peak = USUAL_RATE, warmup = 0, start, end = 0 } = options;
  if (start !== undefined && warmup === 0) {
    throw new TypeError(
      `Cannot make ${what}: start has no effect without warmup: give warmup, such as 0.1`,
    );
  }
  for (const [key, value] of Object.entries({ start, end })) {
    if (value !== undefined && value > peak) {
      throw new RangeError(
        `Cannot make ${what}: ${key} must be at most peak, ${peak}: ${value}`,
      );
    }
  }
}

/**
 * @param name Which of the three.
 * @param options Its options.
 * @returns The rate of every step.
 */
export function warmUp(
  name: Fall,
  options: WarmUpAndFallOptions,
): ScheduleFunction {
  const { peak = USUAL_RATE, warmup = 0, start = 0, end = 0 } = options;
  return (step, totalSteps) => {
    const rising = stepsOf(warmup, totalSteps);
    if (step < rising) return start + (peak - start) * step / rising;
    const share = Math.min(1, (step - rising) / (totalSteps - rising));
    const left = LEFT[name](share);
    return peak * left + end * (1 - left); // exact at both ends
  };
}

/**
 * @param length Steps, or a share of the run below 1.
 * @param totalSteps Steps of the run.
 * @returns The steps, which need not be whole.
 */
export function stepsOf(length: number, totalSteps: number): number {
  return length > 0 && length < 1 ? length * totalSteps : length;
}

/**
 * @param what The schedule, for the error.
 * @param warmup Its warm-up.
 * @param totalSteps Steps of the run.
 * @throws {RangeError} If the run is over before the warm-up is.
 */
export function checkWarmUpFits(
  what: string,
  warmup: number,
  totalSteps: number,
): void {
  if (stepsOf(warmup, totalSteps) < totalSteps) return;
  throw new RangeError(
    `Cannot make ${what}: warmup must be shorter than the run, which takes ${totalSteps} steps: ${
      show(warmup)
    }`,
  );
}
