/**
 * Options of `fit()`.
 *
 * @module
 */
import type { TrainingDisplayKind } from "../display/create_training_display.ts";
import type { RunReport } from "../display/training_display.ts";
import type { UnknownPolicy } from "../tokenizers/tokenizer.ts";
import type { CheckpointOptions } from "./checkpoint_options.ts";
import type { LossChoice } from "./create_loss.ts";
import type { EarlyStoppingOptions } from "./early_stopping.ts";
import type { FitData } from "./fit_data.ts";
import type { GuardOptions } from "./guard.ts";
import type { OptimizerChoice } from "./optimizers/create_optimizer.ts";
import type { Run } from "./run.ts";
import type { LearningRate } from "./schedules/create_schedule.ts";

/** What is measured beside the loss. */
export type MetricName = "accuracy";

/** What the model writes after each epoch. */
export interface SampleOptions {
  /**
   * The text to go on from.
   *
   * @default {""} which begins after a line break
   */
  prompt?: string;

  /**
   * How many tokens to write.
   *
   * @default {200}
   */
  maxTokens?: number;

  /**
   * How freely.
   *
   * @default {0.8}
   */
  temperature?: number;
}

/**
 * Hears from a run. What it returns is of no account; `run.stop()` and `run.pause()` act after it has returned. It must
 * not await the run, which waits for it.
 *
 * @param report Where the run stands.
 * @param run The run.
 */
export type RunCallback = (
  report: RunReport,
  run: Run,
) => void | Promise<void>;

/** Options of `fit()`. */
export interface FitOptions {
  /**
   * Passes over the training part.
   *
   * @default {1, or no limit where `maxSeconds` is given and `steps` is not}
   */
  epochs?: number;

  /**
   * Steps to take, in place of whole epochs.
   *
   * @default {undefined} which takes `epochs`
   */
  steps?: number;

  /**
   * Streams of text that are read side by side, B; windows or documents in a batch.
   *
   * @default {64}
   */
  batchSize?: number;

  /**
   * Tokens that each stream moves on in one step, T; gradients reach as far back. Longer documents are cut.
   *
   * @default {undefined} which is the model's context, or 64 for a model without one
   */
  sequenceLength?: number;

  /**
   * How the gradients change the weights: a name, or a name with options, such as
   * `{ name: "adamw", weightDecay: 0.1 }`.
   *
   * @default {"adam"}
   */
  optimizer?: OptimizerChoice;

  /**
   * Step size of the optimizer: a number; a schedule by its name, or by its name with options, such as
   * `{ name: "cosine", peak: 0.003, warmup: 0.1 }`; or a function of the steps taken before and the steps of the run. A
   * plateau schedule goes by the validation losses.
   *
   * @default {0.002}
   */
  learningRate?: LearningRate;

  /**
   * Batches whose gradients are averaged, every target counting the same, before the weights change once: as one batch of
   * all their rows, without the memory for it. A step is such a change, in `steps`, in `validateEvery`, in reports and in the
   * history; the last step of an epoch takes the batches that are left.
   *
   * @default {1}
   */
  accumulate?: number;

  /**
   * What is made small: `"crossentropy"`, which Keras's names mean too, `"focal"`, also with options, such as
   * `{ name: "focal", gamma: 1 }`, or a function. The validation loss is the cross-entropy in any case.
   *
   * @default {"crossentropy"}
   */
  loss?: LossChoice;

  /**
   * How much of every target of the cross-entropy is spread over all tokens, from 0 up to but not 1. The validation loss
   * stays unsmoothed.
   *
   * @default {0}
   */
  labelSmoothing?: number;

  /**
   * What is measured beside the loss: `"accuracy"`, the share of the tokens that were the most likely ones, of the training
   * and of the validation part.
   *
   * @default {[]}
   */
  metrics?: readonly MetricName[];

  /**
   * Largest norm of all gradients together; Infinity clips nothing.
   *
   * @default {1, or Infinity with clipValue}
   */
  clipNorm?: number;

  /**
   * Largest size of every number of a gradient, in place of `clipNorm`.
   *
   * @default {undefined} which clips by the norm
   */
  clipValue?: number;

  /**
   * What the validation loss is measured on: a share of the text, at its end, or of the documents, by chance, which is
   * kept apart; or data of its own, in any form that `fit()` takes. 0 for none.
   *
   * @default {0.1}
   */
  validation?: number | FitData;

  /**
   * Tokens between the part that is learnt from and a validation part of the same text, which belong to neither.
   *
   * @default {0}
   */
  gap?: number;

  /**
   * How a text is read: `"streams"` side by side, with the model's state carried from step to step, or `"windows"` in a
   * random order, each without memory. Documents have batches of their own.
   *
   * @default {"streams"}
   */
  batches?: "streams" | "windows";

  /**
   * What to do with characters of the text that the tokenizer does not know: refuse the text, leave them out, take what
   * is nearest to them, or the token for the unknown.
   *
   * @default {"token" if the tokenizer has one, else "error"}
   */
  unknown?: UnknownPolicy;

  /**
   * Steps between two validations; there is one at the end of each epoch in any case.
   *
   * @default {undefined} which validates after each epoch
   */
  validateEvery?: number;

  /**
   * Chooses where the streams begin, what dropout drops, and the samples.
   *
   * @default {0}
   */
  seed?: number;

  /**
   * What the model writes after each epoch; false for nothing.
   *
   * @default {{}}
   */
  sample?: SampleOptions | false;

  /**
   * Steps between two samples beside those after each epoch.
   *
   * @default {undefined} which samples after each epoch
   */
  sampleEvery?: number;

  /** Ends the run after the step under way; the history then says `"aborted"`. */
  signal?: AbortSignal;

  /**
   * Ends the run after this many seconds, pauses left out: what is first of this and of `epochs` or `steps`. By itself it
   * is how long to train. The last validation and sample come after it.
   *
   * @default {Infinity}
   */
  maxSeconds?: number;

  /**
   * Ends the run when the validation loss is as low as this, in nats per token; without a validation part, when the mean
   * training loss of the last 20 steps is.
   *
   * @default {undefined} which goes on to the end
   */
  targetLoss?: number;

  /**
   * Ends the run when the validation loss has not become better for a while, and gives the model the weights of the best
   * validation; true for the defaults.
   *
   * @default {false}
   */
  earlyStopping?: EarlyStoppingOptions | boolean;

  /**
   * What to do when the loss explodes or is no number any more: go back to earlier weights and on with a smaller learning
   * rate, once, and fail when that did not help. False fails at once, and only where the loss is no number.
   *
   * @default {{}}
   */
  guard?: GuardOptions | false;

  /**
   * A file that gets a line for each report of the run: a JSON object, or a row of a table where the name ends in `.csv`.
   * Lines are added to what is there. The path is relative to the folder that is the current one when the run begins;
   * `resume()` goes on with that file, wherever it is called.
   *
   * @default {undefined} which writes none
   */
  log?: string | URL;

  /**
   * Called after each step, and awaited. An error that it throws ends the run, which then fails with it; the model keeps
   * its weights. So with the three that follow.
   */
  onStep?: RunCallback;

  /** Called after each validation, and awaited. */
  onValidation?: RunCallback;

  /** Called when an epoch is over, after its validation and its sample, and awaited. */
  onEpoch?: RunCallback;

  /** Called with each sample, before `onEpoch` where it is that of an epoch, and awaited. */
  onSample?: RunCallback;

  /**
   * Where to keep checkpoints, from which `resume()` goes on exactly: a folder, or options. There is one after each
   * epoch, after ten minutes at the latest, and when the run ends, whatever ends it; the newest three are kept, and the one
   * with the lowest validation loss.
   *
   * @default {false} for none
   */
  checkpoints?: string | URL | CheckpointOptions | false;

  /**
   * Where to show the run.
   *
   * @default {"auto"}
   */
  display?: TrainingDisplayKind;
}
