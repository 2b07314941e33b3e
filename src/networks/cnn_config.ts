/**
 * The sizes and options of a convolutional network, checked and made complete.
 *
 * @module
 */
import { shown, wrongNumber } from "../text/refusal.ts";

/** A damaged file must not make us build layers until the memory is full. */
const MOST_STACKS = 100;

/** The last of so many layers looks 32,768 tokens back. */
const MOST_LAYERS = 16;

/** More inputs of one convolution are a matrix out of all proportion. */
const LARGEST_KERNEL = 64;

/** What a convolutional network is built from. */
export interface CNNConfig {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /** Numbers in the vector of a token, E. */
  embedding: number;

  /** Numbers in a row inside of the network, F. */
  filters: number;

  /** Inputs that each convolution sees at once, k, from 2. */
  kernelSize: number;

  /** Blocks of a stack; their convolutions look at inputs 1, 2, 4, … apart. */
  layers: number;

  /** Stacks, one upon the other. */
  stacks: number;

  /** Units of a hidden layer with rectified outputs before the map to the vocabulary; 0 for no such layer. */
  dense: number;

  /** Whether the input of each block's convolution is normalised. */
  layerNorm: boolean;

  /** Share of each gate's outputs that training drops, from 0 up to but not 1. */
  dropout: number;
}

/**
 * @param config Sizes and options, perhaps from a file.
 * @returns The same.
 * @throws {RangeError} If a size or a share is out of range.
 * @throws {TypeError} If a name is unknown, a number is none, or a switch not true or false.
 */
export function checkCNNConfig(config: CNNConfig): CNNConfig {
  const { vocabSize, embedding, filters, kernelSize, layers, ...others } =
    config;
  const { stacks, dense, layerNorm, dropout, ...unknown } = others;
  const [name] = Object.keys(unknown);
  if (name !== undefined) {
    throw new TypeError(
      `Cannot build a convolutional network: its config has no "${name}"`,
    );
  }
  const sizes = { vocabSize, embedding, filters, kernelSize, layers, stacks };
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw refusal(`${name} must be a positive integer`, value);
    }
  }
  if (kernelSize < 2 || kernelSize > LARGEST_KERNEL) {
    throw refusal(
      `kernelSize must be from 2 to ${LARGEST_KERNEL}`,
      kernelSize,
    );
  }
  if (layers > MOST_LAYERS) {
    throw refusal(
      `layers must be at most ${MOST_LAYERS}, take more stacks`,
      layers,
    );
  }
  if (stacks > MOST_STACKS) {
    throw refusal(`stacks must be at most ${MOST_STACKS}`, stacks);
  }
  if (!Number.isSafeInteger(dense) || dense < 0) {
    throw refusal(
      "dense must be a positive integer, or 0 for no such layer",
      dense,
    );
  }
  if (typeof dropout !== "number" || !(dropout >= 0 && dropout < 1)) {
    throw refusal("dropout must be a share from 0 up to but not 1", dropout);
  }
  if (typeof layerNorm !== "boolean") {
    throw new TypeError(
      `Cannot build a convolutional network: layerNorm must be true or false: ${
        shown(layerNorm)
      }`,
    );
  }
  return { ...sizes, dense, layerNorm, dropout };
}

/**
 * @param config A network's sizes.
 * @returns Tokens that a prediction is made from, the last one among them.
 */
export function receptiveField(
  { kernelSize, layers, stacks }: Pick<
    CNNConfig,
    "kernelSize" | "layers" | "stacks"
  >,
): number {
  // One by itself, and what each convolution adds: the first k − 1, those of a stack (k − 1)(1 + 2 + 4 + …).
  return 1 + (kernelSize - 1) * (1 + stacks * (2 ** layers - 1));
}

function refusal(rule: string, value: unknown): RangeError | TypeError {
  return wrongNumber(`Cannot build a convolutional network: ${rule}`, value);
}
