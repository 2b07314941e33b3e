/**
 * The layers of a recurrent network by name, and what each of them takes.
 *
 * @module
 */
import type { LayerDescription } from "./network.ts";
import type {
  CompleteRecurrentConfig,
  RecurrentKind,
} from "./recurrent_config.ts";

/** Gates of a layer, G. */
export const GATES: Readonly<Record<RecurrentKind, number>> = {
  rnn: 1,
  gru: 3,
  lstm: 4,
};

/**
 * Numbers that a layer's loops hold of each token, in units: of an LSTM the inputs' sums, the gates, their slopes and the
 * sums' gradients, 4 each, h and c before and after, and what is between.
 */
const STEP_NUMBERS: Readonly<Record<RecurrentKind, number>> = {
  rnn: 5,
  gru: 22,
  lstm: 21,
};

/** What a layer's parameters and masks are called. */
export function placeOf(kind: RecurrentKind, layer: number): string {
  return `${kind}_${layer + 1}`;
}

/**
 * A cell with K gates (LSTM 4, GRU 3, RNN 1), I inputs and H units multiplies K·H·(I + H) weights a token.
 *
 * @param kind Which cell.
 * @param config Sizes and options.
 * @returns What each layer takes.
 */
export function describeRecurrent(
  kind: RecurrentKind,
  config: Readonly<CompleteRecurrentConfig>,
): LayerDescription[] {
  const { embedding, units, layers, layerNorm, dense, vocabSize } = config;
  const { attentionWindow = 0 } = config;
  const gates = GATES[kind];
  const cells = kind === "lstm" ? 2 : 1; // h, and c
  const none = { flops: 0, activations: 0, state: 0 };
  const parts: LayerDescription[] = [
    { ...none, name: "embedding", type: "Embedding", width: embedding },
  ];
  for (let i = 0; i < layers; i++) {
    const inputs = i === 0 ? embedding : units;
    parts.push({
      name: placeOf(kind, i),
      type: kind === "rnn" ? "SimpleRNN" : kind.toUpperCase(),
      width: units,
      flops: 2 * gates * units * (inputs + units),
      activations: 2 * inputs + STEP_NUMBERS[kind] * units,
      state: cells * units,
    });
    if (!layerNorm) continue;
    const name = `norm_${i + 1}`;
    const activations = 2 * units;
    parts.push({
      ...none,
      name,
      type: "LayerNorm",
      width: units,
      activations,
    });
  }
  const linear = (name: string, inputs: number, width: number) => ({
    ...none,
    name,
    type: "Dense",
    width,
    flops: 2 * inputs * width,
    activations: inputs + 4 * width, // the sums, what is made of them, and the gradients of both
  });
  if (attentionWindow > 0) {
    parts.push({
      name: "attention",
      type: "Attention",
      width: units,
      flops: 2 * 3 * units * units + 2 * 2 * attentionWindow * units, // three matrices, the scores and the mean
      activations: 5 * units + 2 * attentionWindow, // query, mean, both inputs and the bend; scores and weights
      state: attentionWindow * units,
    });
  }
  if (dense > 0) parts.push(linear("dense", units, dense));
  return [...parts, linear("output", dense > 0 ? dense : units, vocabSize)];
}
