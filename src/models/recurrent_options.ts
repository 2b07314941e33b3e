/**
 * What the builders of recurrent models have in common.
 *
 * @module
 */
import { vocabSizeOf } from "./_vocab_size_of.ts";
import { checkOptionNames } from "../text/options.ts";
import { shown, wrongNumber } from "../text/refusal.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { LanguageModel } from "./language_model.ts";
import {
  nameOf,
  type RecurrentDropoutMasks,
  type RecurrentKind,
} from "../networks/recurrent_config.ts";
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
   * batch drop the same units (Gal and Ghahramani, 2016), and all gates too, unless an LSTM or a GRU is told otherwise by
   * `recurrentDropoutMasks`.
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
   * Lets each output of the last layer look back at those before it (Luong et al., 2015, with the general score), and joins
   * what it finds there to it.
   *
   * @default {false}
   */
  attention?: boolean;

  /**
   * How many outputs are looked back at; needs `attention`.
   *
   * @default {64}
   */
  attentionWindow?: number;

  /**
   * Where the first weights come from: the same seed gives the same weights on every engine.
   *
   * @default {0}
   */
  seed?: number;
}

/** Options of the builders whose layers have gates. */
export interface GatedRecurrentOptions extends RecurrentOptions {
  /**
   * Whether all gates share the mask of `recurrentDropout`, as with tied weights in Gal and Ghahramani, 2016, or each draws
   * its own: `"gates"`, as Keras 3.15 does, four for an LSTM and three for a GRU, which takes as many products in place of
   * one.
   *
   * @default {"shared"}
   */
  recurrentDropoutMasks?: RecurrentDropoutMasks;
}

/** How far attention looks back where nothing is said. */
const DEFAULT_WINDOW = 64;

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
  "attention",
  "attentionWindow",
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
  options: GatedRecurrentOptions & { resetAfter?: boolean },
  own: readonly string[] = [],
): LanguageModel {
  const action = `Cannot build ${nameOf(kind)}`;
  checkOptionNames(action, options, [...OPTIONS, ...own]);
  const {
    tokenizer,
    units = 256,
    layers = 1,
    embedding = 128,
    attention,
    attentionWindow: window,
    seed = 0,
    ...rest
  } = options;
  if (!Number.isSafeInteger(seed)) {
    throw wrongNumber(`${action}: seed must be a safe integer`, seed);
  }
  const vocabSize = vocabSizeOf(tokenizer, nameOf(kind));
  const attentionWindow = windowOf(kind, attention, window);
  const sizes = { vocabSize, embedding, units, layers };
  const config = { ...sizes, ...rest, attentionWindow };
  return new LanguageModel({
    tokenizer,
    network: new RecurrentNetwork(kind, config, seed),
    history: [],
  });
}

/** How many outputs are looked back at; 0 without attention. */
function windowOf(
  kind: RecurrentKind,
  attention: boolean = false,
  window?: number,
): number {
  const cannot = `Cannot build ${nameOf(kind)}:`;
  if (typeof attention !== "boolean") {
    throw new TypeError(
      `${cannot} attention must be true or false: ${shown(attention)}`,
    );
  }
  if (!attention && window !== undefined) {
    throw new TypeError(
      `${cannot} attentionWindow has no effect without attention: true, leave it out: ${
        shown(window)
      }`,
    );
  }
  if (!attention) return 0;
  if (window === undefined) return DEFAULT_WINDOW;
  if (!Number.isSafeInteger(window) || window < 1) {
    throw wrongNumber(
      `${cannot} attentionWindow must be a positive integer`,
      window,
    );
  }
  return window;
}
