/**
 * `buildCNN()`: a language model of dilated causal convolutions in one call.
 *
 * @module
 */
import { CNNNetwork } from "../networks/cnn_network.ts";
import { checkOptionNames } from "../text/options.ts";
import { wrongNumber } from "../text/refusal.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { vocabSizeOf } from "./_vocab_size_of.ts";
import { LanguageModel } from "./language_model.ts";

/** Options of {@linkcode buildCNN}. */
export interface BuildCNNOptions {
  /** Turns text into token ids and back; its vocabulary is the model's. */
  tokenizer: Tokenizer;

  /**
   * Numbers in a row inside of the network, F: channels of each convolution, of its gate, and of what it adds.
   *
   * @default {128}
   */
  filters?: number;

  /**
   * Inputs that each convolution sees at once, k, from 2 to 64.
   *
   * @default {2}
   */
  kernelSize?: number;

  /**
   * Convolutions of a stack, up to 16; they see inputs that are 1, 2, 4, … tokens apart. With `stacks` and `kernelSize`
   * they decide how far the model looks back: 1 + (k − 1)(1 + stacks · (2^layers − 1)) tokens.
   *
   * @default {7}
   */
  layers?: number;

  /**
   * Stacks, one upon the other; each begins with inputs side by side again.
   *
   * @default {1}
   */
  stacks?: number;

  /**
   * Numbers in the vector of a token, E.
   *
   * @default {64}
   */
  embedding?: number;

  /**
   * Units of a hidden layer with rectified outputs before the map to the vocabulary; 0 for no such layer.
   *
   * @default {undefined} which is as many as there are filters
   */
  dense?: number;

  /**
   * Normalises the input of each block's convolution: slower steps, of which fewer are needed.
   *
   * @default {true}
   */
  layerNorm?: boolean;

  /**
   * Share of each gate's outputs that training drops, from 0 up to but not 1.
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
  "filters",
  "kernelSize",
  "layers",
  "stacks",
  "embedding",
  "dense",
  "layerNorm",
  "dropout",
  "seed",
] satisfies (keyof BuildCNNOptions)[];

/**
 * Builds a language model of gated causal convolutions with residual and skip connections. Nothing is computed yet.
 *
 * Van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016; as a model of sequences in general, Bai, Kolter
 * and Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling", 2018. It
 * carries its memory from window to window and from token to token, as an LSTM does: a prediction is made from the last
 * tokens of the whole text, as many as its description says, and from nothing before them.
 *
 * @param options The tokenizer, and the sizes.
 * @returns An untrained model.
 * @throws {RangeError} If a size, a share or the seed is out of range.
 * @throws {TypeError} If there is no such option, or it is of another type.
 *
 * @example A small model
 * ```ts
 * import { buildCNN, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("abc");
 * const model = buildCNN({ tokenizer, filters: 8, layers: 3, embedding: 4 });
 * assertEquals(
 *   String(model),
 *   "CNN, 1 stack of 3 layers with 8 filters, receptive field of 9 tokens, 1,407 parameters",
 * );
 * ```
 *
 * @example Train it, and let it write
 * ```ts
 * import { buildCNN, CharTokenizer, fit } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const model = buildCNN({ tokenizer: CharTokenizer.train(text), filters: 16, layers: 3, embedding: 8 });
 * const history = await fit(model, text, { epochs: 5, batchSize: 4, validation: 0, display: "none", sample: false });
 * assert(history.epochs[4]!.loss < history.epochs[0]!.loss);
 * await model.generate("the", { maxTokens: 10, temperature: 0 });
 * model.dispose();
 * ```
 */
export function buildCNN(options: BuildCNNOptions): LanguageModel {
  checkOptionNames("Cannot build a convolutional network", options, OPTIONS);
  const {
    tokenizer,
    filters = 128,
    kernelSize = 2,
    layers = 7,
    stacks = 1,
    embedding = 64,
    dense = filters,
    layerNorm = true,
    dropout = 0,
    seed = 0,
  } = options;
  if (!Number.isSafeInteger(seed)) {
    throw wrongNumber(
      "Cannot build a convolutional network: seed must be a safe integer",
      seed,
    );
  }
  const network = new CNNNetwork({
    vocabSize: vocabSizeOf(tokenizer, "a convolutional network"),
    embedding,
    filters,
    kernelSize,
    layers,
    stacks,
    dense,
    layerNorm,
    dropout,
  }, seed);
  return new LanguageModel({ tokenizer, network, history: [] });
}
