/**
 * Options of `evaluate()`, their defaults and their limits.
 *
 * @module
 */
import { checkOptionNames } from "../text/options.ts";
import { shown, wrongNumber } from "../text/refusal.ts";
import type { UnknownPolicy } from "../tokenizers/tokenizer.ts";
import { checkSignal } from "./_checks.ts";
import type { EvaluationMetric } from "./evaluation.ts";
import { checkZeroDivision } from "./precision_recall_f1.ts";

/** Options of `evaluate()`. */
export interface EvaluateOptions {
  /**
   * What to measure.
   *
   * @default {undefined} which measures all
   */
  metrics?: readonly EvaluationMetric[];

  /**
   * For each of these k, the share of tokens that were among the k most likely is measured.
   *
   * @default {[1, 5]}
   */
  topK?: readonly number[];

  /**
   * What a division by zero gives in precision, recall and F1: 0, 1, or NaN, which leaves the token out of the averages.
   *
   * @default {0}
   */
  zeroDivision?: number;

  /**
   * How many of the most frequent tokens are reported each by itself.
   *
   * @default {10}
   */
  frequent?: number;

  /**
   * How many of the most frequent mistakes are reported.
   *
   * @default {10}
   */
  confusions?: number;

  /**
   * Draws of the bootstrap that the intervals come from; 0 for no intervals.
   *
   * @default {1000}
   */
  resamples?: number;

  /**
   * Share of the draws that an interval holds, between 0 and 1.
   *
   * @default {0.95}
   */
  confidence?: number;

  /**
   * Chooses the draws.
   *
   * @default {0}
   */
  seed?: number;

  /**
   * What to do with characters that the tokenizer does not know.
   *
   * @default {"token" if the tokenizer has one, else "error"}
   */
  unknown?: UnknownPolicy;

  /** Stops the work; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

const ACTION = "Cannot evaluate";

const METRICS: readonly EvaluationMetric[] = [
  "loss",
  "perplexity",
  "bitsPerToken",
  "bitsPerCharacter",
  "bitsPerByte",
  "accuracy",
  "topK",
  "precision",
  "recall",
  "f1",
];
/** Those that are averages over labels. */
export const PER_LABEL: readonly EvaluationMetric[] = [
  "precision",
  "recall",
  "f1",
];
/** Those that need to know the most likely tokens. */
export const OF_PREDICTIONS: readonly EvaluationMetric[] = [
  "accuracy",
  "topK",
  ...PER_LABEL,
];

/** More draws than these tell nothing new, and take minutes in which nothing else runs. */
const MOST_RESAMPLES = 1_000_000;

/** The options with every default filled in. */
export interface EvaluateSettings {
  metrics: ReadonlySet<EvaluationMetric>;
  topK: readonly number[];
  zeroDivision: number;
  frequent: number;
  confusions: number;
  resamples: number;
  confidence: number;
  seed: number;
  signal: AbortSignal | undefined;
}

/**
 * @param options What the caller gave.
 * @returns The options with the defaults.
 * @throws {TypeError} If one is of the wrong type or unknown, or has no effect beside the others.
 * @throws {RangeError} If one is out of range.
 */
export function evaluateSettings(options: EvaluateOptions): EvaluateSettings {
  checkOptionNames(
    ACTION,
    options,
    [
      "metrics",
      "topK",
      "zeroDivision",
      "frequent",
      "confusions",
      "resamples",
      "confidence",
      "seed",
      "unknown",
      "signal",
    ] satisfies (keyof EvaluateOptions)[],
  );
  const { metrics = METRICS, topK = [1, 5], resamples = 1000 } = options;
  const { confidence = 0.95, seed = 0, zeroDivision = 0 } = options;
  if (!Array.isArray(metrics) || metrics.length === 0) {
    throw new TypeError(
      `${ACTION}: metrics must be a list of names, one at least: ${
        Array.isArray(metrics) ? "[]" : shown(metrics)
      }`,
    );
  }
  for (const name of metrics) {
    if (METRICS.includes(name)) continue;
    throw new RangeError(
      `${ACTION}: a metric must be one of ${METRICS.join(", ")}: ${
        shown(name)
      }`,
    );
  }
  const needs = (
    option: keyof EvaluateOptions,
    of: readonly EvaluationMetric[],
  ): void => {
    if (options[option] === undefined) return;
    if (metrics.some((name) => of.includes(name))) return;
    throw new TypeError(
      `${ACTION}: ${option} has no effect unless metrics has ${
        of.join(" or ")
      }, leave it out`,
    );
  };
  needs("topK", ["topK"]);
  needs("zeroDivision", PER_LABEL);
  needs("frequent", PER_LABEL);
  needs("confusions", OF_PREDICTIONS);
  if (!Array.isArray(topK)) {
    throw new TypeError(
      `${ACTION}: topK must be a list of whole numbers from 1: ${shown(topK)}`,
    );
  }
  const atLeast = (name: string, value: unknown, least: number): void => {
    if (Number.isSafeInteger(value) && value as number >= least) return;
    throw wrongNumber(
      `${ACTION}: ${name} must be a whole number from ${least}`,
      value,
    );
  };
  for (const k of topK) atLeast("each of topK", k, 1);
  const { frequent = 10, confusions = 10 } = options;
  atLeast("frequent", frequent, 0);
  atLeast("confusions", confusions, 0);
  atLeast("resamples", resamples, 0);
  if (resamples > MOST_RESAMPLES) {
    throw new RangeError(
      `${ACTION}: resamples must be at most ${MOST_RESAMPLES}: ${resamples}`,
    );
  }
  if (!(typeof confidence === "number" && confidence > 0 && confidence < 1)) {
    throw wrongNumber(
      `${ACTION}: confidence must be a number between 0 and 1`,
      confidence,
    );
  }
  if (resamples === 0) {
    for (const name of ["confidence", "seed"] as const) {
      if (options[name] === undefined) continue;
      throw new TypeError(
        `${ACTION}: ${name} has no effect without resamples, leave it out`,
      );
    }
  }
  if (!Number.isSafeInteger(seed)) {
    throw wrongNumber(`${ACTION}: seed must be a safe integer`, seed);
  }
  checkZeroDivision(ACTION, zeroDivision);
  checkSignal(ACTION, options.signal);
  return {
    metrics: new Set(metrics),
    topK: metrics.includes("topK")
      ? [...new Set(topK)].sort((a, b) => a - b)
      : [],
    zeroDivision,
    frequent,
    confusions: metrics.some((name) => OF_PREDICTIONS.includes(name))
      ? confusions
      : 0,
    resamples,
    confidence,
    seed,
    signal: options.signal,
  };
}
