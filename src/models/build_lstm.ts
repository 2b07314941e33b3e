/**
 * `buildLSTM()`: a language model of long short-term memory in one call.
 *
 * @module
 */
import type { LanguageModel } from "./language_model.ts";
import {
  buildRecurrent,
  type GatedRecurrentOptions,
} from "./recurrent_options.ts";

/** Options of {@linkcode buildLSTM}. */
export type BuildLSTMOptions = GatedRecurrentOptions;

const OWN: readonly string[] = [
  "recurrentDropoutMasks",
] satisfies (keyof BuildLSTMOptions)[];

/**
 * Builds a language model of embedding, LSTM layers and a linear map to the vocabulary. Nothing is computed yet.
 *
 * Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with a forget gate, as in Keras and PyTorch.
 *
 * @param options The tokenizer, and the sizes.
 * @returns An untrained model.
 * @throws {RangeError} If a size, a share or the seed is out of range.
 * @throws {TypeError} If there is no such option, it is of another type, or it has no effect.
 *
 * @example A small model
 * ```ts
 * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 8, embedding: 4 });
 * assertEquals(String(model), "LSTM, 1 layer of 8 units, 455 parameters");
 * ```
 *
 * @example Keras's classic stack: Embedding, LSTM with recurrent dropout, Dense with relu, Dense
 * ```ts
 * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("abc");
 * const model = buildLSTM({ tokenizer, units: 8, embedding: 4, recurrentDropout: 0.2, dense: 16 });
 * assertEquals(model.network.parameters.get("dense/kernel")?.shape, [8, 16]);
 * ```
 *
 * @example Attention over the last 32 states
 * ```ts
 * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("abc");
 * const model = buildLSTM({ tokenizer, units: 8, embedding: 4, attention: true, attentionWindow: 32 });
 * assertEquals(
 *   String(model),
 *   "LSTM, 1 layer of 8 units, attention over 32 states, 647 parameters", // 8 · 8 and 16 · 8 more
 * );
 * ```
 */
export function buildLSTM(options: BuildLSTMOptions): LanguageModel {
  return buildRecurrent("lstm", options, OWN);
}
