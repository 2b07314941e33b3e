/**
 * The sizes and options of a recurrent network, checked and made complete.
 *
 * @module
 */
import { shown, wrongNumber } from "../text/refusal.ts";

/** The cell of a recurrent network. */
export type RecurrentKind = "rnn" | "lstm" | "gru";

/** How many masks recurrent dropout draws: one for all gates, or one for each. */
export type RecurrentDropoutMasks = "shared" | "gates";

/** How each kind is called in a sentence. */
const NAMES: Readonly<Record<RecurrentKind, string>> = {
  rnn: "an RNN",
  lstm: "an LSTM",
  gru: "a GRU",
};

/** A damaged file must not make us build layers until the memory is full. */
const MOST_LAYERS = 1000;

/** Nor remember as much. */
const LONGEST_WINDOW = 65_536;

/** What a recurrent network is built from. */
export interface RecurrentConfig {
  /** Tokens in the vocabulary, V. */
  vocabSize: number;

  /** Numbers in the vector of a token, E. */
  embedding: number;

  /** Units of each recurrent layer, H. */
  units: number;

  /** Recurrent layers, one upon the other. */
  layers: number;

  /**
   * Share of each recurrent layer's outputs that training drops, from 0 up to but not 1.
   *
   * @default {0}
   */
  dropout?: number;

  /**
   * Share of the hidden state that training drops on its way to the next step, from 0 up to but not 1; the same units in
   * all steps of a batch.
   *
   * @default {0}
   */
  recurrentDropout?: number;

  /**
   * Whether all gates of an LSTM or a GRU share the mask of `recurrentDropout`, or each draws its own.
   *
   * @default {"shared"}
   */
  recurrentDropoutMasks?: RecurrentDropoutMasks;

  /**
   * Whether a layer's input is added to its output, from the second layer on.
   *
   * @default {false}
   */
  residual?: boolean;

  /**
   * Whether the outputs of each layer are normalised.
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
   * How many past outputs of the last layer each output looks back at.
   *
   * @default {0} which is no attention
   */
  attentionWindow?: number;

  /**
   * Whether a GRU's reset gate comes after the product with the hidden state; other kinds have none.
   *
   * @default {true}
   */
  resetAfter?: boolean;
}

/** What not every config has. */
type Particular = "attentionWindow" | "resetAfter" | "recurrentDropoutMasks";

/**
 * A config in which nothing is left open, with a window where there is attention, `resetAfter` for a GRU, and masks where
 * gates do not share one.
 */
export type CompleteRecurrentConfig =
  & Required<Omit<RecurrentConfig, Particular>>
  & Pick<RecurrentConfig, Particular>;

/**
 * @param kind Which cell, for the messages too.
 * @returns Such as "an LSTM".
 */
export function nameOf(kind: RecurrentKind): string {
  return NAMES[kind];
}

/**
 * Checks a config, from a caller or from a file, and adds the defaults.
 *
 * @param kind Which cell.
 * @param config What was given.
 * @returns All of it.
 * @throws {RangeError} If a size is not a positive integer, a dropout not a share below 1, or at more than 1,000 layers or 65,536
 * states to look back at.
 * @throws {TypeError} If a name is unknown, a number is none, a switch not true or false, or a residual has no effect.
 */
export function completeConfig(
  kind: RecurrentKind,
  config: RecurrentConfig,
): CompleteRecurrentConfig {
  const {
    vocabSize,
    embedding,
    units,
    layers,
    dropout = 0,
    recurrentDropout = 0,
    recurrentDropoutMasks: masks,
    residual = false,
    layerNorm = false,
    dense = 0,
    attentionWindow = 0,
    ...rest
  } = config;
  const { resetAfter = true, ...unknown } = rest;
  const cannot = `Cannot build ${NAMES[kind]}:`;
  const [name] = Object.keys(kind === "gru" ? unknown : rest);
  if (name !== undefined) {
    throw new TypeError(`${cannot} its config has no "${name}"`);
  }
  const sizes = { vocabSize, embedding, units, layers };
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw wrongNumber(`${cannot} ${name} must be a positive integer`, value);
    }
  }
  if (layers > MOST_LAYERS) {
    throw new RangeError(
      `${cannot} layers must be at most ${MOST_LAYERS}: ${layers}`,
    );
  }
  if (!Number.isSafeInteger(dense) || dense < 0) {
    throw wrongNumber(
      `${cannot} dense must be a positive integer, or 0 for no such layer`,
      dense,
    );
  }
  if (!Number.isSafeInteger(attentionWindow) || attentionWindow < 0) {
    throw wrongNumber(
      `${cannot} attentionWindow must be a positive integer, or 0 for no attention`,
      attentionWindow,
    );
  }
  if (attentionWindow > LONGEST_WINDOW) {
    throw new RangeError(
      `${cannot} attentionWindow must be at most ${LONGEST_WINDOW}: ${attentionWindow}`,
    );
  }
  for (const [name, value] of Object.entries({ dropout, recurrentDropout })) {
    if (typeof value !== "number" || !(value >= 0 && value < 1)) {
      throw wrongNumber(
        `${cannot} ${name} must be a share from 0 up to but not 1`,
        value,
      );
    }
  }
  checkMasks(kind, recurrentDropout, masks);
  const switches = { residual, layerNorm, resetAfter };
  for (const [name, value] of Object.entries(switches)) {
    if (typeof value !== "boolean") {
      throw new TypeError(
        `${cannot} ${name} must be true or false: ${shown(value)}`,
      );
    }
  }
  if (residual && layers === 1) {
    throw new TypeError(
      `${cannot} residual begins with the second layer: it needs layers from 2: ${layers}`,
    );
  }
  return {
    ...sizes,
    dropout,
    recurrentDropout,
    ...(masks === "gates" && { recurrentDropoutMasks: masks }),
    residual,
    layerNorm,
    dense,
    ...(attentionWindow > 0 && { attentionWindow }),
    ...(kind === "gru" && { resetAfter }),
  };
}

/** Masks of gates need gates, and something to mask. */
function checkMasks(
  kind: RecurrentKind,
  rate: number,
  masks: RecurrentDropoutMasks | undefined,
): void {
  if (masks === undefined) return;
  const cannot = `Cannot build ${NAMES[kind]}: recurrentDropoutMasks`;
  if (masks !== "shared" && masks !== "gates") {
    throw new RangeError(
      `${cannot} must be "shared" or "gates": ${shown(masks)}`,
    );
  }
  if (kind === "rnn" || rate === 0) {
    throw new TypeError(
      `${cannot} has no effect ${
        kind === "rnn" ? "on a layer without gates" : "without recurrentDropout"
      }, leave it out: "${masks}"`,
    );
  }
}
