/**
 * One step of a long short-term memory cell, and the names of what it works on.
 *
 * Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of Gers, Schmidhuber and Cummins,
 * 2000. The four gates lie side by side in Keras's order: input i, forget f, candidate c̃, output o.
 *
 *     i, f, o = σ(x·K + h·R + b)      c̃ = tanh(x·K + h·R + b)
 *     c' = f ∘ c + i ∘ c̃              h' = o ∘ tanh(c')
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { inputSums } from "./input_sums.ts";

/** The learnt arrays of one LSTM layer with E inputs and H units. */
export interface LSTMWeights {
  /** K: from the inputs to the gates, shape (E, 4H). */
  kernel: Tensor;
  /** R: from the hidden state to the gates, shape (H, 4H). */
  recurrentKernel: Tensor;
  /** b: shape (4H,). */
  bias: Tensor;
}

/** What a layer carries from one token to the next. */
export interface LSTMState {
  /** Hidden state, also the layer's output, shape (B, H). */
  h: Tensor;
  /** Cell state, shape (B, H). */
  c: Tensor;
}

/**
 * @param x One input for every row, shape (B, E).
 * @param weights The layer's weights.
 * @param state The state before the input.
 * @returns The state after it.
 */
export function lstmStep(
  x: Tensor,
  weights: LSTMWeights,
  state: LSTMState,
): LSTMState {
  return lstmStepFrom(inputSums(x, weights), weights, state);
}

/**
 * The rest of a step.
 *
 * @param fromInput What {@linkcode inputSums} gave for the step's inputs, shape (B, 4H).
 * @param weights The layer's weights.
 * @param state The state before the input.
 * @returns The state after it.
 */
export function lstmStepFrom(
  fromInput: Tensor,
  { recurrentKernel }: LSTMWeights,
  state: LSTMState,
): LSTMState {
  const sums = tf.add(fromInput, tf.matMul(state.h, recurrentKernel)); // (B, 4H)
  const { h, c } = cellStep(sums, state.c);
  return { h, c };
}

/**
 * The part of a step behind the matrix products.
 *
 * @param sums The gates' sums, shape (B, 4H).
 * @param cell The cell state before, shape (B, H).
 * @returns The state after, the activations of all gates, shape (B, 4H), and tanh of the new cell state, shape (B, H).
 */
export function cellStep(
  sums: Tensor,
  cell: Tensor,
): LSTMState & { gates: Tensor; squashed: Tensor } {
  const units = cell.shape[1]!;
  const [zif, zg, zo] = tf.split(sums, [2 * units, units, units], 1);
  // Side by side in one tensor: XLA keeps the arithmetic behind it apart, and vectorises both.
  const gates = tf.concat(
    [tf.sigmoid(zif!), tf.tanh(zg!), tf.sigmoid(zo!)],
    1,
  ); // (B, 4H)
  const [i, f, g, o] = tf.split(gates, 4, 1); // (B, H) each
  const c = tf.add(tf.mul(f!, cell), tf.mul(i!, g!)); // (B, H)
  const squashed = tf.tanh(c); // (B, H)
  return { h: tf.mul(o!, squashed), c, gates, squashed };
}
