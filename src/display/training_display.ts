/**
 * What a training run shows while it works: the data, and the interface that
 * the terminal, the plain-line and the notebook displays implement.
 *
 * @module
 */

/** What is known of a run before its first step. */
export interface RunPlan {
  /** One line about the model, such as `LSTM, 1 layer of 256 units, 353,110 parameters`. */
  model: string;
  /** Name of the engine and its device, such as `tensorflow 2.21.0 on CPU, 2 threads`. */
  engine: string;
  /** Passes over the training part; Infinity where time alone is the limit. */
  epochs: number;
  /** Seconds after which the run ends; left out where there is no such limit. */
  maxSeconds?: number;
  /** Steps that one pass takes. */
  stepsPerEpoch: number;
  /** Tokens that the model learns from. */
  trainTokens: number;
  /** Tokens kept apart to measure the validation loss; 0 when there are none. */
  validationTokens: number;
}

/** The state of a run at one moment. */
export interface RunReport {
  /**
   * What this report brings: a training step, a validation, a sample between two epochs, the end of an epoch with its
   * sample, or that the run went back to earlier weights.
   */
  kind: "step" | "validation" | "sample" | "epoch" | "recovery";
  /** Steps taken so far, that is changes of the weights: with `accumulate`, each takes several batches. */
  step: number;
  /** Steps that the run will take; Infinity where time alone is the limit. */
  totalSteps: number;
  /** How much of the run is done, of its steps or its time, whichever is more: from 0 to 1. */
  progress: number;
  /** The epoch under way, from 1. */
  epoch: number;
  /** Epochs that the run will take; Infinity where time alone is the limit. */
  epochs: number;
  /** Training loss of the last step, in nats per token. */
  loss: number;
  /** Mean training loss of this epoch so far, in nats per token. */
  meanLoss: number;
  /** Share of this epoch's targets so far that the most likely token was; with the metric `"accuracy"`. */
  accuracy?: number;
  /** Last validation loss in nats per token; undefined before the first validation. */
  validationLoss?: number;
  /** Last validation loss in bits per character of text; undefined before the first validation. */
  validationBitsPerCharacter?: number;
  /** Share of the validation part's tokens that the most likely token was; with the metric `"accuracy"`. */
  validationAccuracy?: number;
  /** Learning rate of the last step. */
  learningRate: number;
  /** Norm of all gradients together in the last step, before they were clipped. */
  gradientNorm: number;
  /** Tokens trained per second, over the last seconds. */
  tokensPerSecond: number;
  /** Seconds since the start, pauses left out. */
  elapsedSeconds: number;
  /** Seconds until the end at the present pace. */
  remainingSeconds: number;
  /** Text written by the model; on reports of kind `"epoch"` and `"sample"` only. */
  sample?: string;
  /** What happened, in one sentence; on reports of kind `"recovery"` only. */
  note?: string;
}

/** How a run ended. */
export interface RunSummary {
  /** Why the run ended. */
  stopReason:
    | "completed"
    | "time"
    | "target"
    | "early-stopping"
    | "stopped"
    | "aborted"
    | "failed";
  /** Steps taken. */
  steps: number;
  /** Seconds from start to end, pauses left out. */
  elapsedSeconds: number;
  /** Last training loss (mean of the last epoch), in nats per token. */
  loss: number;
  /** Last validation loss in nats per token, where there was a validation. */
  validationLoss?: number;
  /** The same in bits per character. */
  validationBitsPerCharacter?: number;
  /** The step whose weights the model was given back, and their validation loss. */
  restored?: { step: number; validationLoss: number };
  /** The error's message, when the run failed. */
  error?: string;
}

/** Shows a run to somebody. Every method returns at once. */
export interface TrainingDisplay {
  /** Called once, before the first step. */
  start(plan: RunPlan): void;
  /** Called after every step; the display decides how often it redraws. */
  update(report: RunReport): void;
  /** Called once, after the last step; resolves when all is shown. */
  end(summary: RunSummary): Promise<void>;
}
