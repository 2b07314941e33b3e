/**
 * The sizes and parts of a decoder-only transformer, the presets, and what they must be.
 *
 * @module
 */
import { type Activation, ACTIVATIONS } from "../layers/feed_forward.ts";
import { type NormName, NORMS } from "../layers/transformer_block.ts";
import { shown, wrongNumber } from "../text/refusal.ts";

/** A damaged file must not make us build layers until the memory is full. */
const MOST_LAYERS = 1000;

/** How a transformer knows where a token stands: by turning queries and keys, by learnt vectors, or by fixed ones. */
export type Positions = "rotary" | "learned" | "sinusoidal";

const POSITIONS: readonly Positions[] = ["rotary", "learned", "sinusoidal"];

/** Well-known choices of the parts. */
export type TransformerPreset = "gpt2" | "llama";

/** The parts that a preset chooses. */
export type TransformerParts = Pick<
  TransformerNetworkConfig,
  "positions" | "norm" | "activation" | "bias"
>;

/** The parts of each preset. */
export const PRESETS: Readonly<Record<TransformerPreset, TransformerParts>> = {
  gpt2: {
    positions: "learned",
    norm: "layer",
    activation: "gelu_tanh",
    bias: true,
  },
  llama: {
    positions: "rotary",
    norm: "rms",
    activation: "swiglu",
    bias: false,
  },
};

/** Sizes and parts of a `TransformerNetwork`. */
export interface TransformerNetworkConfig {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /** Tokens that a token sees at most, itself among them, C. */
  context: number;

  /** Blocks, one upon the other. */
  layers: number;

  /** Heads of attention, H; a divisor of the width. */
  heads: number;

  /** Keys and values of a token, G; a divisor of the heads. */
  keyValueHeads: number;

  /** Numbers in the vector of a token, D. */
  width: number;

  /** Numbers in between of a feed-forward layer, F. */
  feedForward: number;

  /** How positions are known. */
  positions: Positions;

  /** For rotary positions: pair i of a head of size S turns by rotaryBase^(−2i/S) from one position to the next. */
  rotaryBase: number;

  /** How rows are normalised. */
  norm: NormName;

  /** What is added under the root of a norm. */
  epsilon: number;

  /** How the feed-forward layers bend. */
  activation: Activation;

  /** Whether linear maps and layer norms have offsets. */
  bias: boolean;

  /** Whether the output scores tokens by the vectors of the embedding. */
  tied: boolean;

  /** Share of numbers that training drops, from 0 up to but not 1. */
  dropout: number;
}

/**
 * @param config Sizes and parts, perhaps from a file.
 * @returns The same, and nothing else that was in it.
 * @throws {RangeError} If a size or a share is out of range, or a part unknown.
 * @throws {TypeError} If a switch is neither true nor false, or a number or a name is none.
 */
export function checkTransformerConfig(
  config: TransformerNetworkConfig,
): TransformerNetworkConfig {
  const { vocabSize, context, layers, heads, keyValueHeads, width } = config;
  const { feedForward, positions, rotaryBase, norm, epsilon } = config;
  const { activation, bias, tied, dropout } = config;
  const sizes = {
    vocabSize,
    context,
    layers,
    heads,
    keyValueHeads,
    width,
    feedForward,
  };
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw refusal(`${name} must be a positive integer`, value);
    }
  }
  if (layers > MOST_LAYERS) {
    throw refusal(`layers must be at most ${MOST_LAYERS}`, layers);
  }
  if (width % heads !== 0) {
    throw refusal(`heads must divide the width of ${width}`, heads);
  }
  if (heads % keyValueHeads !== 0) {
    throw refusal(
      `keyValueHeads must divide the ${heads} heads`,
      keyValueHeads,
    );
  }
  checkName("positions", positions, POSITIONS);
  checkName("norm", norm, NORMS);
  checkName("activation", activation, ACTIVATIONS);
  if (positions === "rotary" && width / heads % 2 !== 0) {
    throw refusal(
      "a head must have an even number of numbers for rotary positions, width / heads",
      width / heads,
    );
  }
  if (positions === "sinusoidal" && width % 2 !== 0) {
    throw refusal("width must be even for sinusoidal positions", width);
  }
  for (const [name, value] of Object.entries({ rotaryBase, epsilon })) {
    if (typeof value !== "number" || !(value > 0 && value < Infinity)) {
      throw refusal(`${name} must be a positive number`, value);
    }
  }
  for (const [name, value] of Object.entries({ bias, tied })) {
    if (typeof value !== "boolean") {
      throw new TypeError(
        `Cannot build a transformer: ${name} must be true or false: ${
          shown(value)
        }`,
      );
    }
  }
  if (typeof dropout !== "number" || !(dropout >= 0 && dropout < 1)) {
    throw refusal("dropout must be a share from 0 up to but not 1", dropout);
  }
  const parts = { positions, rotaryBase, norm, epsilon, activation };
  return { ...sizes, ...parts, bias, tied, dropout };
}

/**
 * @param option Which option.
 * @param value What was given.
 * @param names What it may be.
 * @throws {RangeError} If it is none of them.
 * @throws {TypeError} If it is no string.
 */
export function checkName(
  option: string,
  value: string,
  names: readonly string[],
): void {
  if (!names.includes(value)) {
    const Type = typeof value === "string" ? RangeError : TypeError;
    throw new Type(
      `Cannot build a transformer: ${option} must be one of ${
        names.join(", ")
      }: ${shown(value)}`,
    );
  }
}

function refusal(rule: string, value: unknown): RangeError | TypeError {
  return wrongNumber(`Cannot build a transformer: ${rule}`, value);
}
