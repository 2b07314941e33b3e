/**
 * What is remembered of a training run, in plain JSON.
 *
 * @module
 */

/** One epoch of a run. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  /** Steps of this epoch; fewer than the others where the run was stopped in it. */
  steps: number;
  /** Mean training loss of the epoch's steps, in nats per token. */
  loss: number;
  /** Loss on the validation part after the epoch, in nats per token. */
  validationLoss?: number;
  /** The same in bits per character of text. */
  validationBitsPerCharacter?: number;
  /** Seconds from the start of the run to the end of the epoch, pauses left out. */
  seconds: number;
  /** What the model wrote after the epoch. */
  sample?: string;
}

/** Why a run ended: all steps taken, stopped by `stop()` or a time limit, aborted by a signal, or failed. */
export type StopReason = "completed" | "stopped" | "aborted" | "failed";

/** A training run. */
export interface TrainingHistory {
  /** Epoch by epoch. */
  epochs: EpochRecord[];
  /** Why the run ended. */
  stopReason: StopReason;
  /** Steps taken. */
  steps: number;
  /** Seconds from start to end, pauses left out. */
  seconds: number;
  /** Mean training loss of the last epoch, in nats per token; missing where no step was taken. */
  loss?: number;
  /** Last loss on the validation part, in nats per token. */
  validationLoss?: number;
  /** The same in bits per character of text. */
  validationBitsPerCharacter?: number;
}
