/**
 * A language model: a tokenizer, a network over its tokens, and how it was trained.
 *
 * @module
 */
import { writeFileAtomic } from "../checkpoint/atomic_write.ts";
import { runAsItIs } from "../engine/compile.ts";
import { engineInfo, hasEngine } from "../engine/engine.ts";
import { type Tensor, tf } from "../engine/tf.ts";
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
import { BlockWriter } from "../generation/block_writer.ts";
import {
  checkGenerationDefaults,
  type GenerationDefaults,
  withDefaults,
} from "../generation/generation_defaults.ts";
import type { BlockSource } from "../generation/generate_rows.ts";
import {
  type GenerateManyOptions,
  type GenerateOptions,
  generationSettings,
  type StreamOptions,
} from "../generation/generate_options.ts";
import { generateTexts } from "../generation/generate_texts.ts";
import type { Generation } from "../generation/generation.ts";
import { streamText } from "../generation/stream_text.ts";
import type { TextPredictor } from "../generation/text_writing.ts";
import type { Prediction, PredictorState } from "../generation/predictor.ts";
import type { Beam } from "../generation/strategies/beam_search.ts";
import type { ScoredSample } from "../generation/strategies/best_of.ts";
import type { ContrastiveText } from "../generation/strategies/contrastive_search.ts";
import { RowSteps } from "../generation/strategies/row_steps.ts";
import {
  beamSearchText,
  bestOfTexts,
  contrastiveSearchText,
  type TextBeamSearchOptions,
  type TextBestOfOptions,
  type TextContrastiveSearchOptions,
  type WithText,
} from "../generation/strategies/text_strategies.ts";
import { countParameters, type Network } from "../networks/network.ts";
import type { NdArray } from "../text/nd_array.ts";
import { checkOptionNames } from "../text/options.ts";
import { explainFileError } from "../text/read_file.ts";
import { shown } from "../text/refusal.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { fit } from "../training/fit.ts";
import type { ArrayData, FitData } from "../training/fit_data.ts";
import type { FitOptions } from "../training/fit_options.ts";
import { fitSettings } from "../training/fit_settings.ts";
import type { EncodeModelOptions } from "../training/checkpoint_content.ts";
import type { TrainingHistory } from "../training/history.ts";
import type { Run } from "../training/run.ts";
import type { TrainingDefaults } from "../training/trainable_model.ts";
import { decodeModel, encodeModel, type ModelParts } from "./model_file.ts";
import { VERSION } from "./version.ts";
import { WeightsFingerprint } from "./weights_fingerprint.ts";

/** Compiling the loop takes half a second or so, in which a small model writes about this many tokens one by one. */
const COMPILED_FROM_TOKENS = 1_000;

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
export class LanguageModel {
  /** Turns text into token ids and back. */
  readonly tokenizer: Tokenizer;
  /** Predicts the next token. */
  readonly network: Network;
  /** How it was trained, run by run. */
  readonly history: TrainingHistory[];
  #generationDefaults: Readonly<GenerationDefaults> = {};
  readonly #weights: WeightsFingerprint;
  #writer: BlockWriter | undefined;
  #tokensAsked = 0;
  #trainingDefaults: TrainingDefaults = {};

  /**
   * Puts a model together; the builders do it for you.
   *
   * @param parts Tokenizer, network, the history so far, and what generation does by default.
   * @throws {RangeError} If the network's vocabulary is not the tokenizer's, or a default is out of range.
   * @throws {TypeError} If a default is unknown or has no effect.
   */
  constructor(parts: ModelParts) {
    const { tokenizer, network, history, generationDefaults = {} } = parts;
    if (network.config["vocabSize"] !== tokenizer.vocabSize) {
      throw new RangeError(
        `Cannot build a language model: the network must have the tokenizer's ${tokenizer.vocabSize} tokens: ${
          network.config["vocabSize"]
        }`,
      );
    }
    this.tokenizer = tokenizer;
    this.network = network;
    this.history = history;
    this.#weights = new WeightsFingerprint(network);
    this.generationDefaults = generationDefaults;
  }

  /**
   * Options that {@linkcode LanguageModel.generate} and {@linkcode LanguageModel.stream} take where a call does not give
   * them; saved with the model. At temperature 0, of a call, those about chance do not count.
   *
   * @example A model that writes calmly unless it is told otherwise
   * ```ts
   * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
   * import { assertEquals } from "@std/assert";
   *
   * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4 });
   * model.generationDefaults = { temperature: 0.5, seed: 1, maxTokens: 5 };
   * assertEquals((await model.generate("to")).text, (await model.generate("to", { temperature: 0.5, seed: 1, maxTokens: 5 })).text);
   * model.dispose();
   * ```
   */
  get generationDefaults(): Readonly<GenerationDefaults> {
    return this.#generationDefaults;
  }

  /**
   * Replaces all of them.
   *
   * @throws {RangeError} If an option is out of range.
   * @throws {TypeError} If an option is unknown, has no effect, or is not plain JSON.
   */
  set generationDefaults(defaults: GenerationDefaults) {
    const checked = checkGenerationDefaults(defaults, this.tokenizer);
    this.#generationDefaults = checked;
  }

  /** How many numbers training changes. */
  get parameterCount(): number {
    return countParameters(this.network);
  }

  /** One line, such as `LSTM, 1 layer of 256 units, 353,110 parameters`. */
  toString(): string {
    return this.network.description;
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

  /**
   * Goes on from a prompt.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How much to write and how freely.
   * @returns The new text, without the prompt: an object whose `toString()` is the text.
   * @throws {TypeError} If the prompt is not a string, or if an option has no effect.
   * @throws {RangeError} If an option is out of range, or the prompt has characters that the tokenizer does not know.
   * @throws The signal's reason, once it is aborted.
   */
  generate(
    prompt: string,
    options?: GenerateOptions & { samples?: never },
  ): Promise<Generation>;
  /**
   * Writes several texts side by side: of one prompt, or of several, of any lengths. With a seed, the text of row r is the
   * same whatever is written beside it.
   *
   * @param prompts The texts to go on from.
   * @param options How much to write and how freely, and how many texts for each prompt.
   * @returns The new texts, those of the first prompt first.
   */
  generate(
    prompts: string | readonly string[],
    options?: GenerateManyOptions,
  ): Promise<Generation[]>;
  async generate(
    prompt: string | readonly string[],
    options: GenerateManyOptions = {},
  ): Promise<Generation | Generation[]> {
    const settings = generationSettings(
      withDefaults(this.#generationDefaults, options),
    );
    const isList = Array.isArray(prompt);
    const texts = await generateTexts(
      this.#predictor,
      isList ? prompt : [prompt as string],
      settings,
      async () => ({
        model: this.toString(),
        weights: await this.#weights.read(),
        libraryVersion: VERSION,
      }),
    );
    return isList || settings.samples !== undefined ? texts : texts[0]!;
  }

  /**
   * Goes on from a prompt, piece by piece; leaving the loop stops the work.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How much to write and how freely.
   * @returns The new text, in pieces that never cut a character.
   * @throws As {@linkcode LanguageModel.generate}.
   */
  stream(
    prompt: string,
    options: StreamOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    return streamText(
      this.#predictor,
      prompt,
      withDefaults(this.#generationDefaults, options, "stream"),
    );
  }

  /**
   * Searches for the likeliest continuations of a prompt; see the function `beamSearch()`. The generation defaults do not
   * count.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How many beams, when to end.
   * @returns The best texts, the best first.
   * @throws As `beamSearch()`, and if the prompt is not a string or has characters that the tokenizer does not know.
   *
   * @example The likeliest of all short texts
   * ```ts
   * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
   * import { assertEquals } from "@std/assert";
   *
   * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4 });
   * const [best] = await model.beamSearch("to", { beams: 4, maxTokens: 5 });
   * assertEquals(best!.text, model.tokenizer.decode(best!.tokens));
   * model.dispose();
   * ```
   */
  beamSearch(
    prompt: string,
    options: TextBeamSearchOptions = {},
  ): Promise<WithText<Beam>[]> {
    return beamSearchText(this, prompt, options);
  }

  /**
   * Goes on from a prompt by contrastive search, which does not say again what has been said; see the function
   * `contrastiveSearch()`. The generation defaults do not count.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How many tokens are tried, and how much likeness counts.
   * @returns The text.
   * @throws As `contrastiveSearch()`, and if the prompt is not a string or has characters that the tokenizer does not know.
   *
   * @example The same text each time
   * ```ts
   * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
   * import { assertEquals } from "@std/assert";
   *
   * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4 });
   * const { text } = await model.contrastiveSearch("to", { topK: 4, alpha: 0.6, maxTokens: 5 });
   * assertEquals(text.length, 5);
   * model.dispose();
   * ```
   */
  contrastiveSearch(
    prompt: string,
    options: TextContrastiveSearchOptions = {},
  ): Promise<WithText<ContrastiveText>> {
    return contrastiveSearchText(this, prompt, options);
  }

  /**
   * Samples several texts and ranks them; see the function `bestOf()`. The generation defaults do not count.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How many texts, how they are sampled and scored.
   * @returns All of them, the best first.
   * @throws As `bestOf()`, and if the prompt is not a string or has characters that the tokenizer does not know.
   *
   * @example The text with the fewest blanks
   * ```ts
   * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
   * import { assertEquals } from "@std/assert";
   *
   * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4 });
   * const texts = await model.bestOf("to", {
   *   n: 3,
   *   maxTokens: 5,
   *   seed: 1,
   *   scorer: (text) => -text.split(" ").length,
   * });
   * assertEquals(texts.length, 3);
   * model.dispose();
   * ```
   */
  bestOf(
    prompt: string,
    options: TextBestOfOptions = {},
  ): Promise<WithText<ScoredSample>[]> {
    return bestOfTexts(this, prompt, options);
  }

  get #predictor(): TextPredictor {
    const { tokenizer, network } = this;
    return {
      tokenizer,
      network,
      blocksFor: (tokens) => this.#blocksFor(tokens),
    };
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
   * Reads a sequence, tensors in and out; an engine must have been chosen, as `await useEngine()` does.
   *
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them, as {@linkcode LanguageModel.zeroState} gives it.
   * @returns Logits, float32, shape (B, T, V), and the state after the last token; the caller disposes them.
   * @throws {TypeError} If the ids are no tensor of two dimensions.
   */
  forward(ids: Tensor, state: PredictorState): Prediction {
    checkIds(ids, 2, "(B, T)");
    return runAsItIs(() => this.network.forward(ids, state));
  }

  /**
   * Reads one token in every row, tensors in and out.
   *
   * @param ids Token ids, int32, shape (B,).
   * @param state The state before them.
   * @returns Logits, float32, shape (B, V), and the state after them; the caller disposes them.
   * @throws {TypeError} If the ids are no tensor of one dimension.
   */
  step(ids: Tensor, state: PredictorState): Prediction {
    checkIds(ids, 1, "(B,)");
    return runAsItIs(() => this.network.step(ids, state));
  }

  /**
   * Begins without memory.
   *
   * @param batch Rows, B.
   * @returns The state before any token; the caller disposes it.
   * @throws {RangeError} If the batch is not a positive integer.
   */
  zeroState(batch: number): PredictorState {
    if (!Number.isSafeInteger(batch) || batch < 1) {
      throw new RangeError(
        `Cannot begin without memory: the batch must be a positive integer: ${batch}`,
      );
    }
    return tf.tidy(() => [...this.network.zeroState(batch)]);
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

  /** Frees the engine's memory; the model cannot be used any more. */
  dispose(): void {
    this.#writer?.dispose();
    this.#writer = undefined;
    RowSteps.forget(this.network);
    for (const parameter of this.network.parameters.values()) {
      parameter.dispose();
    }
  }

  /** Writes blocks of tokens by one compiled loop, once so many were asked for that compiling it pays. */
  #blocksFor(tokens: number): BlockSource | undefined {
    this.#tokensAsked += tokens;
    if (
      this.network.counting !== undefined || !hasEngine() ||
      engineInfo().name !== "tensorflow" ||
      this.#tokensAsked < COMPILED_FROM_TOKENS
    ) return undefined;
    // Brings the weights to the engine: the compiled loop cannot.
    for (const parameter of this.network.parameters.values()) {
      void parameter.variable;
    }
    this.#writer ??= new BlockWriter(this.network);
    return this.#writer;
  }
}

/** Refuses what are no ids. */
function checkIds(ids: Tensor, rank: number, shape: string): void {
  if (ids instanceof tf.Tensor && ids.rank === rank && ids.dtype === "int32") {
    return;
  }
  const found = ids instanceof tf.Tensor
    ? `${ids.dtype} of shape [${ids.shape}]`
    : ids === null
    ? "null"
    : typeof ids;
  throw new TypeError(
    `Cannot read tokens: the ids must be an int32 tensor of shape ${shape}: ${found}`,
  );
}
