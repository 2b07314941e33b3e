/**
 * `fromLayersModel()`: a model of TensorFlow.js's layers, such as one that was written for Keras, as a language model.
 *
 * @module
 */
import { ensureEngine } from "../engine/engine.ts";
import type { LayersModelLike } from "../engine/layers_model.ts";
import {
  adoptLayersModel,
  type LayersModelOptions,
} from "../networks/adopt_layers_model.ts";
import { checkOptionNames } from "../text/options.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { vocabSizeOf } from "./_vocab_size_of.ts";
import { LanguageModel } from "./language_model.ts";

/**
 * Takes in a model of your own: a `tf.LayersModel` or `tf.Sequential` of `npm:@tensorflow/tfjs@4.22.0`, the very version
 * that the library computes with, which is then the same copy. It is trained, sampled, saved and loaded like any other.
 *
 * It reads ids, shape [null, T], or one-hot vectors, shape [null, T, V], and predicts after each token, shape
 * [null, T, V], or after the last, shape [null, V]. T may be null.
 *
 * - The weights are the model's own: `fit()` changes them in place, and `dispose()` frees them. The optimizer and the
 *   loss of its `compile()` are not used.
 * - A softmax at the end is left out for the time of a call, since its input is the logits.
 * - Dropout layers and the dropout of recurrent layers draw their masks from the seed of `fit()`, a seed of their own is
 *   not used.
 * - Convolutions over time with `padding: "causal"`, which TensorFlow.js cannot compute, and with gaps, which it cannot
 *   train, are computed here as Keras does. With a causal one, T should be null: TensorFlow.js takes a given length to
 *   shrink.
 * - A model that predicts after each token starts over after T tokens, as a transformer with learned positions does. One
 *   that predicts after the last token alone has a window of T tokens for each prediction, which takes T times the work:
 *   so `fit()` reads 16 tokens of a row at a time unless it is told otherwise, each of which is predicted.
 *
 * @param model The model.
 * @param tokenizer Turns text into its ids.
 * @param options What the model does not say.
 * @returns The language model.
 * @throws {TypeError} If it is another copy's, not one input and output, looks ahead, is stateful, has weights that
 * cannot be trained, noise, batch normalization, regularizers or constraints, or if an option has no effect.
 * @throws {RangeError} If its vocabulary is not the tokenizer's, a weight or a prediction is no finite number, or an option
 * is out of range.
 *
 * @example A Keras-style model
 * ```ts
 * import { CharTokenizer, fit, fromLayersModel } from "@textloom/textloom";
 * import * as tf from "@tensorflow/tfjs";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const tokenizer = CharTokenizer.train(text);
 * const model = await fromLayersModel(
 *   tf.sequential({
 *     layers: [
 *       tf.layers.embedding({ inputDim: tokenizer.vocabSize, outputDim: 8, inputLength: 16 }),
 *       tf.layers.lstm({ units: 16, returnSequences: true }),
 *       tf.layers.dense({ units: tokenizer.vocabSize, activation: "softmax" }),
 *     ],
 *   }),
 *   tokenizer,
 * );
 * const history = await fit(model, text, { epochs: 3, batchSize: 4, display: "none" });
 * assert(history.epochs[2]!.loss < history.epochs[0]!.loss);
 * assertEquals((await model.generate("the ", { maxTokens: 5 })).text.length, 5);
 * model.dispose();
 * ```
 */
export async function fromLayersModel(
  model: LayersModelLike,
  tokenizer: Tokenizer,
  options: LayersModelOptions = {},
): Promise<LanguageModel> {
  checkOptionNames("Cannot take in the layers model", options, [
    "context",
    "output",
  ]);
  const vocabSize = vocabSizeOf(tokenizer, "a language model");
  await ensureEngine();
  const network = await adoptLayersModel(model, vocabSize, options);
  return new LanguageModel({ tokenizer, network, history: [] });
}
