/**
 * `fit()`: trains a language model on text, in the background, and shows how it goes.
 *
 * @module
 */
import { splitTokens } from "../data/split.ts";
import { TokenStreams } from "../data/streams.ts";
import { createTrainingDisplay } from "../display/create_training_display.ts";
import type { LanguageModel } from "../models/language_model.ts";
import {
  type FitOptions,
  type FitSettings,
  fitSettings,
} from "./fit_options.ts";
import { Fitting } from "./_fitting.ts";
import { Run } from "./run.ts";

/** Models that are being trained. */
const inTraining = new WeakSet<LanguageModel>();

/**
 * Trains a model on a text. The run begins at once and works in the background: await it, watch it, pause it, stop it,
 * sample from the model meanwhile. Calling `fit()` again trains on.
 *
 * The end of the text is kept apart for validation. The rest is read as parallel streams; a recurrent model carries its
 * hidden state from step to step (truncated back-propagation through time), a transformer reads every window by itself.
 * Gradients are clipped, Adam takes the steps.
 *
 * @param model The model to train.
 * @param text The text, or its token ids.
 * @param options How long, how fast, what to show.
 * @returns The run.
 * @throws {RangeError} If an option is out of range, if the text is too short, or has characters that the tokenizer
 * does not know.
 * @throws {TypeError} If an option has no effect.
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
 */
export function fit(
  model: LanguageModel,
  text: string | Int32Array,
  options: FitOptions = {},
): Run {
  const settings = fitSettings(options, model.network.context);
  const ids = typeof text === "string"
    ? encode(model, text, settings)
    : checkIds(model, text, options);
  const { train, validation } = splitTokens(ids, settings);
  const streams = new TokenStreams(train, settings);
  if (inTraining.has(model)) {
    throw new Error(
      "Cannot train: the model is being trained already; await the run or stop it first",
    );
  }
  const display = createTrainingDisplay(settings.display);
  const parts = { model, settings, streams, validation, display };
  const fitting = new Fitting(parts);
  inTraining.add(model);
  return new Run(
    (control) => fitting.run(control).finally(() => inTraining.delete(model)),
    { signal: settings.signal },
  );
}

function encode(
  model: LanguageModel,
  text: string,
  { unknown }: FitSettings,
): Int32Array {
  if (text === "") {
    throw new RangeError("Cannot train: the text must not be empty");
  }
  return model.tokenizer.encode(text, { unknown });
}

function checkIds(
  model: LanguageModel,
  ids: Int32Array,
  options: FitOptions,
): Int32Array {
  if (!(ids instanceof Int32Array)) {
    throw new TypeError(
      `Cannot train: the text must be a string or an Int32Array of token ids: ${typeof ids}`,
    );
  }
  if (options.unknown !== undefined) {
    throw new TypeError(
      "Cannot train: unknown has no effect on token ids, leave it out",
    );
  }
  const { vocabSize } = model.tokenizer;
  const place = ids.findIndex((id) => id < 0 || id >= vocabSize);
  if (place >= 0) {
    throw new RangeError(
      `Cannot train: token ids must be from 0 to ${vocabSize - 1}: ${
        ids[place]
      } at place ${place}`,
    );
  }
  return ids;
}
