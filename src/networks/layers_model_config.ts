/**
 * What a network around a layers model is made of: the model's topology, and what it reads and gives.
 *
 * @module
 */

/** What is needed to build the network again. */
export interface LayersModelConfig {
  /** `Sequential` or `Model`. */
  className: string;
  /** The model's `getConfig()` as JSON. */
  topology: string;
  /** Names and shapes of the weights in the model's order, as JSON. */
  weights: string;
  /** Tokens of the vocabulary, V. */
  vocabSize: number;
  /** Tokens that the model reads at once, C. */
  context: number;
  /** Whether it reads C tokens always, and not fewer. */
  fixed: boolean;
  /** Whether it reads one-hot vectors, shape (B, T, V), or ids, shape (B, T). */
  oneHot: boolean;
  /** Whether it predicts after each token, shape (B, T, V), or after the last, shape (B, V). */
  everywhere: boolean;
  /** Whether the softmax of its last layer is left out. */
  withoutSoftmax: boolean;
  /** Whether its output are probabilities. */
  probabilities: boolean;
}
