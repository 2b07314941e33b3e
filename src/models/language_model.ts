/**
 * A language model: a tokenizer, a network over its tokens, and how it was trained.
 *
 * @module
 */
import { writeFileAtomic } from "../checkpoint/atomic_write.ts";
import { engineInfo, hasEngine } from "../engine/engine.ts";
import { BlockWriter } from "../generation/block_writer.ts";
import {
  checkGenerationDefaults,
  type GenerationDefaults,
  withDefaults,
} from "../generation/generation_defaults.ts";
import type { BlockSource } from "../generation/generate_rows.ts";
import { type GenerateOptions, streamText } from "../generation/stream_text.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { EncodeModelOptions } from "../training/checkpoint_content.ts";
import type { TrainingHistory } from "../training/history.ts";
import { decodeModel, encodeModel, type ModelParts } from "./model_file.ts";
import { countParameters, type Network } from "../networks/network.ts";

/** Compiling the loop takes half a second or so, in which a small model writes about this many tokens one by one. */
const COMPILED_FROM_TOKENS = 1_000;

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
 * const before = await model.generate("to", { maxTokens: 5, seed: 1 });
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await model.save(path);
 * const again = await LanguageModel.load(path);
 * assertEquals(await again.generate("to", { maxTokens: 5, seed: 1 }), before);
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
  #writer: BlockWriter | undefined;
  #tokensAsked = 0;

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
   * assertEquals(await model.generate("to"), await model.generate("to", { temperature: 0.5, seed: 1, maxTokens: 5 }));
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
    const checked = checkGenerationDefaults(defaults);
    const { unknown } = checked;
    if (unknown !== undefined) this.tokenizer.encode("", { unknown }); // refuses what is none
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
   * Goes on from a prompt.
   *
   * @param prompt The text to go on from; an empty one begins after a line break.
   * @param options How much to write and how freely.
   * @returns The new text, without the prompt.
   * @throws {TypeError} If the prompt is not a string, or if an option has no effect.
   * @throws {RangeError} If an option is out of range, or the prompt has characters that the tokenizer does not know.
   * @throws The signal's reason, once it is aborted.
   */
  async generate(
    prompt: string,
    options: GenerateOptions = {},
  ): Promise<string> {
    let text = "";
    for await (const piece of this.stream(prompt, options)) text += piece;
    return text;
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
    options: GenerateOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    const { tokenizer, network } = this;
    const blocksFor = (tokens: number): BlockSource | undefined =>
      this.#blocksFor(tokens);
    return streamText(
      { tokenizer, network, blocksFor },
      prompt,
      withDefaults(this.#generationDefaults, options),
    );
  }

  /**
   * Saves everything in one file: weights, tokenizer, configuration, history, defaults of generation. It is written beside the old one and
   * takes its place when it is whole.
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
  encode(options: EncodeModelOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return encodeModel(this, options);
  }

  /**
   * Loads what {@linkcode LanguageModel.save} wrote.
   *
   * @param path The file.
   * @returns The model.
   * @throws {Deno.errors.NotFound} If there is no such file.
   * @throws {ModelFileError} If it is damaged, of another kind, or newer than the library.
   */
  static async load(path: string): Promise<LanguageModel> {
    let bytes: Uint8Array;
    try {
      bytes = await Deno.readFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
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
    for (const parameter of this.network.parameters.values()) {
      parameter.dispose();
    }
  }

  /** Writes blocks of tokens by one compiled loop, once so many were asked for that compiling it pays. */
  #blocksFor(tokens: number): BlockSource | undefined {
    this.#tokensAsked += tokens;
    if (
      !hasEngine() || engineInfo().name !== "tensorflow" ||
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
