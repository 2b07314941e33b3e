/**
 * What a language model does without being trained: it writes, and reads tokens.
 *
 * @module
 */
import { runAsItIs } from "../engine/compile.ts";
import { engineInfo, hasEngine } from "../engine/engine.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { BlockWriter } from "../generation/block_writer.ts";
import {
  checkGenerationDefaults,
  type GenerationDefaults,
  withDefaults,
  type WithDefaultsOptions,
} from "../generation/generation_defaults.ts";
import type { BlockSource } from "../generation/generate_rows.ts";
import type {
  GenerateManyOptions,
  GenerateOptions,
  StreamOptions,
} from "../generation/generate_options.ts";
import { generationSettings } from "../generation/generation_settings.ts";
import { generateTexts } from "../generation/generate_texts.ts";
import type { Generation } from "../generation/generation.ts";
import type { Lens } from "../generation/lens.ts";
import {
  LENS_TOKENS,
  type LensOptions,
  lensText,
} from "../generation/lens_text.ts";
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
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { ModelParts } from "./model_file.ts";
import { VERSION } from "./version.ts";
import { WeightsFingerprint } from "./weights_fingerprint.ts";

/**
 * Compiling the loop takes half a second or so, in which a model writes about so many tokens one by one, divided by the
 * number of its arrays: without the loop, a token takes as long as the operations on them take to begin.
 */
const COMPILED_FROM = 6_000;

/** Compiling takes longer for many arrays too, so it needs so many tokens at least. */
const LEAST_COMPILED = 100;

/** A tokenizer and a network over its tokens. `LanguageModel` adds training, evaluation and files. */
export abstract class WritingModel {
  /** Turns text into token ids and back. */
  readonly tokenizer: Tokenizer;
  /** Predicts the next token. */
  readonly network: Network;
  #generationDefaults: Readonly<GenerationDefaults> = {};
  readonly #weights: WeightsFingerprint;
  #writer: BlockWriter | undefined;
  #tokensAsked = 0;

  /**
   * Puts a model together.
   *
   * @param parts Tokenizer, network, and what generation does by default.
   * @throws {RangeError} If the network's vocabulary is not the tokenizer's, or a default is out of range.
   * @throws {TypeError} If a default is unknown or has no effect.
   */
  constructor(parts: Omit<ModelParts, "history">) {
    const { tokenizer, network, generationDefaults = {} } = parts;
    if (network.config["vocabSize"] !== tokenizer.vocabSize) {
      throw new RangeError(
        `Cannot build a language model: the network must have the tokenizer's ${tokenizer.vocabSize} tokens: ${
          network.config["vocabSize"]
        }`,
      );
    }
    this.tokenizer = tokenizer;
    this.network = network;
    this.#weights = new WeightsFingerprint(network);
    this.generationDefaults = generationDefaults;
  }

  /**
   * Options that {@linkcode WritingModel.generate}, {@linkcode WritingModel.stream} and {@linkcode WritingModel.lens} take
   * where a call does not give them, or gives undefined; saved with the model. What the call names counts: those that would
   * have no effect beside it, such as `topK` beside `temperature: 0` or `mirostat`, are left aside. With `defaults: false` none
   * counts, so that a call can do without one of them: it names the others.
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

  /** Gives `console.log()` one line in place of the weights. */
  [Symbol.for("Deno.customInspect")](): string {
    return `${this.constructor.name} { ${this}, ${
      Deno.inspect(this.tokenizer)
    } }`;
  }

  /**
   * Goes on from a prompt. The prompt with the text after it reads as one text, whatever the tokenizer: the blank between two
   * words belongs to the text, unless the prompt ends with one. A text under a constraint is one by itself.
   *
   * @example The blank is the text's
   * ```ts
   * import { buildNGram, fit, WordTokenizer } from "@textloom/textloom";
   * import { assertEquals } from "@std/assert";
   *
   * const text = "the whale, the white whale, the whale, ".repeat(4);
   * const model = buildNGram({ tokenizer: WordTokenizer.train(text), order: 3 });
   * await fit(model, text, { validation: 0, sample: false, display: "none" });
   * const written = await model.generate("the white", { maxTokens: 3, temperature: 0 });
   * assertEquals(`the white${written}`, "the white whale, the");
   * model.dispose();
   * ```
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
      this.#withDefaults(options),
    );
    const isList = Array.isArray(prompt);
    const haveChanged = this.#weights.watch();
    const texts = await generateTexts(
      this.#predictor,
      isList ? prompt : [prompt as string],
      settings,
      async () => {
        const weightsChanged = haveChanged();
        return {
          model: this.toString(),
          weights: await this.#weights.read(),
          ...(weightsChanged && { weightsChanged }),
          libraryVersion: VERSION,
        };
      },
    );
    return isList || settings.samples !== undefined ? texts : texts[0]!;
  }

  /**
   * Goes on from a prompt, piece by piece; leaving the loop stops the work.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How much to write and how freely.
   * @returns The new text, in pieces that never cut a character.
   * @throws As {@linkcode WritingModel.generate}.
   */
  stream(
    prompt: string,
    options: StreamOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    return streamText(
      this.#predictor,
      prompt,
      this.#withDefaults(options, { kind: "stream" }),
    );
  }

  /**
   * Goes on from a prompt, and tells how each token was chosen: what the candidates were before and after every stage, and
   * which stage removed a token that is asked about. The text is that of {@linkcode WritingModel.generate} with the same
   * options and seed; the generation defaults count.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How much to write and how freely, and the token asked about.
   * @returns The candidates token by token; a table for each where it is printed or shown in a notebook.
   * @throws As {@linkcode WritingModel.generate}, and if the token asked about is none of the vocabulary.
   *
   * @example How many candidates a stage leaves
   * ```ts
   * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
   * import { assertEquals } from "@std/assert";
   *
   * const model = buildLSTM({ tokenizer: CharTokenizer.train("to be or not"), units: 8, embedding: 4 });
   * const lens = await model.lens("to", { topK: 3, temperature: 0.8, maxTokens: 2, token: "e" });
   * const [topK, temperature] = lens.steps[0]!.stages;
   * assertEquals([topK!.before.count, topK!.after.count, temperature!.after.count], [7, 3, 3]);
   * model.dispose();
   * ```
   */
  async lens(prompt: string, options: LensOptions = {}): Promise<Lens> {
    return await lensText(
      this.#predictor,
      prompt,
      this.#withDefaults(options, { kind: "stream", maxTokens: LENS_TOKENS }),
    );
  }

  /**
   * Searches for the likeliest continuations of a prompt; see the function `beamSearch()`. The generation defaults do not
   * count.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How many beams, when to end.
   * @returns The best texts, the best first: objects whose `toString()` is the text.
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
   * @returns The text: an object whose `toString()` is the text.
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
   * @returns All of them, the best first: objects whose `toString()` is the text.
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

  /** A call's options over the defaults. */
  #withDefaults(
    options: GenerateManyOptions,
    situation: Omit<WithDefaultsOptions, "tokenizer"> = {},
  ): GenerateManyOptions {
    const { tokenizer } = this;
    return withDefaults(this.#generationDefaults, options, {
      tokenizer,
      ...situation,
    });
  }

  get #predictor(): TextPredictor {
    const { tokenizer, network } = this;
    return {
      tokenizer,
      network,
      blocksFor: (tokens) => this.#blocksFor(tokens),
    };
  }

  /**
   * Reads a sequence, tensors in and out; an engine must have been chosen, as `await useEngine()` does.
   *
   * @param ids Token ids, int32, shape (B, T).
   * @param state The state before them, as {@linkcode WritingModel.zeroState} gives it.
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
    const { size } = this.network.parameters;
    if (
      this.network.counting !== undefined || !hasEngine() ||
      engineInfo().name !== "tensorflow" ||
      this.#tokensAsked < Math.max(COMPILED_FROM / size, LEAST_COMPILED)
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
