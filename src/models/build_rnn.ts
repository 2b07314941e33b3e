/**
 * `buildRNN()`: a language model of simple recurrent layers in one call.
 *
 * @module
 */
import type { LanguageModel } from "./language_model.ts";
import { buildRecurrent, type RecurrentOptions } from "./recurrent_options.ts";

/** Options of {@linkcode buildRNN}. */
export type BuildRNNOptions = RecurrentOptions;

/**
 * Builds a language model of embedding, simple recurrent layers and a linear map to the vocabulary. Nothing is computed
 * yet.
 *
 * Elman, "Finding Structure in Time", 1990: h' = tanh(W h + U x + b), y = V h' + c.
 *
 * @param options The tokenizer, and the sizes.
 * @returns An untrained model.
 * @throws {RangeError} If a size, a share or the seed is out of range.
 * @throws {TypeError} If there is no such option, it is of another type, or it has no effect.
 *
 * @example A small model
 * ```ts
 * import { buildRNN, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const model = buildRNN({ tokenizer: CharTokenizer.train("abc"), units: 8, embedding: 4 });
 * assertEquals(String(model), "RNN, 1 layer of 8 units, 143 parameters");
 * ```
 */
export function buildRNN(options: BuildRNNOptions): LanguageModel {
  return buildRecurrent("rnn", options);
}
