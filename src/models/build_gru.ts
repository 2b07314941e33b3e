/**
 * `buildGRU()`: a language model of gated recurrent units in one call.
 *
 * @module
 */
import type { LanguageModel } from "./language_model.ts";
import {
  buildRecurrent,
  type GatedRecurrentOptions,
} from "./recurrent_options.ts";

/** Options of {@linkcode buildGRU}. */
export interface BuildGRUOptions extends GatedRecurrentOptions {
  /**
   * Whether the reset gate comes after the product with the hidden state, which has a bias of its own then, as in Keras,
   * cuDNN and PyTorch; or before it, as in Cho et al.
   *
   * @default {true}
   */
  resetAfter?: boolean;
}

const OWN: readonly string[] = [
  "recurrentDropoutMasks",
  "resetAfter",
] satisfies (keyof BuildGRUOptions)[];

/**
 * Builds a language model of embedding, GRU layers and a linear map to the vocabulary. Nothing is computed yet.
 *
 * Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014.
 *
 * @param options The tokenizer, and the sizes.
 * @returns An untrained model.
 * @throws {RangeError} If a size, a share or the seed is out of range.
 * @throws {TypeError} If there is no such option, it is of another type, or it has no effect.
 *
 * @example A small model
 * ```ts
 * import { buildGRU, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("abc");
 * const model = buildGRU({ tokenizer, units: 8, embedding: 4 });
 * assertEquals(String(model), "GRU, 1 layer of 8 units, 375 parameters");
 * const cho = buildGRU({ tokenizer, units: 8, embedding: 4, resetAfter: false });
 * assertEquals(cho.parameterCount, 375 - 24); // one bias fewer for each gate
 * ```
 */
export function buildGRU(options: BuildGRUOptions): LanguageModel {
  return buildRecurrent("gru", options, OWN);
}
