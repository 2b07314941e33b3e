/**
 * `fit()`: trains a language model on text, in the background, and shows how it goes.
 *
 * @module
 */
import type { TokenBatches } from "../data/batches.ts";
import { splitDocuments } from "../data/split_documents.ts";
import { splitTokens } from "../data/split.ts";
import { batchesOf } from "./_batches_of.ts";
import { createTrainingDisplay } from "../display/create_training_display.ts";
import type { TrainableModel, TrainingDefaults } from "./trainable_model.ts";
import {
  type FitData,
  type FitTokens,
  fitTokens,
  textsOf,
} from "./fit_data.ts";
import type { FitOptions } from "./fit_options.ts";
import { type FitSettings, fitSettings } from "./fit_settings.ts";
import type { Continuation } from "./continuation.ts";
import { Fitting } from "./_fitting.ts";
import { checkCountable, refuseStepOptions, runCounting } from "./_counting.ts";
import { checkFree, holdModel } from "./_hold_model.ts";
import { Run } from "./run.ts";

/**
 * Trains a model on a text or on documents. The run begins at once and works in the background: await it, watch it,
 * pause it, stop it, sample from the model meanwhile. Calling `fit()` again trains on.
 *
 * The end of a text is kept apart for validation. The rest is read as parallel streams; a recurrent model carries its
 * hidden state from step to step (truncated back-propagation through time), a transformer reads every window by itself.
 * Of documents, some are kept apart by chance, and each begins without memory of another. Gradients are clipped, Adam
 * takes the steps. A loss that explodes takes the run back to earlier weights, and on with smaller steps, once.
 *
 * @param model The model to train.
 * @param data A text; documents in a list; token ids of either, also as arrays of NumPy; a token cache.
 * @param options How long, how fast, what to show.
 * @returns The run.
 * @throws {RangeError} If an option is out of range, if there is too little text, if it has characters that the
 * tokenizer does not know, or if an id is not in the vocabulary.
 * @throws {TypeError} If the data is of another kind, or if an option has no effect.
 * @throws {Error} If the model is being trained already, if the log or the folder of the checkpoints cannot be written to,
 * or if that folder has checkpoints of another run.
 *
 * @example Learn a line by heart
 * ```ts
 * import { buildLSTM, CharTokenizer, fit } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 16, embedding: 8 });
 * const history = await fit(model, text, { epochs: 5, sequenceLength: 16, batchSize: 4, display: "none" });
 * assert(history.epochs[4]!.loss < history.epochs[0]!.loss);
 * model.dispose();
 * ```
 *
 * @example Stop when it is no longer better, or when time is over, and keep a log
 * ```ts
 * import { buildLSTM, CharTokenizer, fit } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 16, embedding: 8 });
 * const log = await Deno.makeTempFile({ suffix: ".csv" }); // a spreadsheet opens it
 * const run = fit(model, text, {
 *   maxSeconds: 20,
 *   earlyStopping: { patience: 3 }, // in the end the model has the weights of its best validation
 *   onEpoch: ({ epoch }, run) => {
 *     if (epoch === 5) run.stop();
 *   },
 *   log,
 *   sequenceLength: 16,
 *   batchSize: 4,
 *   sample: false,
 *   display: "none",
 * });
 * const history = await run;
 * assertEquals([history.stopReason, history.epochs.length], ["stopped", 5]);
 * String(history); // a table
 * await Deno.remove(log);
 * model.dispose();
 * ```
 *
 * @example Learn from documents, as ids
 * ```ts
 * import { buildLSTM, CharTokenizer, fit } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("abc");
 * const model = buildLSTM({ tokenizer, units: 8, embedding: 4 });
 * const array = { shape: [2, 3], dtype: "int64", data: BigInt64Array.of(0n, 1n, 2n, 2n, 1n, 0n) }; // as loadNpy() reads
 * const history = await fit(model, array, { epochs: 2, validation: 0, sample: false, display: "none" });
 * assertEquals(history.steps, 2); // both rows in one batch
 * model.dispose();
 * ```
 */
export function fit(
  model: TrainableModel,
  data: FitData,
  options: FitOptions = {},
): Run {
  if (typeof model?.network?.forward !== "function") {
    throw new TypeError(
      `Cannot train: the model must be one, such as buildLSTM() gives: ${
        model === null ? "null" : typeof model
      }`,
    );
  }
  return model.network.counting === undefined
    ? startRun(prepareRun(model, data, options))
    : startCounting(model, data, options);
}

/** A run before it begins: everything that can be checked at once has been. */
export interface PreparedRun {
  model: TrainableModel;
  /** What the caller gave, and the model's own defaults. */
  options: FitOptions;
  settings: FitSettings;
  /** All that was given to learn from. */
  data: FitTokens;
  /** Validation data of its own, if there is. */
  ownValidation: FitTokens | undefined;
  /** What the validation loss is measured on, if anything. */
  validation: FitTokens | undefined;
  batches: TokenBatches;
}

/**
 * Checks what `fit()` was given.
 *
 * @param model The model to train.
 * @param data What it learns from.
 * @param given Options of the run; what they do not say, the model's own defaults do.
 * @returns The run before it begins.
 * @throws {RangeError} As `fit()` does.
 * @throws {TypeError} As `fit()` does.
 */
export function prepareRun(
  model: TrainableModel,
  data: FitData,
  given: FitOptions,
): PreparedRun {
  const options = withDefaults(model.trainingDefaults, definedOf(given));
  const settings = fitSettings(options, model.network.context);
  const { log } = settings;
  if (log !== undefined) options.log = log; // for checkpoints: the run goes on with the same file, wherever it is resumed
  const { train, ...parts } = partsOf(model, data, options, settings);
  const batches = batchesOf(train, settings);
  checkMeasurable(parts.validation);
  return { model, options, settings, batches, ...parts };
}

/** Options over a model's own: one of these takes the place of what would have no effect beside it. */
function withDefaults(
  defaults: TrainingDefaults | undefined,
  given: FitOptions,
): FitOptions {
  const own = { ...defaults };
  if (given.clipValue !== undefined) delete own.clipNorm;
  if (given.clipNorm !== undefined) delete own.clipValue;
  return { ...own, ...given };
}

/** What is learnt from, and what is kept apart. */
function partsOf(
  { tokenizer }: TrainableModel,
  data: FitData,
  options: FitOptions,
  settings: FitSettings,
): Pick<PreparedRun, "data" | "ownValidation" | "validation"> & {
  train: FitTokens;
} {
  const encoding = options.unknown === undefined
    ? {}
    : { unknown: options.unknown };
  const all = fitTokens(data, tokenizer, encoding);
  const ownValidation = typeof settings.validation === "number"
    ? undefined
    : validationTokens(settings.validation, tokenizer, encoding);
  const { train, validation } = typeof settings.validation === "number"
    ? keepApart(all, settings, settings.validation)
    : { train: all, validation: ownValidation };
  refuseIdle(all, validation, options);
  return { data: all, ownValidation, train, validation };
}

/** The ids of validation data of its own; errors say that it is meant. */
function validationTokens(
  ...args: Parameters<typeof fitTokens>
): FitTokens {
  try {
    return fitTokens(...args);
  } catch (error) {
    if (error instanceof Error) {
      error.message = `${error.message} (in validation)`;
    }
    throw error;
  }
}

/** Begins the run of a model that counts. */
function startCounting(
  model: TrainableModel,
  data: FitData,
  options: FitOptions,
): Run {
  const given = definedOf(options);
  const settings = fitSettings({ ...given, sequenceLength: 1 });
  refuseStepOptions({ ...model.trainingDefaults, ...given });
  const { train, validation } = partsOf(model, data, given, settings);
  checkCountable(train);
  checkMeasurable(validation);
  checkFree(model);
  const parts = {
    model,
    counting: model.network.counting!,
    train,
    validation,
    display: createTrainingDisplay(settings.display),
    options: given,
  };
  const release = holdModel(model);
  return new Run(
    (control) => runCounting(parts, control).finally(release),
    { signal: settings.signal },
  );
}

/**
 * Begins a run.
 *
 * @param prepared What was checked.
 * @param from The checkpoint that it goes on from; it begins with the first step where this is left out.
 * @returns The run.
 * @throws {Error} If the model is being trained already, or a file cannot be written that the run is to write.
 */
export function startRun(prepared: PreparedRun, from?: Continuation): Run {
  const { model, settings } = prepared;
  checkFree(model);
  const display = createTrainingDisplay(settings.display);
  const fitting = new Fitting({ ...prepared, display, from });
  const release = holdModel(model);
  return new Run(
    (control) => fitting.run(control).finally(release),
    { signal: settings.signal },
  );
}

/** The options that say something. */
function definedOf(options: FitOptions): FitOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot train: the options must be an object: ${
        options === null ? "null" : typeof options
      }`,
    );
  }
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
}

/** Cuts the validation part off: the end of a text, documents by chance. */
function keepApart(
  all: FitTokens,
  { gap, sequenceLength, seed }: FitSettings,
  share: number,
): { train: FitTokens; validation: FitTokens | undefined } {
  if (all.kind === "text") {
    const options = { validation: share, gap, sequenceLength };
    const { train, validation } = splitTokens(all.tokens, options);
    return {
      train: { kind: "text", tokens: train },
      validation: share > 0 ? { kind: "text", tokens: validation } : undefined,
    };
  }
  if (share === 0) return { train: all, validation: undefined };
  const { train, validation } = splitDocuments(all.documents, {
    validation: share,
    seed,
  });
  return {
    train: { kind: "documents", documents: train },
    validation: { kind: "documents", documents: validation },
  };
}

/** An option without effect is a mistake. */
function refuseIdle(
  all: FitTokens,
  validation: FitTokens | undefined,
  options: FitOptions,
): void {
  if (all.kind === "documents" && options.batches !== undefined) {
    throw new TypeError(
      "Cannot train: batches has no effect on documents, leave it out",
    );
  }
  const isCut = all.kind === "text" && validation !== undefined &&
    (options.validation === undefined ||
      typeof options.validation === "number");
  if (options.gap !== undefined && !isCut) {
    throw new TypeError(
      "Cannot train: gap has no effect unless a validation part is cut off a text, leave it out",
    );
  }
}

function checkMeasurable(validation: FitTokens | undefined): void {
  if (validation === undefined) return;
  if (textsOf(validation).some(({ length }) => length >= 2)) return;
  throw new RangeError(
    "Cannot train: the validation part needs a text or document of 2 tokens, one to read and one to predict: there is none; " +
      "give more data, a larger share or validation: 0",
  );
}
