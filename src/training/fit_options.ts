/**
 * Options of `fit()`, their defaults and their limits.
 *
 * @module
 */
import {
  checkOptimizer,
  type OptimizerChoice,
} from "./optimizers/create_optimizer.ts";
import type { TrainingDisplayKind } from "../display/create_training_display.ts";
import type { FitData } from "./fit_data.ts";
import type { UnknownPolicy } from "../tokenizers/tokenizer.ts";

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

/** Options of `fit()`. */
export interface FitOptions {
  /**
   * Passes over the training part.
   *
   * @default {1}
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
   * Step size of the optimizer.
   *
   * @default {0.002}
   */
  learningRate?: number;

  /**
   * Largest norm of all gradients together; Infinity clips nothing.
   *
   * @default {1}
   */
  clipNorm?: number;

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

  /** Ends the run after the step under way; the history then says `"aborted"`. */
  signal?: AbortSignal;

  /**
   * Ends the run after this many seconds, pauses left out.
   *
   * @default {Infinity}
   */
  maxSeconds?: number;

  /**
   * Where to show the run.
   *
   * @default {"auto"}
   */
  display?: TrainingDisplayKind;
}

/** The options with every default filled in. */
export interface FitSettings extends
  Required<
    Omit<FitOptions, "steps" | "signal" | "unknown" | "validateEvery">
  > {
  steps: number | undefined;
  signal: AbortSignal | undefined;
  unknown: UnknownPolicy | undefined;
  validateEvery: number | undefined;
}

/**
 * @param options What the caller gave.
 * @param context Tokens that the model reads at once, where it has a limit.
 * @returns The options with the defaults.
 * @throws {RangeError} If one is out of range.
 * @throws {TypeError} If one is unknown, or has no effect beside another.
 */
export function fitSettings(
  options: FitOptions,
  context = 64,
): FitSettings {
  const settings: FitSettings = {
    epochs: 1,
    steps: undefined,
    batchSize: 64,
    sequenceLength: context,
    optimizer: "adam",
    learningRate: 2e-3,
    clipNorm: 1,
    validation: 0.1,
    gap: 0,
    batches: "streams",
    unknown: undefined,
    validateEvery: undefined,
    seed: 0,
    sample: {},
    signal: undefined,
    maxSeconds: Infinity,
    display: "auto",
  };
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(settings, name)) {
      throw new TypeError(
        `Cannot train: an option must be one of ${
          Object.keys(settings).join(", ")
        }: "${name}"`,
      );
    }
    if (value !== undefined) Object.assign(settings, { [name]: value });
  }
  if (options.epochs !== undefined && options.steps !== undefined) {
    throw new TypeError(
      "Cannot train: epochs has no effect beside steps, leave one of them out",
    );
  }
  if (options.validateEvery !== undefined && settings.validation === 0) {
    throw new TypeError(
      "Cannot train: validateEvery has no effect without a validation part, leave it or validation: 0 out",
    );
  }
  for (
    const name of [
      "epochs",
      "steps",
      "batchSize",
      "sequenceLength",
      "validateEvery",
    ] as const
  ) {
    const value = settings[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(
        `Cannot train: ${name} must be a positive integer: ${value}`,
      );
    }
  }
  for (const name of ["learningRate", "clipNorm", "maxSeconds"] as const) {
    if (!(settings[name] > 0)) {
      throw new RangeError(
        `Cannot train: ${name} must be a positive number: ${settings[name]}`,
      );
    }
  }
  if (settings.learningRate === Infinity) {
    throw new RangeError("Cannot train: learningRate must be finite: Infinity");
  }
  if (!Number.isSafeInteger(settings.seed)) {
    throw new RangeError(
      `Cannot train: seed must be a safe integer: ${settings.seed}`,
    );
  }
  if (!["streams", "windows"].includes(settings.batches)) {
    throw new RangeError(
      `Cannot train: batches must be "streams" or "windows": ${
        JSON.stringify(settings.batches)
      }`,
    );
  }
  checkOptimizer(settings.optimizer);
  return settings;
}
