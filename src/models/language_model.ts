/**
 * A language model: a tokenizer, a network over its tokens, and how it was trained.
 *
 * @module
 */
import { writeFileAtomic } from "../checkpoint/atomic_write.ts";
import { evaluate } from "../evaluation/evaluate.ts";
import type { EvaluateOptions } from "../evaluation/evaluate_options.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import {
  predict,
  type PredictedToken,
  type PredictOptions,
  type PredictTextOptions,
} from "../evaluation/predict.ts";
import { score, type ScoreOptions } from "../evaluation/score.ts";
import type { ModelSummary } from "../evaluation/model_summary.ts";
import { summary, type SummaryOptions } from "../evaluation/summary.ts";
import type { ScoredText } from "../evaluation/scored_text.ts";
import type { NdArray } from "../text/nd_array.ts";
import { checkOptionNames } from "../text/options.ts";
import { explainFileError } from "../text/read_file.ts";
import { shown } from "../text/refusal.ts";
import { fit } from "../training/fit.ts";
import type { ArrayData, FitData } from "../training/fit_data.ts";
import type { FitOptions } from "../training/fit_options.ts";
import { fitSettings } from "../training/fit_settings.ts";
import type { EncodeModelOptions } from "../training/checkpoint_content.ts";
import type { TrainingHistory } from "../training/history.ts";
import type { Run } from "../training/run.ts";
import type { TrainingDefaults } from "../training/trainable_model.ts";
import { decodeModel, encodeModel, type ModelParts } from "./model_file.ts";
import { WritingModel } from "./writing_model.ts";

/** What {@linkcode LanguageModel.compile} settles. */
const TRAINING_DEFAULTS: readonly (keyof TrainingDefaults)[] = [
  "loss",
  "labelSmoothing",
  "optimizer",
  "learningRate",
  "clipNorm",
  "clipValue",
  "metrics",
];

/**
 * Text in, text out.
 *
 * @example Build, write, save and load
 * ```ts
 * import { buildLSTM, CharTokenizer, LanguageModel } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("to be or not to be");
 * const model = buildLSTM({ tokenizer, units: 8, embedding: 4 });
 * const before = (await model.generate("to", { maxTokens: 5, seed: 1 })).text;
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await model.save(path);
 * const again = await LanguageModel.load(path);
 * assertEquals((await again.generate("to", { maxTokens: 5, seed: 1 })).text, before);
 * model.dispose();
 * again.dispose();
 * await Deno.remove(path);
 * ```
 */
export class LanguageModel extends WritingModel {
  /** How it was trained, run by run. */
  readonly history: TrainingHistory[];
  #trainingDefaults: TrainingDefaults = {};

  /**
   * Puts a model together; the builders do it for you.
   *
   * @param parts Tokenizer, network, the history so far, and what generation does by default.
   * @throws {RangeError} If the network's vocabulary is not the tokenizer's, or a default is out of range.
   * @throws {TypeError} If a default is unknown or has no effect.
   */
  constructor(parts: ModelParts) {
    super(parts);
    this.history = parts.history;
  }

  /**
   * Sums up the model: layers, parameters, memory, arithmetic; see the function `summary()`.
   *
   * @param options The sizes of a training step.
   * @returns What a notebook shows as tables, and `toString()` prints.
   * @throws As `summary()`.
   */
  summary(options: SummaryOptions = {}): ModelSummary {
    return summary(this, options);
  }

  /** What `fit()` takes where its options say nothing: what {@linkcode LanguageModel.compile} settled. */
  get trainingDefaults(): TrainingDefaults {
    return this.#trainingDefaults;
  }

  /**
   * Settles how the model is trained wherever the options of `fit()` do not say. Each call replaces what the one before
   * settled; a saved model forgets it.
   *
   * @param options Loss, optimizer, learning rate, clipping, metrics.
   * @returns The model.
   * @throws {TypeError} If an option is unknown.
   * @throws {RangeError} If an option is out of range, or a name unknown.
   */
  compile(options: TrainingDefaults): this {
    checkOptionNames("Cannot compile the model", options, TRAINING_DEFAULTS);
    fitSettings(options); // only checks them
    this.#trainingDefaults = { ...options };
    return this;
  }

  /**
   * Trains the model on a text or on documents, in the background; see the function `fit()`.
   *
   * @param data A text; documents in a list; token ids of either, also as arrays of NumPy; a token cache.
   * @param options How long, how fast, what to show.
   * @returns The run.
   * @throws As `fit()`.
   */
  fit(data: FitData, options: FitOptions = {}): Run {
    return fit(this, data, options);
  }

  /**
   * Measures how well the model predicts a text or documents; see the function `evaluate()`.
   *
   * @param data A text, documents, ids, arrays, sources or a token cache.
   * @param options What to measure.
   * @returns Loss, perplexity, bits, accuracy and more, with intervals.
   * @throws As `evaluate()`.
   */
  evaluate(data: FitData, options: EvaluateOptions = {}): Promise<Evaluation> {
    return evaluate(this, data, options);
  }

  /**
   * Scores a text: the log-probability of each token; see the function `score()`.
   *
   * @param text The text.
   * @param options Unknown characters, and a signal.
   * @returns The tokens with their log-probabilities.
   * @throws As `score()`.
   */
  score(text: string, options?: ScoreOptions): Promise<ScoredText>;
  /**
   * Scores several texts, each by itself.
   *
   * @param texts The texts.
   * @param options Unknown characters, and a signal.
   * @returns The scores of each, in order.
   */
  score(
    texts: readonly string[],
    options?: ScoreOptions,
  ): Promise<ScoredText[]>;
  score(
    text: string | readonly string[],
    options: ScoreOptions = {},
  ): Promise<ScoredText | ScoredText[]> {
    return score(this, text as string, options);
  }

  /**
   * Predicts the tokens that may come after a text; see the function `predict()`.
   *
   * @param text The text; an empty one begins after a line break.
   * @param options How many tokens.
   * @returns The tokens, the most likely one first.
   * @throws As `predict()`.
   */
  predict(
    text: string,
    options?: PredictTextOptions,
  ): Promise<PredictedToken[]>;
  /**
   * Predicts what comes after rows of ids.
   *
   * @param ids Token ids of shape (B, T): nested arrays, or an array as `loadNpy()` reads.
   * @param options Probabilities or logits, after the last token of each row or after all.
   * @returns float32 of shape (B, V), or (B, T, V) with `all`.
   */
  predict(
    ids: readonly ArrayLike<number>[] | ArrayData,
    options?: PredictOptions,
  ): Promise<NdArray<"float32">>;
  predict(
    input: string | readonly ArrayLike<number>[] | ArrayData,
    options: PredictTextOptions & PredictOptions = {},
  ): Promise<PredictedToken[] | NdArray<"float32">> {
    return predict(this, input as string, options);
  }

  /**
   * Saves everything in one file: weights, tokenizer, configuration, history, defaults of generation. It is written
   * beside the old one and takes its place when it is whole.
   *
   * @param path Where; by custom it ends in `.safetensors`.
   * @throws {Error} If the file cannot be written; an older file of this name is still there then.
   */
  async save(path: string): Promise<void> {
    await writeFileAtomic(path, await this.encode());
  }

  /**
   * The bytes that {@linkcode LanguageModel.save} writes, for those who keep them elsewhere.
   *
   * @param options For checkpoints: the run under way, and what else is to be in the file.
   * @returns The whole file; the same model gives the same bytes.
   */
  async encode(
    options: EncodeModelOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkOptionNames("Cannot encode the model", options, ["run", "checkpoint"]);
    return await encodeModel(this, options);
  }

  /**
   * Loads what {@linkcode LanguageModel.save} wrote.
   *
   * @param path The file.
   * @returns The model.
   * @throws {Deno.errors.NotFound} If there is no such file.
   * @throws {Deno.errors.IsADirectory} If it is a folder.
   * @throws {TypeError} If the path is empty or no string.
   * @throws {ModelFileError} If it is damaged, of another kind, or newer than the library.
   */
  static async load(path: string): Promise<LanguageModel> {
    if (typeof path !== "string" || path === "") {
      throw new TypeError(
        `Cannot load the model: the path must name a file: ${shown(path)}`,
      );
    }
    let bytes: Uint8Array;
    try {
      bytes = await Deno.readFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw explainFileError(error, path, "load the model");
      }
      throw new Deno.errors.NotFound(
        `Cannot load the model: there is no file "${path}" in ${Deno.cwd()}`,
        { cause: error },
      );
    }
    return new LanguageModel(decodeModel(bytes, path));
  }
}
