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
  const fromInput = tf.add(tf.matMul(x, weights.kernel), weights.bias); // (B, 4H)
  const z = tf.add(fromInput, tf.matMul(state.h, weights.recurrentKernel)); // (B, 4H)
  return cellStep(z, state.c);
}

/**
 * The part of a step behind the matrix products.
 *
 * @param sums The gates' sums, shape (B, 4H).
 * @param cell The cell state before, shape (B, H).
 * @returns The state after.
 */
export function cellStep(sums: Tensor, cell: Tensor): LSTMState {
  const units = cell.shape[1]!;
  const [inputForget, candidate, output] = tf.split(
    sums,
    [2 * units, units, units],
    1,
  );
  const [input, forget] = tf.split(tf.sigmoid(inputForget!), 2, 1); // (B, H) each
  const c = tf.add(
    tf.mul(forget!, cell),
    tf.mul(input!, tf.tanh(candidate!)),
  ); // (B, H)
  return { h: tf.mul(tf.sigmoid(output!), tf.tanh(c)), c };
}
