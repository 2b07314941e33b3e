/**
 * `compareModels()`: models of any kind, each with the same time on the same text.
 *
 * @module
 */
import { splitDocuments } from "../data/split_documents.ts";
import { LanguageModel } from "../models/language_model.ts";
import { Corpus } from "../text/corpus.ts";
import { checkOptionNames } from "../text/options.ts";
import { shown, wrongNumber } from "../text/refusal.ts";
import type { FitOptions } from "../training/fit_options.ts";
import { fitSettings } from "../training/fit_settings.ts";
import { type ComparedModel, ModelComparison } from "./model_comparison.ts";

/** Options of {@linkcode compareModels}. */
export interface CompareModelsOptions {
  /**
   * Time that each model is trained, compiling included. One that counts takes the time it takes.
   *
   * @default {60}
   */
  seconds?: number;

  /**
   * Share that is kept apart to measure on, above 0 and below 1: the end of a text, or documents by chance.
   *
   * @default {0.1}
   */
  validation?: number;

  /**
   * How the models are trained, beside the time; models that count take none of it.
   *
   * @default {{}}
   */
  fit?: Omit<FitOptions, "epochs" | "steps" | "maxSeconds" | "validation">;

  /**
   * What each sample goes on from.
   *
   * @default {the first character of what the models learn from}
   */
  prompt?: string;

  /**
   * Tokens of a sample.
   *
   * @default {120}
   */
  sampleTokens?: number;

  /**
   * Tokens of the text that is timed, written twice: compiling is left out.
   *
   * @default {1000}
   */
  timedTokens?: number;

  /**
   * Chooses the documents, the order of learning and the samples.
   *
   * @default {0}
   */
  seed?: number;

  /** Ends the comparison; it then fails with the signal's reason. */
  signal?: AbortSignal;
}

const ACTION = "Cannot compare models";

/**
 * Trains models for the same time on the same text, and measures all on the same part of it, which none has learnt from.
 * The text is split as characters, so models may have different tokenizers. One model trains at a time.
 *
 * @param models The models, two at least, each once; they stay trained.
 * @param data A text, documents, or a corpus.
 * @param options How long, and what to measure.
 * @returns Bits per character with their intervals, speeds and samples; a notebook shows them as a table.
 * @throws {RangeError} If there are fewer than two models, or an option is out of range.
 * @throws {TypeError} If the data is of another kind, or an option is unknown.
 *
 * @example An LSTM and its floor
 * ```ts
 * import { buildLSTM, buildNGram, CharTokenizer, compareModels } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(40);
 * const tokenizer = CharTokenizer.train(text);
 * const models = [buildLSTM({ tokenizer, units: 16 }), buildNGram({ tokenizer, order: 4 })];
 * const comparison = await compareModels(models, text, { seconds: 1, timedTokens: 100 });
 * assertEquals(comparison.models.length, 2);
 * ```
 */
export async function compareModels(
  models: readonly LanguageModel[],
  data: string | readonly string[] | Corpus,
  options: CompareModelsOptions = {},
): Promise<ModelComparison> {
  const given = settingsOf(models, options);
  const { train, validation } = split(data, given);
  const settings = { ...given, prompt: given.prompt ?? beginningOf(train) };
  checkReadable(models, train, validation, settings);
  const measured: ComparedModel[] = [];
  for (const model of models) {
    settings.signal?.throwIfAborted();
    measured.push(await measure(model, train, validation, settings));
  }
  return new ModelComparison(measured, settings.prompt);
}

type Text = string | readonly string[];
type Settings = Required<Omit<CompareModelsOptions, "signal">> & {
  signal: AbortSignal | undefined;
};
type Given = Omit<Settings, "prompt"> & { prompt: string | undefined };

async function measure(
  model: LanguageModel,
  train: Text,
  validation: Text,
  { seconds, fit, prompt, sampleTokens, timedTokens, seed, signal }: Settings,
): Promise<ComparedModel> {
  const counts = model.network.counting !== undefined;
  let trainedPerSecond = NaN;
  const history = await model.fit(train, {
    validation: 0,
    sample: false,
    display: "none",
    seed,
    ...(signal && { signal }),
    ...(counts
      ? {
        onEpoch: ({ tokensPerSecond }) => {
          trainedPerSecond = tokensPerSecond;
        },
      }
      : {
        ...fit,
        maxSeconds: seconds,
        onStep: async (report, run) => {
          trainedPerSecond = report.tokensPerSecond;
          await fit.onStep?.(report, run);
        },
      }),
  });
  signal?.throwIfAborted();
  const { bitsPerCharacter, intervals } = await model.evaluate(validation, {
    metrics: ["bitsPerCharacter"],
    ...(signal && { signal }),
  });
  const interval = intervals["bitsPerCharacter"];
  const write = async (maxTokens: number): Promise<string> => {
    const pieces = model.stream(prompt, {
      maxTokens,
      temperature: 0.8,
      seed,
      stopTokens: [],
      ...(signal && { signal }),
    });
    return (await Array.fromAsync(pieces)).join("");
  };
  const sample = await write(sampleTokens);
  await write(timedTokens);
  const start = performance.now();
  await write(timedTokens);
  return {
    model,
    description: String(model),
    bitsPerCharacter: bitsPerCharacter!,
    ...(interval !== undefined && { interval }),
    parameters: model.parameterCount,
    steps: history.steps,
    seconds: history.seconds,
    trainedPerSecond,
    writtenPerSecond: 1000 * timedTokens / (performance.now() - start),
    sample,
  };
}

/** What one model cannot read is not to be found out after others have been trained. */
function checkReadable(
  models: readonly LanguageModel[],
  train: Text,
  validation: Text,
  { prompt, fit: { unknown } }: Settings,
): void {
  for (const model of models) {
    const { tokenizer, network } = model;
    const skips = unknown !== undefined && network.counting === undefined;
    for (const text of textsOf(train)) {
      tokenizer.encode(text, skips ? { unknown } : {});
    }
    tokenizer.encode(prompt);
    let most = 0;
    for (const text of textsOf(validation)) {
      most = Math.max(most, tokenizer.encode(text).length);
    }
    if (most >= 2) continue;
    throw new RangeError(
      `${ACTION}: the validation part needs 2 tokens, one to read and one to predict: ${most} for ${model}; ` +
        "give more data or a larger share",
    );
  }
}

function textsOf(text: Text): readonly string[] {
  return typeof text === "string" ? [text] : text;
}

/** The first character. */
function beginningOf(text: Text): string {
  const [first = ""] = textsOf(text).find((each) => each !== "") ?? "";
  return first;
}

/** Both parts, as characters. */
function split(
  data: Text | Corpus,
  { validation: share, seed }: Given,
): { train: Text; validation: Text } {
  if (typeof data === "string") {
    let cut = Math.floor(data.length * (1 - share));
    if (/[\uDC00-\uDFFF]/.test(data.charAt(cut))) cut++; // not within a character
    return { train: data.slice(0, cut), validation: data.slice(cut) };
  }
  const documents = data instanceof Corpus
    ? data.documents.map(({ text }) => text)
    : data;
  if (
    !Array.isArray(documents) ||
    documents.some((text) => typeof text !== "string")
  ) {
    throw new TypeError(
      `${ACTION}: the data must be a text, a list of texts, or a corpus: ids would tie all models to one tokenizer`,
    );
  }
  return splitDocuments(documents, { validation: share, seed });
}

/** The options of every training that are given by others here. */
const SETTLED: Readonly<Record<string, string>> = {
  epochs: "seconds",
  steps: "seconds",
  maxSeconds: "seconds",
  validation: "validation",
};

function checkFit(fit: NonNullable<CompareModelsOptions["fit"]>): void {
  if (typeof fit !== "object" || fit === null || Array.isArray(fit)) {
    throw new TypeError(`${ACTION}: fit must be an object: ${shown(fit)}`);
  }
  for (const name of Object.keys(fit)) {
    if (!Object.hasOwn(SETTLED, name)) continue;
    throw new TypeError(
      `${ACTION}: fit.${name} has no effect, give ${
        SETTLED[name]
      } to compareModels() instead`,
    );
  }
  fitSettings({ ...fit, validation: 0 }); // only checks them
}

function settingsOf(
  models: readonly LanguageModel[],
  options: CompareModelsOptions,
): Given {
  checkOptionNames(ACTION, options, [
    "seconds",
    "validation",
    "fit",
    "prompt",
    "sampleTokens",
    "timedTokens",
    "seed",
    "signal",
  ]);
  const {
    seconds = 60,
    validation = 0.1,
    fit = {},
    prompt,
    sampleTokens = 120,
    timedTokens = 1_000,
    seed = 0,
    signal,
  } = options;
  if (!Array.isArray(models) || models.length < 2) {
    throw new RangeError(
      `${ACTION}: there must be two at least: ${
        Array.isArray(models) ? models.length : typeof models
      }`,
    );
  }
  for (const [i, model] of models.entries()) {
    if (model instanceof LanguageModel) continue;
    throw new TypeError(
      `${ACTION}: each must be a LanguageModel, such as buildLSTM() gives: ${
        shown(model)
      } at place ${i}`,
    );
  }
  if (new Set(models).size < models.length) {
    throw new RangeError(
      `${ACTION}: each must be there once: it would be trained twice`,
    );
  }
  if (typeof seconds !== "number" || !(seconds > 0 && seconds < Infinity)) {
    throw wrongNumber(`${ACTION}: seconds must be a positive number`, seconds);
  }
  if (typeof validation !== "number" || !(validation > 0 && validation < 1)) {
    throw wrongNumber(
      `${ACTION}: validation must be above 0 and below 1`,
      validation,
    );
  }
  for (const [name, value] of Object.entries({ sampleTokens, timedTokens })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw wrongNumber(`${ACTION}: ${name} must be a positive integer`, value);
    }
  }
  if (!Number.isSafeInteger(seed)) {
    throw wrongNumber(`${ACTION}: seed must be a safe integer`, seed);
  }
  if (prompt !== undefined && typeof prompt !== "string") {
    throw new TypeError(`${ACTION}: prompt must be a string: ${shown(prompt)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `${ACTION}: signal must be an AbortSignal: ${shown(signal)}`,
    );
  }
  checkFit(fit);
  return {
    seconds,
    validation,
    fit,
    prompt,
    sampleTokens,
    timedTokens,
    seed,
    signal,
  };
}
