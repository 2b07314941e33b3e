/**
 * How long a run lasts, and whether it is over already.
 *
 * @module
 */
import type { TokenBatches } from "../data/batches.ts";
import type { FitOptions } from "./fit_options.ts";
import type { FitSettings } from "./fit_settings.ts";
import type { StopReason } from "./history.ts";
import { stepsPerEpoch } from "./_learning.ts";
import type { TrainingProgress } from "./progress.ts";

/** How long a run lasts at most. */
export interface RunLimits {
  /** Steps; Infinity for no limit. */
  totalSteps: number;
  /** Epochs, the last of which may be cut short; Infinity for no limit. */
  epochs: number;
  /** Seconds; Infinity for no limit. */
  maxSeconds: number;
}

/**
 * @param settings Epochs, or steps, and seconds.
 * @param batches Batches of an epoch of the data.
 * @param progress Where the run stands; epochs that it took may have had another number of steps.
 * @returns How long the run lasts.
 */
export function limitsOf(
  { steps, epochs, maxSeconds, accumulate }: FitSettings,
  batches: TokenBatches,
  { steps: taken, epoch }: TrainingProgress,
): RunLimits {
  const perEpoch = stepsPerEpoch(batches, accumulate);
  const before = taken - epoch.steps; // in whole epochs
  const totalSteps = steps ?? before + (epochs - epoch.index) * perEpoch;
  return {
    totalSteps,
    epochs: epoch.index + Math.ceil((totalSteps - before) / perEpoch),
    maxSeconds,
  };
}

/**
 * @param progress Where a run stands that is to go on.
 * @param limits How long it lasts.
 * @param options Why it had ended there, if it had, and the options that are given now.
 * @returns Why it is over, and the way out; undefined where it can go on.
 */
export function whyOver(
  progress: TrainingProgress,
  limits: RunLimits,
  { ended, given }: { ended: StopReason | null; given: FitOptions },
): string | undefined {
  const { steps, seconds, epoch } = progress;
  if (steps >= limits.totalSteps || epoch.index >= limits.epochs) {
    return `it has taken all of its ${steps} steps; give more steps or epochs, such as { steps: ${
      2 * steps
    } }`;
  }
  if (seconds >= limits.maxSeconds) {
    return `it has taken all of its ${limits.maxSeconds} seconds; give more maxSeconds, counted from its beginning`;
  }
  if (ended === "early-stopping" && given.earlyStopping === undefined) {
    return "its validation loss did not become better any more; give earlyStopping: false, or options with more patience";
  }
  if (ended === "target" && given.targetLoss === undefined) {
    return "its loss was as low as targetLoss wanted; give a lower one";
  }
  return undefined;
}
