/**
 * `buildLSTM()`: a recurrent language model in one call.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { LanguageModel } from "./language_model.ts";
import { LSTMNetwork } from "./lstm_network.ts";

/** Options of {@linkcode buildLSTM}. */
export interface BuildLSTMOptions {
  /** Turns text into token ids and back; its vocabulary is the model's. */
  tokenizer: Tokenizer;

  /**
   * Units of each LSTM layer, H.
   *
   * @default {256}
   */
  units?: number;

  /**
   * LSTM layers, one upon the other.
   *
   * @default {1}
   */
  layers?: number;

  /**
   * Numbers in the vector of a token, E.
   *
   * @default {128}
   */
  embedding?: number;

  /**
   * Share of each LSTM layer's outputs that training drops, from 0 up to but not 1.
   *
   * @default {0}
   */
  dropout?: number;

  /**
   * Where the first weights come from: the same seed gives the same weights on every engine.
   *
   * @default {0}
   */
  seed?: number;
}

const OPTIONS: readonly string[] = [
  "tokenizer",
  "units",
  "layers",
  "embedding",
  "dropout",
  "seed",
] satisfies (keyof BuildLSTMOptions)[];

/**
 * Builds a language model of embedding, LSTM layers and a linear map to the vocabulary. Nothing is computed yet.
 *
 * @param options The tokenizer, and the sizes.
 * @returns An untrained model.
 * @throws {RangeError} If a size or the seed is out of range.
 * @throws {TypeError} If there is no such option.
 *
 * @example A small model
 * ```ts
 * import { buildLSTM, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 8, embedding: 4 });
 * assertEquals(String(model), "LSTM, 1 layer of 8 units, 455 parameters");
 * ```
 */
export function buildLSTM(options: BuildLSTMOptions): LanguageModel {
  const {
    tokenizer,
    units = 256,
    layers = 1,
    embedding = 128,
    dropout = 0,
    seed = 0,
  } = options;
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new TypeError(
        `Cannot build an LSTM: an option must be one of ${
          OPTIONS.join(", ")
        }: "${name}"`,
      );
    }
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(
      `Cannot build an LSTM: seed must be a safe integer: ${seed}`,
    );
  }
  const vocabSize = tokenizer.vocabSize;
  const config = { vocabSize, embedding, units, layers, dropout };
  return new LanguageModel({
    tokenizer,
    network: new LSTMNetwork(config, seed),
    history: [],
  });
}
