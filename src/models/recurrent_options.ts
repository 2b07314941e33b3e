/**
 * What the builders of recurrent models have in common.
 *
 * @module
 */
import { vocabSizeOf } from "./_vocab_size_of.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { LanguageModel } from "./language_model.ts";
import { nameOf, type RecurrentKind } from "../networks/recurrent_config.ts";
import { RecurrentNetwork } from "../networks/recurrent_network.ts";

/** Options of every builder of a recurrent model. */
export interface RecurrentOptions {
  /** Turns text into token ids and back; its vocabulary is the model's. */
  tokenizer: Tokenizer;

  /**
   * Units of each recurrent layer, H.
   *
   * @default {256}
   */
  units?: number;

  /**
   * Recurrent layers, one upon the other.
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
   * Share of each recurrent layer's outputs that training drops, from 0 up to but not 1.
   *
   * @default {0}
   */
  dropout?: number;

  /**
   * Share of the hidden state that training drops on its way to the next step, from 0 up to but not 1. All steps of a
   * batch drop the same units, and all gates too, where Keras draws a mask for each gate.
   *
   * @default {0}
   */
  recurrentDropout?: number;

  /**
   * Adds a layer's input to its output, from the second layer on; needs `layers` from 2.
   *
   * @default {false}
   */
  residual?: boolean;

  /**
   * Normalises the outputs of each layer, after dropout and residual.
   *
   * @default {false}
   */
  layerNorm?: boolean;

  /**
   * Units of a hidden layer with rectified outputs before the map to the vocabulary.
   *
   * @default {0} which is no such layer
   */
  dense?: number;

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
  "recurrentDropout",
  "residual",
  "layerNorm",
  "dense",
  "seed",
] satisfies (keyof RecurrentOptions)[];

/**
 * Builds a model; the builder of each kind passes its options on.
 *
 * @param kind Which cell.
 * @param options All options.
 * @param own Names of options that only this kind has.
 * @returns An untrained model.
 * @throws {RangeError} If a size, a share or the seed is out of range.
 * @throws {TypeError} If there is no such option, it is of another type, or it has no effect.
 */
export function buildRecurrent(
  kind: RecurrentKind,
  options: RecurrentOptions & { resetAfter?: boolean },
  own: readonly string[] = [],
): LanguageModel {
  const {
    tokenizer,
    units = 256,
    layers = 1,
    embedding = 128,
    seed = 0,
    ...rest
  } = options;
  const known = [...OPTIONS, ...own];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(
        `Cannot build ${nameOf(kind)}: an option must be one of ${
          known.join(", ")
        }: "${name}"`,
      );
    }
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(
      `Cannot build ${nameOf(kind)}: seed must be a safe integer: ${seed}`,
    );
  }
  const vocabSize = vocabSizeOf(tokenizer, nameOf(kind));
  const config = { vocabSize, embedding, units, layers, ...rest };
  return new LanguageModel({
    tokenizer,
    network: new RecurrentNetwork(kind, config, seed),
    history: [],
  });
}
