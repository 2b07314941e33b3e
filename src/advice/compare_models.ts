/**
 * `compareModels()`: models of any kind, each with the same time on the same text.
 *
 * @module
 */
import { splitDocuments } from "../data/split_documents.ts";
import type { LanguageModel } from "../models/language_model.ts";
import { Corpus } from "../text/corpus.ts";
import { checkOptionNames } from "../text/options.ts";
import type { FitOptions } from "../training/fit_options.ts";
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

/** The first character. */
function beginningOf(text: Text): string {
  const texts = typeof text === "string" ? [text] : text;
  const [first = ""] = texts.find((each) => each !== "") ?? "";
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
  if (new Set(models).size < models.length) {
    throw new RangeError(
      `${ACTION}: each must be there once: it would be trained twice`,
    );
  }
  if (!(seconds > 0 && seconds < Infinity)) {
    throw new RangeError(
      `${ACTION}: seconds must be a positive number: ${seconds}`,
    );
  }
  if (!(validation > 0 && validation < 1)) {
    throw new RangeError(
      `${ACTION}: validation must be above 0 and below 1: ${validation}`,
    );
  }
  for (const [name, value] of Object.entries({ sampleTokens, timedTokens })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(
        `${ACTION}: ${name} must be a positive integer: ${value}`,
      );
    }
  }
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
