/**
 * `buildNGram()`: a language model of counted n-grams in one call, the floor that every neural model is compared with.
 *
 * @module
 */
import { NGramNetwork } from "../networks/ngram_network.ts";
import { checkOptionNames } from "../text/options.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { vocabSizeOf } from "./_vocab_size_of.ts";
import { LanguageModel } from "./language_model.ts";

/** Options of {@linkcode buildNGram}. */
export interface BuildNGramOptions {
  /** Turns text into token ids and back; its vocabulary is the model's. */
  tokenizer: Tokenizer;

  /**
   * Tokens of the longest n-grams, from 1 to 32: a token is predicted from the order − 1 tokens before it. On the characters
   * of Moby-Dick 7 takes 1.9 times the n-grams of 6, 871,445, for 0.013 bits a character less, 2.022 (`deno task bench:ngram`).
   *
   * @default {6}
   */
  order?: number;
}

/**
 * Builds a language model that counts, in plain TypeScript: interpolated modified Kneser–Ney smoothing (Chen and Goodman,
 * "An Empirical Study of Smoothing Techniques for Language Modeling", 1998). `fit()` counts a text in seconds, once; called
 * again it adds to the counts. Until then every token is as likely as any other.
 *
 * @param options The tokenizer, and the order.
 * @returns A model that has counted nothing.
 * @throws {RangeError} If the order is out of range.
 * @throws {TypeError} If there is no such option, or no tokenizer.
 *
 * @example Count a line
 * ```ts
 * import { buildNGram, CharTokenizer, fit } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildNGram({ tokenizer: CharTokenizer.train(text), order: 4 });
 * await fit(model, text, { validation: 0, sample: false, display: "none" });
 * assertEquals((await model.generate("the wha", { maxTokens: 2, temperature: 0 })).text, "le");
 * model.dispose();
 * ```
 */
export function buildNGram(options: BuildNGramOptions): LanguageModel {
  checkOptionNames("Cannot build an n-gram model", options, [
    "tokenizer",
    "order",
  ]);
  const { tokenizer, order = 6 } = options;
  const vocabSize = vocabSizeOf(tokenizer, "an n-gram model");
  const network = new NGramNetwork({ vocabSize, order });
  return new LanguageModel({ tokenizer, network, history: [] });
}
