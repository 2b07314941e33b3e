/**
 * The LSTM over a sequence, step after step, with the gradients that tfjs derives by itself: slow, plain, and what
 * every faster form is measured against.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { type LSTMState, lstmStep, type LSTMWeights } from "./lstm_step.ts";
import type { LSTMSequence } from "./lstm_sequence.ts";

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @returns The output of every step, and the state after the last.
 */
export function lstmSequenceReference(
  x: Tensor,
  weights: LSTMWeights,
  state: LSTMState,
): LSTMSequence {
  const outputs: Tensor[] = [];
  const [steps, batch, width] = x.shape as [number, number, number];
  for (let t = 0; t < steps; t++) {
    const input = tf.reshape(tf.slice(x, [t, 0, 0], [1, batch, width]), [
      batch,
      width,
    ]); // (B, E)
    state = lstmStep(input, weights, state);
    outputs.push(state.h);
  }
  return { outputs: tf.stack(outputs), last: state }; // (T, B, H)
}
