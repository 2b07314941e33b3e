/**
 * The guard over a run: it sees when the loss explodes, so that the run can go back and try again with smaller steps.
 *
 * Going back to earlier weights and on with later batches is how large models were brought past spikes of their loss
 * (Chowdhery et al., "PaLM: Scaling Language Modeling with Pathways", 2022, section 5.1).
 *
 * @module
 */
import type { TrainingProgress } from "./progress.ts";
import {
  checkOptions,
  notNegativeInteger,
  type OptionRule,
  positiveInteger,
  quote,
  within,
} from "./_option_rules.ts";

/** When a run goes back to earlier weights, and what it does then. */
export interface GuardOptions {
  /**
   * How many times the loss may be that of a model that knows nothing (ln V, or that of the first step where it is
   * higher); Infinity looks for losses alone that are no numbers.
   *
   * @default {3}
   */
  explosion?: number;

  /**
   * Steps between two moments that the run can go back to; it goes to the last but one. Each is a copy of the weights
   * and of the optimizer's memory. A plateau schedule goes back with them, but for its rate, which does not rise by that.
   *
   * @default {25}
   */
  every?: number;

  /**
   * What the learning rate is multiplied by when the run goes back.
   *
   * @default {0.1}
   */
  factor?: number;

  /**
   * How often the run may go back before it fails.
   *
   * @default {1}
   */
  recoveries?: number;
}

/** One time that a run went back. */
export interface Recovery {
  /** The step that went wrong, from 1. */
  step: number;
  /** What went wrong with it. */
  reason: string;
  /** Steps that had been taken when the weights were as they are after it. */
  backTo: number;
  /** What the learning rate is multiplied by from then on. */
  rateFactor: number;
}

/** What the guard remembers, in plain JSON. */
export interface GuardProgress {
  /** The loss of a model that knows nothing; null before the first step. */
  reference: number | null;
  /** The lowest median of the last losses; null before there was one. */
  lowest: number | null;
  /** What the learning rate is multiplied by. */
  rateFactor: number;
  /** The times that the run went back. */
  recoveries: Recovery[];
}

/** Losses of the last steps that a run remembers: the guard takes their median, a target their mean. */
export const RECENT = 20;

/**
 * @param choice What the caller gave: options, or false for none.
 * @returns The options with the defaults; undefined for none.
 */
export function resolveGuard(
  choice: GuardOptions | false,
): Required<GuardOptions> | undefined {
  if (choice === false) return undefined;
  return { explosion: 3, every: 25, factor: 0.1, recoveries: 1, ...choice };
}

/** What the option may be. */
export const guardRule: OptionRule = (value, name) => {
  if (value === false) return;
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `Cannot train: ${name} must be an object or false: ${quote(value)}`,
    );
  }
  checkOptions<GuardOptions>(value, {
    explosion: within("a number above 1", (x) => x > 1),
    every: positiveInteger,
    factor: within("between 0 and 1", (x) => x > 0 && x < 1),
    recoveries: notNegativeInteger,
  }, name);
};

/** @returns What the guard remembers before the first step. */
export function newGuard(): GuardProgress {
  return { reference: null, lowest: null, rateFactor: 1, recoveries: [] };
}

/**
 * Looks at the loss of a step before it is counted.
 *
 * Two things are an explosion: a loss that is several times that of a model that knows nothing; and losses whose median is
 * above it, although it was below half of it before: all that was learnt is lost.
 *
 * @param progress Where the run stood before; what the guard remembers is changed.
 * @param loss The step's loss, in nats per token.
 * @param limits Tokens to choose from, V, and how many times the loss of a model that knows nothing it may be.
 * @returns What is wrong with the loss; undefined where nothing is.
 */
export function findExplosion(
  progress: TrainingProgress,
  loss: number,
  { vocabSize, explosion }: { vocabSize: number; explosion: number },
): string | undefined {
  const { guard } = progress;
  const recent = [...progress.recent, loss].slice(-RECENT);
  guard.reference ??= Math.max(loss, Math.log(vocabSize));
  const limit = explosion * guard.reference;
  if (loss > limit) {
    return `must stay below ${
      round(limit)
    }, ${explosion} times that of a model that knows nothing`;
  }
  if (recent.length < RECENT) return undefined;
  const median = medianOf(recent);
  const { lowest, reference } = guard;
  if (
    explosion < Infinity && lowest !== null && lowest < reference / 2 &&
    median > reference
  ) {
    return `must not rise above ${
      round(reference)
    }, that of a model that knows nothing, for long: it had been ${
      round(lowest)
    }`;
  }
  guard.lowest = Math.min(lowest ?? Infinity, median);
  return undefined;
}

/**
 * @param values Numbers, one at least.
 * @returns The middle one; the higher of the two where their number is even.
 */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function round(loss: number): string {
  return loss.toPrecision(4);
}
