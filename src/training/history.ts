/**
 * What is remembered of a training run, in plain JSON.
 *
 * @module
 */
import type { DataRecord } from "./data_record.ts";
import type { Recovery } from "./guard.ts";

/** One epoch of a run. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  /** Steps of this epoch, that is changes of the weights; fewer than the others where the run was stopped in it. */
  steps: number;
  /** Mean training loss of the epoch's steps, in nats per token. */
  loss: number;
  /** Share of the epoch's targets that the most likely token was; with the metric `"accuracy"`. */
  accuracy?: number;
  /** Loss on the validation part after the epoch, in nats per token. */
  validationLoss?: number;
  /** The same in bits per character of text. */
  validationBitsPerCharacter?: number;
  /** Share of the validation part's tokens that the most likely token was; with the metric `"accuracy"`. */
  validationAccuracy?: number;
  /** Seconds from the start of the run to the end of the epoch, pauses left out. */
  seconds: number;
  /** What the model wrote after the epoch. */
  sample?: string;
}

/**
 * Why a run ended: all steps were taken, its time was over, the loss was as low as was wanted or did not become lower any
 * more; it was stopped by `stop()`, aborted by a signal; or it failed.
 */
export type StopReason =
  | "completed"
  | "time"
  | "target"
  | "early-stopping"
  | "stopped"
  | "aborted"
  | "failed";

/** The best validation of a run. */
export interface BestRecord {
  /** Steps taken before it. */
  step: number;
  /** Its loss, in nats per token. */
  validationLoss: number;
  /** Whether the model has the weights of that step, rather than those of the last. */
  restored?: boolean;
}

/** A training run. */
export interface TrainingHistory {
  /** Epoch by epoch. */
  epochs: EpochRecord[];
  /** Why the run ended; `"unfinished"` in a checkpoint that was made on the way. */
  stopReason: StopReason | "unfinished";
  /** Steps taken, that is changes of the weights. */
  steps: number;
  /** Seconds from start to end, pauses left out. */
  seconds: number;
  /** Mean training loss of the last epoch, in nats per token; missing where no step was taken. */
  loss?: number;
  /** Share of the last epoch's targets that the most likely token was; with the metric `"accuracy"`. */
  accuracy?: number;
  /** Last loss on the validation part, in nats per token. */
  validationLoss?: number;
  /** The same in bits per character of text. */
  validationBitsPerCharacter?: number;
  /** Share of the validation part's tokens that the most likely token was; with the metric `"accuracy"`. */
  validationAccuracy?: number;
  /** The validation with the lowest loss. */
  best?: BestRecord;
  /** What it learnt from; missing where it failed before it had looked, and in histories of older versions. */
  data?: DataRecord;
  /** The times that the run went back to earlier weights, because its loss had exploded. */
  recoveries?: Recovery[];
}
