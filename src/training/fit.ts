/**
 * `fit()`: trains a language model on text, in the background, and shows how it goes.
 *
 * @module
 */
import type { TokenBatches } from "../data/batches.ts";
import { DocumentBatches } from "../data/document_batches.ts";
import { RandomWindows } from "../data/random_windows.ts";
import { splitDocuments } from "../data/split_documents.ts";
import { splitTokens } from "../data/split.ts";
import { TokenStreams } from "../data/streams.ts";
import { createTrainingDisplay } from "../display/create_training_display.ts";
import type { TrainableModel } from "./trainable_model.ts";
import { type FitData, type FitTokens, fitTokens } from "./fit_data.ts";
import {
  type FitOptions,
  type FitSettings,
  fitSettings,
} from "./fit_options.ts";
import { Fitting } from "./_fitting.ts";
import { Run } from "./run.ts";

/** Models that are being trained. */
const inTraining = new WeakSet<TrainableModel>();

/**
 * Trains a model on a text or on documents. The run begins at once and works in the background: await it, watch it,
 * pause it, stop it, sample from the model meanwhile. Calling `fit()` again trains on.
 *
 * The end of a text is kept apart for validation. The rest is read as parallel streams; a recurrent model carries its
 * hidden state from step to step (truncated back-propagation through time), a transformer reads every window by itself.
 * Of documents, some are kept apart by chance, and each begins without memory of another. Gradients are clipped, Adam
 * takes the steps.
 *
 * @param model The model to train.
 * @param data A text; documents in a list; token ids of either, also as arrays of NumPy; a token cache.
 * @param options How long, how fast, what to show.
 * @returns The run.
 * @throws {RangeError} If an option is out of range, if there is too little text, if it has characters that the
 * tokenizer does not know, or if an id is not in the vocabulary.
 * @throws {TypeError} If the data is of another kind, or if an option has no effect.
 * @throws {Error} If the model is being trained already.
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
  const settings = fitSettings(
    { ...model.trainingDefaults, ...given(options) },
    model.network.context,
  );
  const { tokenizer } = model;
  const encoding = options.unknown === undefined
    ? {}
    : { unknown: options.unknown };
  const all = fitTokens(data, tokenizer, encoding);
  const { train, validation } = typeof settings.validation === "number"
    ? keepApart(all, settings, settings.validation)
    : {
      train: all,
      validation: fitTokens(settings.validation, tokenizer, encoding),
    };
  refuseIdle(all, validation, options);
  const batches = batchesOf(train, settings);
  if (validation !== undefined) checkMeasurable(validation);
  if (inTraining.has(model)) {
    throw new Error(
      "Cannot train: the model is being trained already; await the run or stop it first",
    );
  }
  const display = createTrainingDisplay(settings.display);
  const parts = { model, settings, batches, validation, display };
  const fitting = new Fitting(parts);
  inTraining.add(model);
  return new Run(
    (control) => fitting.run(control).finally(() => inTraining.delete(model)),
    { signal: settings.signal },
  );
}

/** The options that say something. */
function given(options: FitOptions): FitOptions {
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

/** The batches that suit the data. */
function batchesOf(
  train: FitTokens,
  { batchSize, sequenceLength, seed, batches }: FitSettings,
): TokenBatches {
  const options = { batchSize, sequenceLength, seed };
  if (train.kind === "documents") {
    return new DocumentBatches(train.documents, options);
  }
  return batches === "streams"
    ? new TokenStreams(train.tokens, options)
    : new RandomWindows(train.tokens, options);
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

function checkMeasurable(validation: FitTokens): void {
  const texts = validation.kind === "text"
    ? [validation.tokens]
    : validation.documents;
  if (texts.some(({ length }) => length >= 2)) return;
  throw new RangeError(
    "Cannot train: the validation part needs a text or document of 2 tokens, one to read and one to predict: there is none; " +
      "give more data, a larger share or validation: 0",
  );
}
