/**
 * Early stopping: a run ends when its validation loss has not become better for a while (Prechelt, "Early Stopping -
 * But When?", 1998).
 *
 * @module
 */
import type { TrainingProgress } from "./progress.ts";
import {
  checkOptions,
  flag,
  notNegative,
  type OptionRule,
  positiveInteger,
  quote,
} from "./_option_rules.ts";

/** When a run ends early, and with which weights. */
export interface EarlyStoppingOptions {
  /**
   * Validations in a row without a better loss, after which the run ends.
   *
   * @default {3}
   */
  patience?: number;

  /**
   * By how many nats per token a loss must be lower to be better.
   *
   * @default {0}
   */
  minDelta?: number;

  /**
   * Whether the model gets the weights of its best validation when the run ends, however it ends but by an error.
   *
   * @default {true}
   */
  restoreBest?: boolean;
}

/**
 * @param choice What the caller gave: options, true for the defaults, false for none.
 * @returns The options with the defaults; undefined for none.
 */
export function resolveEarlyStopping(
  choice: EarlyStoppingOptions | boolean,
): Required<EarlyStoppingOptions> | undefined {
  if (choice === false) return undefined;
  const given = choice === true ? {} : choice;
  return { patience: 3, minDelta: 0, restoreBest: true, ...given };
}

/** What the option may be. */
export const earlyStoppingRule: OptionRule = (value, name) => {
  if (typeof value === "boolean") return;
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `Cannot train: ${name} must be true, false or an object: ${quote(value)}`,
    );
  }
  checkOptions<EarlyStoppingOptions>(value, {
    patience: positiveInteger,
    minDelta: notNegative,
    restoreBest: flag,
  }, name);
};

/**
 * Takes a validation into account.
 *
 * @param progress Where the run stands; its best validation, and the number of those since, are changed.
 * @param minDelta By how much a loss must be lower.
 * @returns Whether the last validation is the best so far.
 */
export function judgeValidation(
  progress: TrainingProgress,
  minDelta: number,
): boolean {
  const { validation, best } = progress;
  if (validation === null) return false;
  const isBest = best === null || validation.loss < best.loss - minDelta;
  if (isBest) progress.best = validation;
  progress.validationsSinceBest = isBest
    ? 0
    : progress.validationsSinceBest + 1;
  return isBest;
}
