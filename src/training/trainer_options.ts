/**
 * Options of the trainer, and what a step of it says.
 *
 * @module
 */
import type { LossChoice } from "./create_loss.ts";
import type { OptimizerChoice } from "./optimizers/create_optimizer.ts";

/** Options of {@linkcode Trainer}. */
export interface TrainerOptions {
  /** Step size, until the trainer's own is set to another, as schedules do. */
  learningRate: number;

  /**
   * How the gradients change the weights.
   *
   * @default {"adam"}
   */
  optimizer?: OptimizerChoice;

  /**
   * What is made small.
   *
   * @default {"crossentropy"}
   */
  loss?: LossChoice;

  /**
   * How much of every target is spread over all tokens.
   *
   * @default {0}
   */
  labelSmoothing?: number;

  /** Largest norm of all gradients together; Infinity clips nothing. */
  clipNorm: number;

  /**
   * Largest size of every number of a gradient, in place of the norm.
   *
   * @default {undefined} which clips by the norm
   */
  clipValue?: number | undefined;

  /**
   * Whether to count the targets that were predicted right.
   *
   * @default {false}
   */
  counted?: boolean;

  /** Chooses the dropout masks. */
  seed: number;

  /**
   * Whether the step is compiled. That takes a second or so, so a few steps are quicker without.
   *
   * @default {true}
   */
  compiled?: boolean;
}

/** What a step said. */
export interface StepOutcome {
  /** Mean loss over the targets that count, before the update; nats per token where the loss is the cross-entropy. */
  loss: number;
  /** Norm of all gradients together, before clipping. */
  gradientNorm: number;
  /** How many targets counted, over all batches of the step. */
  targets: number;
  /** How many of them were the most likely tokens; where that was asked for. */
  correct?: number;
}

/** What a trainer counts from its first step on; all of it decides on what comes. */
export interface TrainerCounts {
  /** Steps taken. */
  steps: number;
  /** Batches read: each draws dropout masks of its own. */
  batches: number;
  /** Whether gradients of several batches have been added up, as every later step does then. */
  accumulates: boolean;
}
