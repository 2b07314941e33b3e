/**
 * Options of `fit()`, their defaults and their limits.
 *
 * @module
 */
import { checkLoss, type LossChoice } from "./create_loss.ts";
import {
  checkOptimizer,
  type OptimizerChoice,
} from "./optimizers/create_optimizer.ts";
import {
  checkLearningRate,
  type LearningRate,
} from "./schedules/create_schedule.ts";
import type { TrainingDisplayKind } from "../display/create_training_display.ts";
import type { RunReport } from "../display/training_display.ts";
import {
  type EarlyStoppingOptions,
  earlyStoppingRule,
} from "./early_stopping.ts";
import {
  type CheckpointOptions,
  checkpointsRule,
} from "./checkpoint_options.ts";
import type { FitData } from "./fit_data.ts";
import { type GuardOptions, guardRule } from "./guard.ts";
import type { Run } from "./run.ts";
import type { UnknownPolicy } from "../tokenizers/tokenizer.ts";
import {
  abortSignal,
  anything,
  callable,
  checkOptions,
  filePath,
  finite,
  objectOrFalse,
  oneOf,
  type OptionRules,
  positiveInteger,
  positiveNumber,
  quote,
  safeInteger,
} from "./_option_rules.ts";

/** What is measured beside the loss. */
export type MetricName = "accuracy";

/** Their names, for checks. */
const METRICS: readonly MetricName[] = ["accuracy"];

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
   * Lines are added to what is there.
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

/** Options without a default: they stay undefined where they are left out. */
type Undefaulted =
  | "clipValue"
  | "steps"
  | "signal"
  | "unknown"
  | "validateEvery"
  | "sampleEvery"
  | "targetLoss"
  | "log"
  | "onStep"
  | "onValidation"
  | "onEpoch"
  | "onSample";

/** The options with every default filled in. */
export type FitSettings =
  & Required<Omit<FitOptions, Undefaulted>>
  & { [Name in Undefaulted]: FitOptions[Name] | undefined };

/** What is taken where an option is left out. */
const DEFAULTS: FitSettings = {
  epochs: 1,
  steps: undefined,
  batchSize: 64,
  sequenceLength: 64,
  optimizer: "adam",
  learningRate: 2e-3,
  accumulate: 1,
  loss: "crossentropy",
  labelSmoothing: 0,
  metrics: [],
  clipNorm: 1,
  clipValue: undefined,
  validation: 0.1,
  gap: 0,
  batches: "streams",
  unknown: undefined,
  validateEvery: undefined,
  seed: 0,
  sample: {},
  sampleEvery: undefined,
  signal: undefined,
  maxSeconds: Infinity,
  targetLoss: undefined,
  earlyStopping: false,
  guard: {},
  log: undefined,
  onStep: undefined,
  onValidation: undefined,
  onEpoch: undefined,
  onSample: undefined,
  checkpoints: false,
  display: "auto",
};

/** What each option may be; those that are checked where they are used may be anything here. */
const RULES: OptionRules<FitOptions> = {
  epochs: positiveInteger,
  steps: positiveInteger,
  batchSize: positiveInteger,
  sequenceLength: positiveInteger,
  optimizer: (value) => checkOptimizer(value as OptimizerChoice),
  learningRate: (value) => checkLearningRate(value as LearningRate),
  accumulate: positiveInteger,
  loss: (value) => checkLoss(value as LossChoice),
  labelSmoothing: anything,
  metrics: metricNames,
  clipNorm: positiveNumber,
  clipValue: positiveNumber,
  validation: anything,
  gap: anything,
  batches: oneOf("streams", "windows"),
  unknown: anything,
  validateEvery: positiveInteger,
  seed: safeInteger,
  sample: sampleRule,
  sampleEvery: positiveInteger,
  signal: abortSignal,
  maxSeconds: positiveNumber,
  targetLoss: finite,
  earlyStopping: earlyStoppingRule,
  guard: guardRule,
  log: filePath,
  onStep: callable,
  onValidation: callable,
  onEpoch: callable,
  onSample: callable,
  checkpoints: checkpointsRule,
  display: anything,
};

/** False or options; their values are checked where they are used. */
function sampleRule(value: unknown, name: string): void {
  objectOrFalse(value, name);
  if (value === false) return;
  const rules = {
    prompt: anything,
    maxTokens: anything,
    temperature: anything,
  };
  checkOptions<SampleOptions>(value as SampleOptions, rules, name);
}

function metricNames(value: unknown): void {
  if (
    Array.isArray(value) && value.every((name) => METRICS.includes(name))
  ) return;
  throw new (Array.isArray(value) ? RangeError : TypeError)(
    `Cannot train: metrics must be a list of ${METRICS.join(", ")}: ${
      Array.isArray(value) ? JSON.stringify(value) : quote(value)
    }`,
  );
}

/** Options that have no effect beside others, and what to do. */
function refuseIdle(options: FitOptions): void {
  const refuse = (what: string, wayOut: string): never => {
    throw new TypeError(`Cannot train: ${what}, ${wayOut}`);
  };
  const { epochs, steps, maxSeconds, validateEvery, earlyStopping } = options;
  if (epochs !== undefined && steps !== undefined) {
    refuse("epochs has no effect beside steps", "leave one of them out");
  }
  for (
    const name of ["validateEvery", "onValidation", "earlyStopping"] as const
  ) {
    const isGiven = options[name] !== undefined && options[name] !== false;
    if (isGiven && options.validation === 0) {
      refuse(
        `${name} has no effect without a validation part`,
        "leave it or validation: 0 out",
      );
    }
  }
  const { checkpoints } = options;
  const keepsBest = typeof checkpoints === "object" &&
    !(checkpoints instanceof URL) && checkpoints.best === true;
  if (keepsBest && options.validation === 0) {
    refuse(
      "checkpoints.best has no effect without a validation part",
      "leave it or validation: 0 out",
    );
  }
  for (const name of ["sampleEvery", "onSample"] as const) {
    if (options[name] !== undefined && options.sample === false) {
      refuse(
        `${name} has no effect without samples`,
        "leave it or sample: false out",
      );
    }
  }
  if (options.clipValue !== undefined && options.clipNorm !== undefined) {
    refuse("clipNorm has no effect beside clipValue", "leave one of them out");
  }
  const { learningRate } = options;
  const isPlateau = learningRate === "plateau" ||
    (typeof learningRate === "object" && learningRate.name === "plateau");
  if (isPlateau && options.validation === 0) {
    refuse(
      "a plateau schedule has no effect without a validation part",
      "leave it or validation: 0 out",
    );
  }
  const isLong = epochs !== undefined || steps !== undefined ||
    maxSeconds !== undefined || validateEvery !== undefined;
  if (earlyStopping !== undefined && earlyStopping !== false && !isLong) {
    refuse(
      "earlyStopping has no effect on one epoch, after which there is one validation",
      "give epochs, steps, maxSeconds or validateEvery",
    );
  }
}

/**
 * @param options What the caller gave.
 * @param context Tokens that the model reads at once, where it has a limit.
 * @returns The options with the defaults.
 * @throws {RangeError} If one is out of range.
 * @throws {TypeError} If one is unknown or of the wrong type, or has no effect beside another.
 */
export function fitSettings(
  options: FitOptions,
  context: number = DEFAULTS.sequenceLength,
): FitSettings {
  const given = checkOptions(options, RULES);
  refuseIdle(given);
  checkLoss(given.loss ?? DEFAULTS.loss, given.labelSmoothing);
  const { steps, maxSeconds = Infinity } = given;
  const isTimed = steps === undefined && maxSeconds < Infinity;
  return {
    ...DEFAULTS,
    ...(given.clipValue !== undefined && { clipNorm: Infinity }),
    sequenceLength: context,
    ...(isTimed && { epochs: Infinity }),
    ...given,
  } as FitSettings;
}
